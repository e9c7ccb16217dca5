"""A connection with Chroma, embedded or on a server: whoever reads and writes need not know which it is."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol

from chromadb.api.collection_configuration import CreateHNSWConfiguration
from chromadb.api.models.Collection import Collection

from retrieval.types import StoreUnavailable

Metadata = Mapping[str, Any]


class Connection(Protocol):
    """What holds collections. Its methods raise Chroma's errors, or StoreUnavailable where they know better.

    `name` says in an error what it is. What is `shared` may be changed by other processes, and one call at a time is
    made while `alone` is held.
    """

    name: str
    shared: bool

    @property
    def alone(self) -> AbstractContextManager[Any]:
        """What is held while a call is made."""
        ...

    def open(self) -> None:
        """Open it, or open it anew after something went wrong with it."""
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

    def told(self, error: BaseException) -> StoreUnavailable:
        """Return what is wrong, in words for who runs Dogear; StoreDamaged or StoreUnclear if it is that."""
        ...

    def deleted(self) -> bool:
        """Whether what was opened is not where it was: what is written now would be gone with this process."""
        ...

    def hindrance(self) -> StoreUnavailable | None:
        """Return what hinders anybody who would write into it now, as far as that is seen without writing."""
        ...

    @property
    def doubted(self) -> bool:
        """Whether something was wrong with it that nobody has looked into, not even an earlier process."""
        ...

    def doubt(self, why: str | None) -> None:
        """Note for whoever opens it next that something was wrong, or with None that all is well."""
        ...

    def move_aside(self) -> Path | None:
        """Put an empty one in its place, and return where it is now; None where that is for others to do."""
        ...

    def close(self) -> None:
        """Let go of everything."""
        ...
