"""The terminal: a door to the club for one reader, and for organisers."""
