"""What can go wrong between a library and its passages.

DogearError
└── RetrievalError
    ├── WeightsRefused     the embedding model is missing or is not the published one
    ├── StoreHeld          another process holds the vector store
    ├── StoreUnavailable   the vector store cannot be opened, read or written
    ├── LibraryDiffers     a shared vector store holds another library, which is not this process's to replace
    └── BookInWork         a book is being brought up to date
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


class LibraryDiffers(RetrievalError):
    """A shared vector store holds another library, which this process was not told to replace."""


class BookInWork(RetrievalError):
    """A book of the library is not in the store as it now is: an index run has it in hand, or has not come to it."""

    def __init__(self, title: str) -> None:
        super().__init__(f"The library is being brought up to date, and {title} is not ready. Ask again in a minute.")
