"""A club in numbers."""
