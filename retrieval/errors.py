"""What can go wrong between a library and its passages.

DogearError
└── RetrievalError
    ├── WeightsRefused     the embedding model is missing or is not the published one
    ├── StoreHeld          another process holds the vector store
    ├── StoreUnavailable   the vector store cannot be opened, read or written
    │   ├── StoreDamaged   what it holds is not what was written
    │   └── StoreUnclear   nothing says why, and nothing hinders it
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


class StoreDamaged(StoreUnavailable):
    """What the vector store holds is not what was written into it; in a folder, it is moved aside and built again."""


class StoreUnclear(StoreUnavailable):
    """The vector store in a folder fails, and nothing says why; where it fails twice, it is damaged."""


class LibraryDiffers(RetrievalError):
    """A shared vector store holds another library, which this process was not told to replace."""


class BookInWork(RetrievalError):
    """A book of the library is not in the store as it now is: an index run has it in hand, or has not come to it."""

    def __init__(self, title: str) -> None:
        super().__init__(f"The library is being brought up to date, and {title} is not ready. Ask again in a minute.")
