"""A book as it is opened: all of its passages as one text, kept in one entry of the store.

Chroma loads a collection's whole index before it returns anything of it, which for a million passages is seconds and
gigabytes. A collection with one entry a book has next to no index.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from chromadb.api.collection_configuration import CreateHNSWConfiguration

from retrieval.damaged import written
from retrieval.rows import StoredPassage, stored
from retrieval.types import Vector

Entry = tuple[str, str, Mapping[str, Any], Vector]
"""A passage as Chroma returns it: id, text, metadata and vector."""

CONFIGURATION: CreateHNSWConfiguration = {"space": "cosine", "batch_size": 2, "sync_threshold": 4}
"""Chroma keeps the last entries, up to the threshold, in a log that it reads at every start; these are large."""


def joined(entries: Iterable[Entry]) -> str:
    """Return passages as one text."""
    return json.dumps([(key, text, meta, _letters(vector)) for key, text, meta, vector in entries])


def parted(whole: str) -> list[StoredPassage]:
    """Return the passages of a text. Raises Garbled."""
    with written():
        return [stored(key, text, meta, _numbers(letters)) for key, text, meta, letters in json.loads(whole)]


def _letters(vector: Vector) -> str:
    return base64.b64encode(vector.astype("<f4").tobytes()).decode("ascii")


def _numbers(letters: str) -> Vector:
    return np.frombuffer(base64.b64decode(letters), "<f4")
