"""Books of the library."""
