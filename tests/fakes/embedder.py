"""An embedder that knows no language: a text becomes its stems, hashed into 64 dimensions."""

import re
import zlib
from collections.abc import Sequence
from threading import Event

import numpy as np

from retrieval.types import Embedded, QuestionVectors, TokenVectors, Vector
from retrieval.words import stems


class EmbedderStopped(Exception):
    """The run was interrupted, as a closed terminal would interrupt it."""


class HashedEmbedder:
    """Speaks the `Embedder` protocol: the same text always gives the same vectors, shared words bring texts near.

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

    def question(self, text: str) -> QuestionVectors:
        """Embed a question."""
        return QuestionVectors(hashed(text), hashed(text))

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
