"""A passage as the store keeps it: its sentences as one text, its vector, and metadata that Chroma can hold.

A checksum goes with it: one bit that a disk loses in `reveals` would show a passage too early.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from corpus.books import Reveals
from corpus.passages import Passage
from retrieval.damaged import Garbled
from retrieval.types import Embedded, Matrix, Vector

SUM = "sum"
"""The name of the checksum among the metadata."""


@dataclass(frozen=True, slots=True)
class StoredPassage:
    """A passage with its vectors, as the store keeps them."""

    passage: Passage
    embedded: Embedded


def metadata_of(row: StoredPassage) -> dict[str, str | int | float | bool]:
    """Return a passage's metadata, all of it always: Chroma keeps the value of a key that is not written again."""
    p = row.passage
    meta: dict[str, str | int | float | bool] = {
        "book": p.book, "kind": p.kind, "document": p.document, "reveals": json.dumps(dict(p.reveals.marks)),
        "inferred": p.inferred, "order": p.order, "group": p.group, "heading": p.heading, "origin": p.origin,
        "rating": p.rating or 0, "date": p.date.isoformat() if p.date else "", "likes": p.likes, "explicit": p.explicit,
        "club": p.club, "certainty": p.certainty, "sentence_vectors": _packed(row.embedded.sentences),
    }  # fmt: skip
    return meta | {SUM: _sum(p.id, "\n".join(p.sentences), meta)}


def stored(key: str, text: str, meta: Mapping[str, Any], vector: Vector) -> StoredPassage:
    """Return a passage of which the store has given id, text, metadata and vector. Raises Garbled."""
    if meta.get(SUM) != _sum(key, text, meta):
        raise Garbled("a passage is not as it was written")
    sentences = tuple(text.split("\n"))
    passage = Passage(
        id=key, book=meta["book"], kind=meta["kind"], document=meta["document"], sentences=sentences,
        reveals=Reveals.of(json.loads(meta["reveals"])), inferred=meta["inferred"], order=meta["order"],
        group=meta["group"], heading=meta["heading"], origin=meta["origin"], rating=meta["rating"] or None,
        date=dt.date.fromisoformat(meta["date"]) if meta["date"] else None, likes=meta["likes"],
        explicit=meta["explicit"], club=meta["club"], certainty=meta["certainty"],
    )  # fmt: skip
    return StoredPassage(passage, Embedded(vector, _unpacked(meta["sentence_vectors"], len(sentences))))


def _sum(key: str, text: str, meta: Mapping[str, Any]) -> str:
    """Return the checksum of all that is kept of a passage, but for the vector, which only ranks."""
    told = [key, text, *(f"{name}={meta[name]}" for name in sorted(meta) if name != SUM)]
    return hashlib.blake2b("\0".join(told).encode(), digest_size=12).hexdigest()


def _packed(vectors: Matrix) -> str:
    """Return unit vectors as text: a byte a number, scaled to each vector's largest (cosine to the exact > 0.9999)."""
    scaled = np.round(127 * vectors / np.abs(vectors).max(axis=1, keepdims=True)).astype(np.int8)
    return base64.b64encode(scaled.tobytes()).decode("ascii")


def _unpacked(text: str, count: int) -> Matrix:
    numbers = np.frombuffer(base64.b64decode(text), dtype=np.int8).reshape(count, -1).astype(np.float32)
    return np.asarray(numbers / np.linalg.norm(numbers, axis=1, keepdims=True), np.float32)
