"""The club: its rules, and its two doors, Discord and the terminal."""
