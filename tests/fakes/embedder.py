"""Embedders for tests: one that knows no language, and one that remembers what another has read."""

import re
import zlib
from collections.abc import Callable, Hashable, Sequence
from threading import Event, Lock
from typing import Generic, TypeVar

import numpy as np
from cachetools import LRUCache

from retrieval.types import Embedded, Embedder, QuestionVectors, TokenVectors, Vector
from retrieval.words import stems

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class EmbedderStopped(Exception):
    """The run was interrupted, as a closed terminal would interrupt it."""


class HashedEmbedder:
    """A text becomes its stems, hashed into 64 dimensions: shared words bring texts near, each text has one vector.

    `embedded` are all texts of passages so far; with `stops_after`, only so many calls are answered.
    """

    dimensions = 64
    adapted = False

    def __init__(self, name: str = "hashed", stops_after: int | None = None) -> None:
        self.name = name
        self.embedded: list[str] = []
        self._calls_left = stops_after

    def passages(self, passages: Sequence[Sequence[str]]) -> list[Embedded]:
        """Embed passages, each given as its sentences."""
        if self._calls_left is not None:
            if self._calls_left == 0:
                raise EmbedderStopped
            self._calls_left -= 1
        self.embedded += [" ".join(sentences) for sentences in passages]
        return [Embedded(hashed(" ".join(said)), np.stack([hashed(one) for one in said])) for said in passages]

    def question(self, text: str, beside: Sequence[str] = ()) -> QuestionVectors:
        """Embed a question."""
        return QuestionVectors(hashed(text), hashed(text), tuple(map(hashed, beside)))

    def words(self, texts: Sequence[str]) -> list[TokenVectors]:
        """Read texts word by word: each word by itself, in no context."""
        return [_read(text) for text in texts]


class PausingEmbedder(HashedEmbedder):
    """Stops at a passage that holds `word`, until it may go on: what else goes on meanwhile is the test's to say."""

    def __init__(self, word: str) -> None:
        super().__init__()
        self._word = word
        self.reached, self.may_go_on = Event(), Event()

    def passages(self, passages: Sequence[Sequence[str]]) -> list[Embedded]:
        """Embed passages, each given as its sentences."""
        if not self.reached.is_set() and any(self._word in sentence for said in passages for sentence in said):
            self.reached.set()
            assert self.may_go_on.wait(60), "the test never let it go on"
        return super().passages(passages)


class RememberingEmbedder:
    """Has another embedder read each text once: most tests ask the same questions about the same books."""

    def __init__(self, embedder: Embedder) -> None:
        self.name, self.adapted = embedder.name, embedder.adapted
        self._passages = _Remembered[tuple[str, ...], Embedded](embedder.passages, 100_000)
        self._questions = _Remembered[tuple[str, tuple[str, ...]], QuestionVectors](
            lambda asked: [embedder.question(*one) for one in asked], 10_000
        )
        self._words = _Remembered[str, TokenVectors](embedder.words, 1_000)  # a vector for each token takes much memory

    def passages(self, passages: Sequence[Sequence[str]]) -> list[Embedded]:
        """Embed passages, each given as its sentences."""
        return self._passages([tuple(said) for said in passages])

    def question(self, text: str, beside: Sequence[str] = ()) -> QuestionVectors:
        """Embed a question."""
        return self._questions([(text, tuple(beside))])[0]

    def words(self, texts: Sequence[str]) -> list[TokenVectors]:
        """Read texts token by token."""
        return self._words(texts)


class _Remembered(Generic[Key, Value]):
    """What was found for the keys that were asked for last. Threads may ask at once."""

    def __init__(self, find: Callable[[Sequence[Key]], Sequence[Value]], most: int) -> None:
        self._find, self._known, self._lock = find, LRUCache[Key, Value](most), Lock()

    def __call__(self, keys: Sequence[Key]) -> list[Value]:
        with self._lock:
            found = {key: self._known[key] for key in keys if key in self._known}
        new = [key for key in dict.fromkeys(keys) if key not in found]
        found |= zip(new, self._find(new) if new else (), strict=True)
        with self._lock:
            self._known.update(found)
        return [found[key] for key in keys]


def hashed(text: str) -> Vector:
    """Return the counts of a text's stems by hash, at length 1."""
    counts = np.zeros(HashedEmbedder.dimensions, np.float32)
    for stem in stems(text):
        key = zlib.crc32(stem.encode())
        counts[key % len(counts)] += 1 if key & 0x10000 else -1
    if not counts.any():
        counts[0] = 1
    return np.asarray(counts / np.linalg.norm(counts), np.float32)


def _read(text: str) -> TokenVectors:
    """Return a vector for the text's beginning, as models put one there, and one for each word."""
    found = list(re.finditer(r"\w+", text))
    spans = [(0, 0), *(one.span() for one in found)]
    return np.stack([hashed(text), *(hashed(one[0]) for one in found)]), np.array(spans, np.int64)
