"""One module for each version; their numbers say the order."""
