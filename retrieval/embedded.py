"""Chroma inside of this process: its files lie in a data folder, held by one process at a time."""

from __future__ import annotations

from contextlib import AbstractContextManager, suppress
from pathlib import Path
from threading import Lock
from typing import Any, cast

import chromadb
from chromadb.api.client import Client
from chromadb.api.collection_configuration import CreateHNSWConfiguration
from chromadb.api.models.Collection import Collection
from chromadb.config import Settings
from chromadb.errors import ChromaError, NotFoundError

from retrieval.connection import Metadata
from retrieval.errors import StoreUnavailable
from retrieval.holding import hold


class EmbeddedConnection:
    """The collections of a folder.

    Chroma does not say what its client bears of threads, so each call of it is made alone; longer work is many calls,
    and no thread waits for more than one of another's.
    """

    shared = False

    def __init__(self, folder: Path) -> None:
        self.name = f"the vector store in {folder}"
        self.cure = (
            "Where the disk is full, make room; otherwise move that folder away; it is built again from the library."
        )
        self.cure_at_start = "Move that folder away; it is built again from the library."
        self.alone: AbstractContextManager[Any] = Lock()
        self._held = hold(folder)
        try:
            made = chromadb.PersistentClient(path=str(folder / "chroma"), settings=Settings(anonymized_telemetry=False))
        except Exception as error:
            self._held.close()
            raise StoreUnavailable(
                f"The vector store in {folder} cannot be opened ({type(error).__name__}). {self.cure_at_start}"
            ) from error
        self._client = cast(Client, made)  # the type that Chroma declares has no `close`
        self._held.callback(self._client.close)

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

    def close(self) -> None:
        """Let go of the folder, so that another process can have it."""
        with self.alone:
            self._held.close()
