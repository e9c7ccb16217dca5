"""Operation: backups, health and metrics."""
