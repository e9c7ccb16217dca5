"""The vector store: Chroma keeps every passage with its vectors, and for each book what it was made from.

Passages are read by their ids alone, which takes the same few milliseconds in a library of any size; a filtered
query grows with the whole library (docs/retrieval.md has the figures).
"""

from __future__ import annotations

import base64
import datetime as dt
import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar, cast

import chromadb
import numpy as np
from chromadb.api.client import Client
from chromadb.api.models.Collection import Collection
from chromadb.config import Settings
from chromadb.errors import ChromaError
from filelock import FileLock, Timeout

from corpus.passages import Passage
from corpus.reveals import Reveals, Slug
from retrieval.embedding import Embedded
from retrieval.errors import StoreHeld, StoreUnavailable
from retrieval.vectors import Matrix

LAYOUT = 2
"""Raised whenever what is kept changes; a store of another layout is rebuilt."""

PASSAGES, MANIFESTS = "passages", "books"
AT_ONCE = 400
"""Passages read or written at once (Chroma: SQLite takes at most 32,766 variables a statement, six a passage)."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the store holds of one book: the fingerprint of its files, and its passages' ids in order.

    `against` holds the fingerprints of the books that its unlabelled text was matched with, if it has any.
    """

    book: Slug
    fingerprint: str
    against: Mapping[Slug, str]
    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StoredPassage:
    """A passage with its vectors, as the store keeps them."""

    passage: Passage
    embedded: Embedded


Method = TypeVar("Method", bound=Callable[..., Any])


def _told(method: Method) -> Method:
    """Let a method raise StoreUnavailable in place of what Chroma raises."""

    @wraps(method)
    def call(self: Store, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 (whatever the method takes and returns)
        try:
            return method(self, *args, **kwargs)
        except ChromaError as error:
            raise StoreUnavailable(
                f"The vector store in {self.folder} cannot be read or written ({type(error).__name__}). Where the disk "
                "is full, make room; otherwise move that folder away; it is built again from the library."
            ) from error

    return cast(Method, call)


class Store:
    """The vector store in a folder, held by one process at a time."""

    def __init__(self, folder: Path, model: str, say: Callable[[str], None]) -> None:
        self.folder = folder
        self._lock = FileLock(folder / "store.lock")
        self._holder = folder / "store.holder"
        self._held = ExitStack()
        self._hold()
        try:
            made = chromadb.PersistentClient(path=str(folder / "chroma"), settings=Settings(anonymized_telemetry=False))
            self._client = cast(Client, made)  # the type that Chroma declares has no `close`
            self._held.callback(self._client.close)
            self._drop_if_other(model, say)
            self._passages = self._collection(PASSAGES, model)
            self._manifests = self._collection(MANIFESTS, model)
        except Exception as error:
            self.close()
            raise StoreUnavailable(
                f"The vector store in {folder} cannot be opened ({type(error).__name__}). "
                "Move that folder away; it is built again from the library."
            ) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the store, so that another process can have it."""
        self._held.close()

    @_told
    def manifests(self) -> dict[Slug, Manifest]:
        """Return what is held of every book that is wholly in the store."""
        found = self._manifests.get(include=["documents", "metadatas"])
        rows = zip(found["ids"], found["documents"] or (), found["metadatas"] or (), strict=True)
        return {
            slug: Manifest(slug, str(meta["fingerprint"]), json.loads(str(meta["against"])), tuple(json.loads(ids)))
            for slug, ids, meta in rows
        }

    @_told
    def ids_of(self, book: Slug) -> set[str]:
        """Return the ids of all passages of a book, also those of an interrupted run. Slow: for indexing only."""
        return set(self._passages.get(where={"book": book}, include=[])["ids"])

    @_told
    def having(self, ids: Sequence[str]) -> set[str]:
        """Return which of these ids the store holds."""
        parts = (ids[start : start + AT_ONCE] for start in range(0, len(ids), AT_ONCE))
        return {key for part in parts for key in self._passages.get(ids=list(part), include=[])["ids"]}

    @_told
    def read(self, ids: Sequence[str]) -> list[StoredPassage]:
        """Return the passages of these ids, in their order; ids that are not there are passed over."""
        found: dict[str, StoredPassage] = {}
        for start in range(0, len(ids), AT_ONCE):
            got = self._passages.get(
                ids=list(ids[start : start + AT_ONCE]), include=["documents", "embeddings", "metadatas"]
            )
            vectors = got["embeddings"] if got["embeddings"] is not None else ()
            rows = zip(got["ids"], got["documents"] or (), got["metadatas"] or (), vectors, strict=True)
            for key, text, meta, vector in rows:
                found[key] = _stored(key, text, meta, np.asarray(vector, dtype=np.float32))
        return [found[key] for key in ids if key in found]

    @_told
    def write(self, rows: Sequence[StoredPassage]) -> None:
        """Add passages or replace them."""
        for start in range(0, len(rows), AT_ONCE):
            part = rows[start : start + AT_ONCE]
            self._passages.upsert(
                ids=[row.passage.id for row in part],
                documents=["\n".join(row.passage.sentences) for row in part],
                embeddings=np.stack([row.embedded.passage for row in part]),
                metadatas=[_metadata(row) for row in part],
            )

    @_told
    def remove(self, ids: Iterable[str]) -> None:
        """Remove passages."""
        gone = list(ids)
        for start in range(0, len(gone), AT_ONCE):
            self._passages.delete(ids=gone[start : start + AT_ONCE])

    @_told
    def finish(self, manifest: Manifest) -> None:
        """Note that a book is wholly in the store."""
        self._manifests.upsert(
            ids=[manifest.book],
            documents=[json.dumps(manifest.ids)],
            embeddings=np.zeros((1, 1), np.float32),
            metadatas=[{"fingerprint": manifest.fingerprint, "against": json.dumps(dict(manifest.against))}],
        )

    @_told
    def forget(self, book: Slug) -> None:
        """Remove the note that a book is wholly in the store, before it is changed."""
        self._manifests.delete(ids=[book])

    def _collection(self, name: str, model: str) -> Collection:
        return self._client.get_or_create_collection(
            name,
            metadata={"model": model, "layout": LAYOUT},
            configuration={"hnsw": {"space": "cosine"}},
            embedding_function=None,
        )

    def _drop_if_other(self, model: str, say: Callable[[str], None]) -> None:
        for collection in self._client.list_collections():
            made = collection.metadata or {}
            if made.get("model") != model or made.get("layout") != LAYOUT:
                if collection.name == PASSAGES:
                    say("The vector store was made by another model or an older layout; it is built again.")
                self._client.delete_collection(collection.name)

    def _hold(self) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._lock.acquire(timeout=0)
            self._held.callback(self._lock.release)
            self._held.callback(self._holder.unlink, missing_ok=True)
            now = dt.datetime.now(dt.UTC)
            self._holder.write_text(f"process {os.getpid()}, since {now:%Y-%m-%d %H:%M} UTC", encoding="utf-8")
        except Timeout as error:
            holder = self._holder.read_text(encoding="utf-8") if self._holder.exists() else "another process"
            raise StoreHeld(
                f"The vector store in {self.folder} is in use ({holder}). Stop that one, or give another --data folder."
            ) from error
        except OSError as error:
            raise StoreUnavailable(
                f"The data folder {self.folder} cannot be written ({error.strerror}). Give another with --data."
            ) from error


def _metadata(row: StoredPassage) -> dict[str, str | int | float | bool]:
    """Return a passage's metadata, all of it always: Chroma keeps the value of a key that is not written again."""
    p = row.passage
    return {
        "book": p.book, "kind": p.kind, "document": p.document, "reveals": json.dumps(dict(p.reveals.marks)),
        "inferred": p.inferred, "order": p.order, "group": p.group, "heading": p.heading, "origin": p.origin,
        "rating": p.rating or 0, "date": p.date.isoformat() if p.date else "", "likes": p.likes, "explicit": p.explicit,
        "sentence_vectors": _packed(row.embedded.sentences),
    }  # fmt: skip


def _stored(key: str, text: str, meta: Mapping[str, Any], vector: Matrix) -> StoredPassage:
    sentences = tuple(text.split("\n"))
    passage = Passage(
        id=key, book=meta["book"], kind=meta["kind"], document=meta["document"], sentences=sentences,
        reveals=Reveals.of(json.loads(meta["reveals"])), inferred=meta["inferred"], order=meta["order"],
        group=meta["group"], heading=meta["heading"], origin=meta["origin"], rating=meta["rating"] or None,
        date=dt.date.fromisoformat(meta["date"]) if meta["date"] else None, likes=meta["likes"],
        explicit=meta["explicit"],
    )  # fmt: skip
    return StoredPassage(passage, Embedded(vector, _unpacked(meta["sentence_vectors"], len(sentences))))


def _packed(vectors: Matrix) -> str:
    """Return unit vectors as text: a byte a number, scaled to each vector's largest (cosine to the exact > 0.9999)."""
    scaled = np.round(127 * vectors / np.abs(vectors).max(axis=1, keepdims=True)).astype(np.int8)
    return base64.b64encode(scaled.tobytes()).decode("ascii")


def _unpacked(text: str, count: int) -> Matrix:
    numbers = np.frombuffer(base64.b64decode(text), dtype=np.int8).reshape(count, -1).astype(np.float32)
    return np.asarray(numbers / np.linalg.norm(numbers, axis=1, keepdims=True), np.float32)
