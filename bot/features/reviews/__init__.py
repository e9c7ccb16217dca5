"""Reviews by members."""
