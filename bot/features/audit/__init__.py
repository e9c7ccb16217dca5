"""What was posted by whom."""
