"""Setting up a club."""
