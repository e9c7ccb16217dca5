"""Ranking of a book's visible sentences for a question."""
