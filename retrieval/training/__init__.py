"""Making the learned weights again: `python -m retrieval.training` (docs/weights.md says from what)."""
