"""Keeping a copy of all that cannot be made again, and putting it back."""
