"""What features are built from in Discord."""
