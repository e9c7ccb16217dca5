"""Chroma inside of this process: its files lie in a data folder, held by one process at a time."""

from __future__ import annotations

from contextlib import AbstractContextManager, ExitStack, suppress
from pathlib import Path
from threading import RLock
from typing import Any, cast

import chromadb
from chromadb.api.client import Client
from chromadb.api.collection_configuration import CreateHNSWConfiguration
from chromadb.api.models.Collection import Collection
from chromadb.config import Settings
from chromadb.errors import ChromaError, NotFoundError

from retrieval import damaged
from retrieval.connection import Metadata
from retrieval.damaged import DOUBT, STORE
from retrieval.location import hold
from retrieval.types import StoreUnavailable


class EmbeddedConnection:
    """The collections of a folder.

    Chroma does not say what its client bears of threads, so each call of it is made alone; longer work is many calls,
    and no thread waits for more than one of another's.
    """

    shared = False

    def __init__(self, folder: Path) -> None:
        self.name = f"the vector store in {folder}"
        self.alone: AbstractContextManager[Any] = RLock()
        self._folder = folder
        self._held, self._opened = hold(folder), ExitStack()

    def open(self) -> None:
        """Open Chroma where its database is whole. Raises what SQLite and Chroma raise, or StoreDamaged."""
        self._opened.close()
        damaged.look_into(self._folder)
        path, settings = str(self._folder / STORE), Settings(anonymized_telemetry=False)
        made = chromadb.PersistentClient(path=path, settings=settings)
        self._client = cast(Client, made)  # the type that Chroma declares has no `close`
        self._opened.callback(self._client.close)
        self._file = damaged.identity(self._folder)

    def collections(self) -> dict[str, Metadata]:
        """Return the metadata of every collection, by its name."""
        return {found.name: found.metadata or {} for found in self._client.list_collections()}

    def collection(self, name: str, metadata: Metadata, kept: CreateHNSWConfiguration) -> Collection:
        """Return a collection, made if it is not there."""
        return self._client.get_or_create_collection(
            name, metadata=dict(metadata), configuration={"hnsw": kept}, embedding_function=None
        )

    def new_collection(self, name: str, metadata: Metadata) -> Collection | None:
        """Make a collection; None where there is one of that name."""
        try:
            return self._client.create_collection(name, metadata=dict(metadata), embedding_function=None)
        except ChromaError:
            return None

    def delete(self, name: str) -> None:
        """Delete a collection, if it is there."""
        with suppress(NotFoundError):
            self._client.delete_collection(name)

    def described(self) -> str:
        """Return what it is: inside of this process there is nothing to ask."""
        return self.name

    def told(self, error: BaseException) -> StoreUnavailable:
        """Return what is wrong with the folder, in words for who runs Dogear."""
        return damaged.told(self._folder, error)

    def deleted(self) -> bool:
        """Return whether the database that is open is not the one that lies in the folder now."""
        try:
            return damaged.identity(self._folder) != self._file
        except OSError:
            return False  # whoever may not look may not write either, and is told so

    def hindrance(self) -> StoreUnavailable | None:
        """Return what hinders anybody who would write into the folder now."""
        return damaged.hindrance(self._folder)

    @property
    def doubted(self) -> bool:
        """Whether something was wrong with it that nobody has looked into."""
        return (self._folder / DOUBT).exists()

    def doubt(self, why: str | None) -> None:
        """Note in the folder that something was wrong, where that can be written, or that all is well."""
        damaged.note_doubt(self._folder, why)

    def move_aside(self) -> Path:
        """Move what is damaged aside, and return where it is now."""
        self._opened.close()
        return damaged.move_aside(self._folder)

    def close(self) -> None:
        """Let go of the folder, so that another process can have it."""
        with self.alone:
            self._opened.close()
            self._held.close()
