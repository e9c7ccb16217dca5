"""Faults, one after the other, against the real bot: what it survives, and what is lost."""
