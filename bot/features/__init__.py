"""What a club does, one folder for each feature."""
