"""A passage as the store keeps it: its sentences as one text, its vector, and metadata that Chroma can hold."""

from __future__ import annotations

import base64
import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from corpus.passages import Passage
from corpus.reveals import Reveals
from retrieval.embedding import Embedded
from retrieval.vectors import Matrix, Vector


@dataclass(frozen=True, slots=True)
class StoredPassage:
    """A passage with its vectors, as the store keeps them."""

    passage: Passage
    embedded: Embedded


def metadata_of(row: StoredPassage) -> dict[str, str | int | float | bool]:
    """Return a passage's metadata, all of it always: Chroma keeps the value of a key that is not written again."""
    p = row.passage
    return {
        "book": p.book, "kind": p.kind, "document": p.document, "reveals": json.dumps(dict(p.reveals.marks)),
        "inferred": p.inferred, "order": p.order, "group": p.group, "heading": p.heading, "origin": p.origin,
        "rating": p.rating or 0, "date": p.date.isoformat() if p.date else "", "likes": p.likes, "explicit": p.explicit,
        "club": p.club, "certainty": p.certainty, "sentence_vectors": _packed(row.embedded.sentences),
    }  # fmt: skip


def stored(key: str, text: str, meta: Mapping[str, Any], vector: Vector) -> StoredPassage:
    """Return a passage of which the store has given id, text, metadata and vector."""
    sentences = tuple(text.split("\n"))
    passage = Passage(
        id=key, book=meta["book"], kind=meta["kind"], document=meta["document"], sentences=sentences,
        reveals=Reveals.of(json.loads(meta["reveals"])), inferred=meta["inferred"], order=meta["order"],
        group=meta["group"], heading=meta["heading"], origin=meta["origin"], rating=meta["rating"] or None,
        date=dt.date.fromisoformat(meta["date"]) if meta["date"] else None, likes=meta["likes"],
        explicit=meta["explicit"], club=meta["club"], certainty=meta["certainty"],
    )  # fmt: skip
    return StoredPassage(passage, Embedded(vector, _unpacked(meta["sentence_vectors"], len(sentences))))


def _packed(vectors: Matrix) -> str:
    """Return unit vectors as text: a byte a number, scaled to each vector's largest (cosine to the exact > 0.9999)."""
    scaled = np.round(127 * vectors / np.abs(vectors).max(axis=1, keepdims=True)).astype(np.int8)
    return base64.b64encode(scaled.tobytes()).decode("ascii")


def _unpacked(text: str, count: int) -> Matrix:
    numbers = np.frombuffer(base64.b64decode(text), dtype=np.int8).reshape(count, -1).astype(np.float32)
    return np.asarray(numbers / np.linalg.norm(numbers, axis=1, keepdims=True), np.float32)
