"""Measurements beside other software; not run by `make test`."""
