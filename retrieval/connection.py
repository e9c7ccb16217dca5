"""A connection with Chroma, embedded or on a server: whoever reads and writes need not know which it is."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any, Protocol

from chromadb.api.collection_configuration import CreateHNSWConfiguration
from chromadb.api.models.Collection import Collection

Metadata = Mapping[str, Any]


class Connection(Protocol):
    """What holds collections. Its methods raise Chroma's errors, or StoreUnavailable where they know better.

    `name` and the cures say in an error what it is and what to do. What is `shared` may be changed by other processes,
    and one call at a time is made while `alone` is held.
    """

    name: str
    cure: str
    cure_at_start: str
    shared: bool

    @property
    def alone(self) -> AbstractContextManager[Any]:
        """What is held while a call is made."""
        ...

    def collections(self) -> dict[str, Metadata]:
        """Return the metadata of every collection, by its name."""
        ...

    def collection(self, name: str, metadata: Metadata, kept: CreateHNSWConfiguration) -> Collection:
        """Return a collection, made if it is not there."""
        ...

    def new_collection(self, name: str, metadata: Metadata) -> Collection | None:
        """Make a collection; None where there is one of that name: of many who try at once, one makes it."""
        ...

    def delete(self, name: str) -> None:
        """Delete a collection, if it is there."""
        ...

    def described(self) -> str:
        """Ask whether it is well, and return what it is. Raises StoreUnavailable."""
        ...

    def close(self) -> None:
        """Let go of everything."""
        ...
