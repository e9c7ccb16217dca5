"""The vector store: Chroma keeps every passage with its vectors, and for each book what it was made from.

The passages of a club's own texts lie among the others; what the store holds of them is noted apart, so that nothing
that is done to a book of the library touches them.

A book is read as one entry, which takes the same few milliseconds in a library of any size; a filtered query grows with
the whole library, and even to read by ids needs its whole index in memory (docs/retrieval.md has the figures).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from functools import wraps
from pathlib import Path
from threading import RLock
from types import TracebackType
from typing import Any, Self, TypeVar, cast

import chromadb
import numpy as np
from chromadb.api.client import Client
from chromadb.api.collection_configuration import CreateHNSWConfiguration
from chromadb.api.models.Collection import Collection
from chromadb.config import Settings
from chromadb.errors import ChromaError

from corpus.reveals import Slug
from retrieval import whole_books
from retrieval.damaged import (
    DOUBT,
    STORE,
    Garbled,
    damaged,
    hindrance,
    look_into,
    move_aside,
    note_doubt,
    told,
    written,
)
from retrieval.errors import StoreDamaged, StoreUnavailable, StoreUnclear
from retrieval.holding import hold
from retrieval.manifests import ClubManifest, Manifest
from retrieval.rows import StoredPassage, metadata_of, stored

LAYOUT = 6
"""Raised whenever what is kept changes; a store of another layout is rebuilt."""

PASSAGES, WHOLE_BOOKS, MANIFESTS, CLUB_TEXTS = "passages", "whole_books", "books", "club_texts"
COSINE: CreateHNSWConfiguration = {"space": "cosine"}
_NOTHING = np.zeros((1, 1), np.float32)
"""The vector of what is never searched by one."""

AT_ONCE = 400
"""Passages read or written at once (Chroma: SQLite takes at most 32,766 variables a statement, six a passage)."""


Method = TypeVar("Method", bound=Callable[..., Any])
Thing = TypeVar("Thing")


def _told(method: Method) -> Method:
    """Let a method of the store raise StoreUnavailable in place of what Chroma raises, and remember that it did."""

    @wraps(method)
    def call(self: Store, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 (whatever the method takes and returns)
        if self._away:
            raise StoreUnavailable(self._away)
        try:
            return method(self, *args, **kwargs)
        except BaseException as error:
            if not _is_chromas(error):
                raise
            raise self.doubt(error) from error

    return cast(Method, call)


def _writing(method: Method) -> Method:
    """Let a method that writes be refused while the store is in doubt.

    A write of Chroma's that fails costs it a connection, and when a handful are gone it never answers again, readers
    included: on a full disk, after five writes. So it is let fail once, and opened anew before the next.
    """

    @wraps(method)
    def call(self: Store, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 (whatever the method takes and returns)
        if self._in_doubt:
            raise StoreUnavailable(self._in_doubt)
        return method(self, *args, **kwargs)

    return _told(cast(Method, call))


def _is_chromas(error: BaseException) -> bool:
    """Return whether an error is Chroma's; where its Rust panics, that is not even an Exception."""
    return isinstance(error, ChromaError | Garbled) or type(error).__name__ == "PanicException"


class Store:
    """The vector store in a folder, held by one process at a time, and used by any number of its threads.

    Chroma does not say what its client bears of threads, so each call of it is made alone; longer work is many calls,
    and no thread waits for more than one of another's.

    A store that is damaged when it is opened is moved aside, and an empty one takes its place. `doubted` says that
    something went wrong since then: `mend` looks closely.
    """

    def __init__(self, folder: Path, model: str, say: Callable[[str], None]) -> None:
        self.folder, self._in_doubt = folder, ""
        self._model, self._say = model, say
        self.tell: Callable[[], object] = lambda: None
        self._alone, self._away = RLock(), ""
        self._held, self._opened = hold(folder), ExitStack()
        try:
            self._open_sound(closely=(folder / DOUBT).exists())
        except BaseException:
            self.close()
            raise

    @property
    def doubted(self) -> bool:
        """Whether something went wrong since the store was opened."""
        return bool(self._in_doubt or self._away)

    def mend(self) -> bool:
        """Open the store anew and look closely; return whether it was damaged, and an empty one is in its place.

        What can still be read is not let go of while nothing can be written. Raises StoreUnavailable.
        """
        with self._alone:
            if hindered := hindrance(self.folder):
                raise hindered
            return self._open_sound(closely=True)

    def doubt(self, error: BaseException) -> StoreUnavailable:
        """Remember that something went wrong, and return it in words for who runs Dogear."""
        found = told(self.folder, error)
        known, self._in_doubt = self.doubted, str(found)
        note_doubt(self.folder, str(found))
        if not known:
            self.tell()
        return found

    def _open_sound(self, *, closely: bool) -> bool:
        """Open the store, or an empty one where it is damaged; return whether it was."""
        renewed = twice = False
        while True:
            try:
                self._open(closely=closely or twice)
            except BaseException as error:
                self._opened.close()
                if not isinstance(error, Exception) and not _is_chromas(error):
                    raise
                found = told(self.folder, error)
                if isinstance(found, StoreUnclear) and not twice:
                    twice = True
                    continue
                if renewed or not isinstance(found, StoreDamaged | StoreUnclear):
                    self._away = str(found)
                    raise found from error
                aside = move_aside(self.folder)
                self._say(f"The vector store was damaged and is built again. What was there is in {aside}.")
                renewed = True
            else:
                (self.folder / DOUBT).unlink(missing_ok=True)
                self._in_doubt = self._away = ""
                return renewed

    def _open(self, *, closely: bool) -> None:
        self._opened.close()
        self._in_doubt = self._away = ""
        look_into(self.folder)
        made = chromadb.PersistentClient(path=str(self.folder / STORE), settings=Settings(anonymized_telemetry=False))
        self._client = cast(Client, made)  # the type that Chroma declares has no `close`
        self._opened.callback(self._client.close)
        self._drop_if_other(self._model, self._say)
        self._passages = self._collection(PASSAGES, self._model)
        self._whole_books = self._collection(WHOLE_BOOKS, self._model, whole_books.CONFIGURATION)
        self._manifests = self._collection(MANIFESTS, self._model)
        self._club_texts = self._collection(CLUB_TEXTS, self._model)
        if closely and (found := self.incomplete()):
            raise damaged(self.folder, "; ".join(found[:3]))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the store, so that another process can have it."""
        with self._alone:
            self._opened.close()
            self._held.close()

    @_told
    def incomplete(self) -> list[str]:
        """Return which books and club texts are noted as whole and are not. Slow: every passage is read."""
        found = [
            f"{manifest.book} is not whole"
            for manifest in self._noted()
            if len(self._entries(manifest.ids)) != len(manifest.ids)
            or [row.passage.id for row in self.read_book(manifest.book)] != list(manifest.ids)
        ]
        found += [
            f"a text of club {manifest.club} is not whole"
            for manifest in self.club_manifests()
            if manifest.fingerprint and len(self.read(manifest.ids)) != len(manifest.ids)
        ]
        if found:
            self.doubt(Garbled("; ".join(found[:3])))
        return found

    @_told
    def manifests(self) -> dict[Slug, Manifest]:
        """Return what is held of every book that is wholly in the store."""
        return {manifest.book: manifest for manifest in self._noted()}

    @_told
    def manifest(self, book: Slug) -> Manifest | None:
        """Return what is held of a book; None while it is not wholly in the store."""
        return next(self._noted(book), None)

    @_told
    def ids_of(self, book: Slug) -> set[str]:
        """Return the ids of all passages that a book has of the library, also those of an interrupted run.

        Slow: for indexing only.
        """
        with self._alone:
            return set(self._passages.get(where={"$and": [{"book": book}, {"club": ""}]}, include=[])["ids"])

    @_told
    def having(self, ids: Sequence[str]) -> set[str]:
        """Return which of these ids the store holds."""
        found: set[str] = set()
        for part in _parts(ids):
            with self._alone:
                found.update(self._passages.get(ids=part, include=[])["ids"])
        return found

    @_told
    def read(self, ids: Sequence[str]) -> list[StoredPassage]:
        """Return the passages of these ids, in their order; ids that are not there are passed over."""
        return [stored(*entry) for entry in self._entries(ids)]

    @_told
    def read_book(self, book: Slug) -> list[StoredPassage]:
        """Return the passages of a book that is wholly in the store, in their order; none of one that is not."""
        with self._alone:
            found = self._whole_books.get(ids=book, include=["metadatas"])["metadatas"]
        with written():
            return whole_books.parted(str(found[0]["passages"])) if found else []

    @_writing
    def write(self, rows: Sequence[StoredPassage]) -> None:
        """Add passages or replace them."""
        for part in _parts(rows):
            with self._alone:
                self._passages.upsert(
                    ids=[row.passage.id for row in part],
                    documents=["\n".join(row.passage.sentences) for row in part],
                    embeddings=np.stack([row.embedded.passage for row in part]),
                    metadatas=[metadata_of(row) for row in part],
                )

    @_writing
    def remove(self, ids: Iterable[str]) -> None:
        """Remove passages."""
        for part in _parts(list(ids)):
            with self._alone:
                self._passages.delete(ids=part)

    @_writing
    def finish(self, manifest: Manifest) -> None:
        """Note that a book is wholly in the store, and make it ready to be opened."""
        whole = whole_books.joined(self._entries(manifest.ids))
        with self._alone:
            # as metadata: the words of its documents Chroma would index
            self._whole_books.upsert(ids=[manifest.book], embeddings=_NOTHING, metadatas=[{"passages": whole}])
            self._manifests.upsert(
                ids=[manifest.book],
                documents=[json.dumps(manifest.ids)],
                embeddings=_NOTHING,
                metadatas=[{"fingerprint": manifest.fingerprint, "against": json.dumps(dict(manifest.against))}],
            )

    @_writing
    def forget(self, book: Slug) -> None:
        """Remove the note that a book is wholly in the store, before it is changed."""
        with self._alone:
            self._manifests.delete(ids=[book])
            self._whole_books.delete(ids=[book])

    @_told
    def club_manifests(self) -> list[ClubManifest]:
        """Return what is held of every club text, whole or not."""
        with self._alone:
            found = self._club_texts.get(include=["documents", "metadatas"])
        rows = zip(found["documents"] or (), found["metadatas"] or (), strict=True)
        with written():
            return [
                ClubManifest(
                    str(meta["club"]),
                    str(meta["id"]),
                    str(meta["book"]),
                    str(meta["fingerprint"]),
                    tuple(json.loads(ids)),
                )
                for ids, meta in rows
            ]

    @_writing
    def note_club(self, manifests: Sequence[ClubManifest]) -> None:
        """Note what the store holds of club texts."""
        for part in _parts(manifests):
            with self._alone:
                self._club_texts.upsert(
                    ids=[_club_key(m) for m in part],
                    documents=[json.dumps(m.ids) for m in part],
                    embeddings=np.zeros((len(part), 1), np.float32),
                    metadatas=[
                        {"club": m.club, "id": m.id, "book": m.book, "fingerprint": m.fingerprint} for m in part
                    ],
                )

    @_writing
    def forget_club(self, manifests: Sequence[ClubManifest]) -> None:
        """Remove the notes of club texts whose passages are gone."""
        for part in _parts(manifests):
            with self._alone:
                self._club_texts.delete(ids=[_club_key(m) for m in part])

    def _entries(self, ids: Sequence[str]) -> list[whole_books.Entry]:
        found: dict[str, whole_books.Entry] = {}
        for part in _parts(ids):
            with self._alone:
                got = self._passages.get(ids=part, include=["documents", "embeddings", "metadatas"])
            vectors = got["embeddings"] if got["embeddings"] is not None else ()
            with written():
                rows = zip(got["ids"], got["documents"] or (), got["metadatas"] or (), vectors, strict=True)
                for key, text, meta, vector in rows:
                    found[key] = key, text, meta, np.asarray(vector, dtype=np.float32)
        return [found[key] for key in ids if key in found]

    def _noted(self, book: Slug | None = None) -> Iterator[Manifest]:
        with self._alone:
            found = self._manifests.get(ids=book, include=["documents", "metadatas"])
        with written():
            rows = zip(found["ids"], found["documents"] or (), found["metadatas"] or (), strict=True)
            noted = [
                Manifest(slug, str(meta["fingerprint"]), json.loads(str(meta["against"])), tuple(json.loads(ids)))
                for slug, ids, meta in rows
            ]
        yield from noted

    def _collection(self, name: str, model: str, kept: CreateHNSWConfiguration = COSINE) -> Collection:
        return self._client.get_or_create_collection(
            name,
            metadata={"model": model, "layout": LAYOUT},
            configuration={"hnsw": kept},
            embedding_function=None,
        )

    def _drop_if_other(self, model: str, say: Callable[[str], None]) -> None:
        for collection in self._client.list_collections():
            made = collection.metadata or {}
            if made.get("model") != model or made.get("layout") != LAYOUT:
                if collection.name == PASSAGES:
                    say("The vector store was made by another model or an older layout; it is built again.")
                self._client.delete_collection(collection.name)


def _parts(things: Sequence[Thing]) -> Iterator[list[Thing]]:
    """Yield as many at once as Chroma takes."""
    return (list(things[start : start + AT_ONCE]) for start in range(0, len(things), AT_ONCE))


def _club_key(manifest: ClubManifest) -> str:
    """Return an id that no other club text has, whatever club and text are called."""
    return json.dumps([manifest.club, manifest.id])
