"""What operators see: figures for Prometheus, and whether all is well, on a port of this machine."""
