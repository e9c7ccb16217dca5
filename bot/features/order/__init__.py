"""In which order to read."""
