"""The end of a book, and what a club has read."""
