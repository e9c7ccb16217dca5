"""Notes that open when you get there."""
