"""Members’ shelves."""
