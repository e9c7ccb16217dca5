"""Watching threads for spoilers."""
