"""Nominations and votes."""
