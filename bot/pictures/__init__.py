"""Pictures: reading orders, shelves, figures."""
