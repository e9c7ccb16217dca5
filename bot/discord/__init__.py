"""Dogear's door to Discord."""
