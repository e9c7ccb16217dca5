"""The demo club of `make try`."""
