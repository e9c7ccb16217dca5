"""Books, positions and documents: what a library on disk says, and nothing about who may see it."""
