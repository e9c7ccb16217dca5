"""The club: its rules, and its two doors, Discord and the terminal."""

__version__ = "0.2.0"
