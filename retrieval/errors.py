"""What can go wrong between a library and its passages.

DogearError
└── RetrievalError
    ├── WeightsRefused     the embedding model is missing or is not the published one
    ├── StoreHeld          another process holds the vector store
    └── StoreUnavailable   the vector store cannot be opened, read or written
"""

from __future__ import annotations

from corpus.errors import DogearError


class RetrievalError(DogearError):
    """Passages cannot be had; the message says why and what to do."""


class WeightsRefused(RetrievalError):
    """The embedding model is missing, or its weights are not the published ones."""


class StoreHeld(RetrievalError):
    """Another process holds the vector store."""


class StoreUnavailable(RetrievalError):
    """The vector store cannot be opened, read or written."""
