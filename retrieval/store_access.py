"""Access to a vector store: its collections opened, its errors told, and what other processes have to know.

A server that was emptied, and one whose collections another process has made anew, is opened anew under way.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from functools import wraps
from threading import Event, Lock
from types import TracebackType
from typing import Any, Self, TypeVar, cast

import numpy as np
from chromadb.errors import ChromaError, NotFoundError

from retrieval.address import ChromaServer, Place
from retrieval.claims import Check, claimed
from retrieval.connection import Connection
from retrieval.embedded import EmbeddedConnection
from retrieval.errors import StoreUnavailable
from retrieval.shelving import CHANGES, CLUB_TEXTS, MANIFESTS, PASSAGES, WHOLE_BOOKS, Say, Shelving

NOTHING = np.zeros((1, 1), np.float32)
"""The vector of what is never searched by one."""

Method = TypeVar("Method", bound=Callable[..., Any])


def told(method: Method) -> Method:
    """Let a method of the store raise StoreUnavailable in place of what Chroma raises.

    Collections that are not there any more belong to a server that was emptied: they are opened anew.
    """

    @wraps(method)
    def call(self: StoreAccess, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 (whatever the method takes and returns)
        try:
            try:
                return method(self, *args, **kwargs)
            except NotFoundError:
                if not self.shared:
                    raise
                self._open_anew()
                return method(self, *args, **kwargs)
        except ChromaError as error:
            name, cure = self._connection.name, self._connection.cure
            raise StoreUnavailable(
                f"{name[0].upper()}{name[1:]} cannot be read or written ({type(error).__name__}). {cure}"
            ) from error

    return cast(Method, call)


class StoreAccess:
    """A vector store that is open: in a folder, which one process holds at a time, or on a server, which many share.

    One that is not `replacing` throws nothing away: what others have put on a server is theirs.
    """

    def __init__(self, place: Place, model: str, say: Say, *, replacing: bool = True) -> None:
        self.emptied: Callable[[], None] = lambda: None  # called where a server has lost what it held
        self.replacing = replacing
        self._connection = _connect(place)
        self.name, self.shared, self._alone = self._connection.name, self._connection.shared, self._connection.alone
        self._shelving, self._opening, self.leaving = Shelving(self._connection, model), Lock(), Event()
        try:
            if replacing or not self.shared:
                self._shelving.clear(say, self.leaving)
            self._open()
        except Exception as error:
            self.close()
            if isinstance(error, StoreUnavailable):
                raise
            raise StoreUnavailable(
                f"{self.name[0].upper()}{self.name[1:]} cannot be opened ({type(error).__name__}). "
                f"{self._connection.cure_at_start}"
            ) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the store, so that another process can have it."""
        self.leaving.set()
        self._connection.close()

    @told
    def described(self) -> str:
        """Look whether the store can be read, and return what it is."""
        self._manifests.get(limit=1, include=[])
        return self._connection.described()

    def claimed(self, needed: Callable[[], bool]) -> AbstractContextManager[Check | None]:
        """Wait until no other process brings the store in line with a library, for as long as it is `needed`."""
        return claimed(self._connection, needed, self.leaving)

    @told
    def announce(self, what: str) -> None:
        """Tell the other processes that something was changed, where there are any."""
        if self.shared:
            self._changes.upsert(ids=[what], embeddings=NOTHING, metadatas=[{"change": uuid.uuid4().hex}])

    @told
    def changes(self) -> Mapping[str, str]:
        """Return a word for the last change of each thing: another word, another change."""
        found = self._changes.get(include=["metadatas"])
        return {what: str(meta["change"]) for what, meta in zip(found["ids"], found["metadatas"] or (), strict=True)}

    def _open(self) -> None:
        self._shelving.refuse_others()
        self._passages = self._shelving.collection(PASSAGES)
        self._whole_books = self._shelving.collection(WHOLE_BOOKS)
        self._manifests = self._shelving.collection(MANIFESTS)
        self._club_texts = self._shelving.collection(CLUB_TEXTS)
        if self.shared:
            self._changes = self._shelving.collection(CHANGES)

    def _open_anew(self) -> None:
        with self._opening:
            self._open()
        self.emptied()


def _connect(place: Place) -> Connection:
    """Open the store of a folder, or of a server. Raises StoreHeld or StoreUnavailable."""
    if isinstance(place, ChromaServer):
        from retrieval.server import ServerConnection  # HTTP is loaded where it is needed

        return ServerConnection(place)
    return EmbeddedConnection(place)
