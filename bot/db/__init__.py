"""The club’s database."""
