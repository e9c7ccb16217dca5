"""Passages in, gated and ranked passages out. From outside, `retrieval.door` is the only way in."""
