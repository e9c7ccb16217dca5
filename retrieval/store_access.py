"""Access to a vector store: its collections opened, its errors told, and what other processes have to know.

A server that was emptied, and one whose collections another process has made anew, is opened anew under way; a folder
that is damaged, at the next start or when it is mended.
"""

from __future__ import annotations

import uuid
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from functools import wraps
from threading import Event, Lock
from types import TracebackType
from typing import Any, Self, TypeVar, cast

import numpy as np
from chromadb.errors import ChromaError, NotFoundError

from retrieval.claims import Check, claimed
from retrieval.connection import Connection
from retrieval.damaged import Garbled
from retrieval.embedded import EmbeddedConnection
from retrieval.location import ChromaServer, Place
from retrieval.shelving import CHANGES, CLUB_TEXTS, MANIFESTS, PASSAGES, WHOLE_BOOKS, Say, Shelving
from retrieval.types import StoreDamaged, StoreUnavailable, StoreUnclear

NOTHING = np.zeros((1, 1), np.float32)
"""The vector of what is never searched by one."""

LEAVING = "Dogear is leaving, and has let go of the vector store."

Method = TypeVar("Method", bound=Callable[..., Any])


def told(method: Method) -> Method:
    """Let a method of the store raise StoreUnavailable in place of what Chroma raises, and remember that it did.

    Collections that are not there any more belong to a server that was emptied: they are opened anew.
    """

    @wraps(method)
    def call(self: StoreAccess, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 (whatever the method takes and returns)
        if self._away:
            raise StoreUnavailable(self._away)
        try:
            try:
                return method(self, *args, **kwargs)
            except NotFoundError:
                if not self.shared:
                    raise
                self._open_anew()
                return method(self, *args, **kwargs)
        except BaseException as error:
            if not _is_chromas(error):
                raise
            raise self.doubt(error) from error

    return cast(Method, call)


def writing(method: Method) -> Method:
    """Let a method that writes be refused while a folder's store is in doubt, or is not there any more.

    A write of Chroma's that fails costs it a connection, and when a handful are gone it never answers again, readers
    included: on a full disk, after five writes. So it is let fail once, and opened anew before the next.
    """

    @wraps(method)
    def call(self: StoreAccess, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 (whatever the method takes and returns)
        if self._in_doubt:
            raise StoreUnavailable(self._in_doubt)
        if self._connection.deleted():
            raise Garbled("its files were deleted")
        return method(self, *args, **kwargs)

    return told(cast(Method, call))


def _is_chromas(error: BaseException) -> bool:
    """Return whether an error is Chroma's; where its Rust panics, that is not even an Exception."""
    return isinstance(error, ChromaError | Garbled) or type(error).__name__ == "PanicException"


class StoreAccess(ABC):
    """A vector store that is open: in a folder, which one process holds at a time, or on a server, which many share.

    What is damaged in a folder when it is opened is moved aside, and an empty store takes its place. `doubted` says
    that something went wrong since then: `mend` looks closely. One that is not `replacing` throws nothing away on a
    server: what others have put there is theirs.
    """

    def __init__(self, place: Place, model: str, say: Say, *, replacing: bool = True) -> None:
        self.replacing, self.doubted, self.leaving = replacing, False, Event()
        self._tell: Callable[[], object] = lambda: None
        self._away, self._in_doubt, self._say, self._opening = "", "", say, Lock()
        self._connection = _connect(place)
        self.name, self.shared, self._alone = self._connection.name, self._connection.shared, self._connection.alone
        self._shelving = Shelving(self._connection, model)
        try:
            self._open_sound(closely=self._connection.doubted, clearing=replacing or not self.shared)
        except BaseException:
            self.close()
            raise

    @abstractmethod
    def incomplete(self) -> list[str]:
        """Return what is noted as whole and is not. Slow: everything is read."""

    def when_doubted(self, tell: Callable[[], object]) -> None:
        """Call this, in any thread, once something has gone wrong, or a server has lost what it held."""
        self._tell = tell
        if self.doubted:
            tell()

    def mend(self) -> bool:
        """Open the store anew, and look closely where that is ours to do; return whether another one is in its place.

        What can still be read is not let go of while nothing can be written. Raises StoreUnavailable.
        """
        with self._alone, self._opening:
            if self.leaving.is_set():
                raise StoreUnavailable(LEAVING)
            if hindered := self._connection.hindrance():
                raise hindered
            deleted = self._connection.deleted()
            return self._open_sound(closely=not self.shared, clearing=not self.shared) or deleted

    def doubt(self, error: BaseException) -> StoreUnavailable:
        """Remember that something went wrong, and return it in words for who runs Dogear.

        A server is not doubted: its own log says what is wrong, and nothing that we could open would be another.
        """
        found = self._connection.told(error)
        if not self.shared:
            self._in_doubt = str(found)
            self._connection.doubt(str(found))
            if not self.doubted:
                self._doubt()
        return found

    def _doubt(self) -> None:
        self.doubted = True
        self._tell()

    def _open_sound(self, *, closely: bool, clearing: bool) -> bool:
        """Open the store, or an empty one where it is damaged and ours alone; return whether it was."""
        renewed = twice = False
        while True:
            try:
                self._open(closely=closely or twice, clearing=clearing)
            except BaseException as error:
                if not isinstance(error, Exception) and not _is_chromas(error):
                    raise
                found = self._connection.told(error)
                if isinstance(found, StoreUnclear) and not twice:
                    twice = True
                    continue
                moved = not renewed and isinstance(found, StoreDamaged | StoreUnclear)
                if not moved or (aside := self._connection.move_aside()) is None:
                    self._away = "" if self.shared else str(found)
                    raise found from error
                self._say(f"The vector store was damaged and is built again. What was there is in {aside}.")
                renewed = True
            else:
                self._connection.doubt(None)
                self.doubted, self._in_doubt = False, ""
                return renewed

    def _open(self, *, closely: bool, clearing: bool) -> None:
        self._away = self._in_doubt = ""
        self._connection.open()
        if clearing:
            self._shelving.clear(self._say, self.leaving)
        self._open_collections()
        if closely and (found := self.incomplete()):
            raise Garbled("; ".join(found[:3]))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the store, so that another process can have it."""
        self.leaving.set()
        with self._alone:
            self._connection.close()
            self._away = LEAVING

    @told
    def described(self) -> str:
        """Look whether the store can be read, and return what it is."""
        with self._alone:
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

    def _open_collections(self) -> None:
        self._shelving.refuse_others()
        self._passages = self._shelving.collection(PASSAGES)
        self._whole_books = self._shelving.collection(WHOLE_BOOKS)
        self._manifests = self._shelving.collection(MANIFESTS)
        self._club_texts = self._shelving.collection(CLUB_TEXTS)
        if self.shared:
            self._changes = self._shelving.collection(CHANGES)

    def _open_anew(self) -> None:
        with self._opening:
            self._open_collections()
        self._doubt()


def _connect(place: Place) -> Connection:
    """Open the store of a folder, or of a server. Raises StoreHeld or StoreUnavailable."""
    if isinstance(place, ChromaServer):
        from retrieval.server import ServerConnection  # HTTP is loaded where it is needed

        return ServerConnection(place)
    return EmbeddedConnection(place)
