"""The vector store: Chroma keeps every passage with its vectors, and for each book what it was made from.

The passages of a club's own texts lie among the others; what the store holds of them is noted apart, so that nothing
that is done to a book of the library touches them.

A book is read as one entry, which takes the same few milliseconds in a library of any size; a filtered query grows with
the whole library, and even to read by ids needs its whole index in memory (docs/retrieval.md has the figures).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

import numpy as np

from corpus.books import Slug
from retrieval import whole_books
from retrieval.damaged import Garbled, written
from retrieval.manifests import ClubManifest, Manifest
from retrieval.rows import StoredPassage, metadata_of, stored
from retrieval.store_access import NOTHING, StoreAccess, told, writing

AT_ONCE = 400
"""Passages read or written at once (Chroma: SQLite takes at most 32,766 variables a statement, six a passage)."""


Thing = TypeVar("Thing")


class Store(StoreAccess):
    """The vector store, for any number of threads of this process."""

    @told
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

    @told
    def manifests(self) -> dict[Slug, Manifest]:
        """Return what is held of every book that is wholly in the store."""
        return {manifest.book: manifest for manifest in self._noted()}

    @told
    def manifest(self, book: Slug) -> Manifest | None:
        """Return what is held of a book; None while it is not wholly in the store."""
        return next(self._noted(book), None)

    @told
    def ids_of(self, book: Slug) -> set[str]:
        """Return the ids of all passages that a book has of the library, also those of an interrupted run.

        Slow: for indexing only.
        """
        with self._alone:
            return set(self._passages.get(where={"$and": [{"book": book}, {"club": ""}]}, include=[])["ids"])

    @told
    def having(self, ids: Sequence[str]) -> set[str]:
        """Return which of these ids the store holds."""
        found: set[str] = set()
        for part in parts(ids):
            with self._alone:
                found.update(self._passages.get(ids=part, include=[])["ids"])
        return found

    @told
    def read(self, ids: Sequence[str]) -> list[StoredPassage]:
        """Return the passages of these ids, in their order; ids that are not there are passed over."""
        return [stored(*entry) for entry in self._entries(ids)]

    @told
    def read_book(self, book: Slug) -> list[StoredPassage]:
        """Return the passages of a book that is wholly in the store, in their order; none of one that is not."""
        with self._alone:
            found = self._whole_books.get(ids=book, include=["metadatas"])["metadatas"]
        with written():
            return whole_books.parted(str(found[0]["passages"])) if found else []

    @writing
    def write(self, rows: Sequence[StoredPassage]) -> None:
        """Add passages or replace them."""
        for part in parts(rows):
            with self._alone:
                self._passages.upsert(
                    ids=[row.passage.id for row in part],
                    documents=["\n".join(row.passage.sentences) for row in part],
                    embeddings=np.stack([row.embedded.passage for row in part]),
                    metadatas=[metadata_of(row) for row in part],
                )

    @writing
    def remove(self, ids: Iterable[str]) -> None:
        """Remove passages."""
        for part in parts(list(ids)):
            with self._alone:
                self._passages.delete(ids=part)

    @writing
    def finish(self, manifest: Manifest) -> None:
        """Note that a book is wholly in the store, and make it ready to be opened."""
        whole = whole_books.joined(self._entries(manifest.ids))
        with self._alone:
            # as metadata: the words of its documents Chroma would index
            self._whole_books.upsert(ids=[manifest.book], embeddings=NOTHING, metadatas=[{"passages": whole}])
            self._manifests.upsert(
                ids=[manifest.book],
                documents=[json.dumps(manifest.ids)],
                embeddings=NOTHING,
                metadatas=[{"fingerprint": manifest.fingerprint, "against": json.dumps(dict(manifest.against))}],
            )

    @writing
    def forget(self, book: Slug) -> None:
        """Remove the note that a book is wholly in the store, before it is changed."""
        with self._alone:
            self._manifests.delete(ids=[book])
            self._whole_books.delete(ids=[book])

    @told
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

    @writing
    def note_club(self, manifests: Sequence[ClubManifest]) -> None:
        """Note what the store holds of club texts."""
        for part in parts(manifests):
            with self._alone:
                self._club_texts.upsert(
                    ids=[_club_key(m) for m in part],
                    documents=[json.dumps(m.ids) for m in part],
                    embeddings=np.zeros((len(part), 1), np.float32),
                    metadatas=[
                        {"club": m.club, "id": m.id, "book": m.book, "fingerprint": m.fingerprint} for m in part
                    ],
                )

    @writing
    def forget_club(self, manifests: Sequence[ClubManifest]) -> None:
        """Remove the notes of club texts whose passages are gone."""
        for part in parts(manifests):
            with self._alone:
                self._club_texts.delete(ids=[_club_key(m) for m in part])

    def _entries(self, ids: Sequence[str]) -> list[whole_books.Entry]:
        found: dict[str, whole_books.Entry] = {}
        for part in parts(ids):
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


def parts(things: Sequence[Thing], size: int = AT_ONCE) -> Iterator[list[Thing]]:
    """Yield so many at once."""
    return (list(things[start : start + size]) for start in range(0, len(things), size))


def _club_key(manifest: ClubManifest) -> str:
    """Return an id that no other club text has, whatever club and text are called."""
    return json.dumps([manifest.club, manifest.id])
