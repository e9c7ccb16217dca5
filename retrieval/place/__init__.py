"""Placing: how far a reader must be before a text may be shown."""
