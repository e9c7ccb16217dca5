"""Passages in, gated and ranked passages out. From outside, `retrieval.retriever` is the only way in."""
