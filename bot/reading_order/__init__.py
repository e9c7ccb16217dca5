"""Advice on the order in which to read the books of a series or library."""
