"""Where members are in their books."""
