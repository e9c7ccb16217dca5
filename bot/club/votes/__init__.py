"""Choosing the next book: nominations, votes, and how they are counted."""
