"""How far the words of a sentence are matched in passages, word by word, in whatever words these say the same.

Every word has a vector, read in its context; a word of a sentence is matched in a passage by the nearest of its words
("late interaction", Khattab and Zaharia 2020, arXiv:2004.12832). "She was murdered" so finds "somebody killed her".
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Protocol

import numpy as np

from corpus.passages import Passage
from retrieval.rank.features import Floats
from retrieval.rank.words import STOP_WORDS, stem, words
from retrieval.types import Matrix, TokenVectors

KEPT = 1_000
"""Passages whose words stay read, the last used; each takes about 50 kB."""

_WORD = re.compile(r"[^\W_]+")


class WordReader(Protocol):
    """Reads texts token by token."""

    def words(self, texts: Sequence[str]) -> list[TokenVectors]:
        """Return for each text its tokens' vectors and where each token stands in it."""
        ...


class ReadPassages:
    """Passages read word by word. A passage's id is made of its words, so what is kept never goes stale."""

    def __init__(self, reader: WordReader) -> None:
        self._reader = reader
        self._kept: OrderedDict[str, Matrix] = OrderedDict()
        self._lock = Lock()

    def of(self, passages: Sequence[Passage]) -> list[Matrix]:
        """Return each passage's tokens, shape (tokens, dimensions), each of length 1."""
        with self._lock:
            known = {p.id: self._kept[p.id] for p in passages if p.id in self._kept}
        missing = [p for p in passages if p.id not in known]
        if missing:
            read = self._reader.words([p.text for p in missing])
            known |= {p.id: _tokens(one).astype(np.float16) for p, one in zip(missing, read, strict=True)}
        with self._lock:
            for passage in passages:
                self._kept[passage.id] = known[passage.id]
                self._kept.move_to_end(passage.id)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return [known[p.id].astype(np.float32) for p in passages]


def _tokens(read: TokenVectors) -> Matrix:
    """Return the vectors of what stands in the text, each of length 1: not of the marks round it."""
    vectors, spans = read
    return _units(vectors[spans[:, 1] > spans[:, 0]])


def _units(vectors: Matrix) -> Matrix:
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-6), np.float32)


def telling_words(text: str, read: TokenVectors, start: int = 0) -> tuple[list[str], Matrix]:
    """Return the words of a text that carry meaning, from a character on, and their vectors, shape (words, dimensions).

    All vectors have length 1. A word of several tokens has the mean of theirs; what lies beyond the model's limit has
    none and is left out.
    """
    vectors, spans = read
    telling, rows = [], []
    for found in _WORD.finditer(text, start):
        inside = (spans[:, 0] >= found.start()) & (spans[:, 1] <= found.end()) & (spans[:, 1] > spans[:, 0])
        if found[0].lower() not in STOP_WORDS and inside.any():
            telling.append(found[0])
            rows.append(vectors[inside].mean(axis=0))
    width = vectors.shape[1]
    return telling, _units(np.stack(rows)) if rows else np.zeros((0, width), np.float32)


def matched(words: Matrix, passages: Sequence[Matrix]) -> Floats:
    """Return how near each word has a like in each passage (cosine, -1 to 1), shape (words, passages)."""
    if not len(words) or not passages:
        return np.zeros((len(words), len(passages)), np.float32)
    return np.stack([(words @ passage.T).max(axis=1, initial=-1.0) for passage in passages], axis=1)


BROKEN = 4
"""Tokens of a word from which it is taken to be no word of English, but a code: the model knows most words whole."""

STRANGERS = 2
"""Names that neither visible nor hidden text holds, from which a sentence is stopped: one may be an actor's."""

SPELLED = 3
"""Single letters from which a sentence is taken to spell something."""

PIECED = 4
"""Words that the model does not know whole, from which a sentence is taken for a code: a made-up word for a letter."""

_DOTS, _DASHES = frozenset(".·•"), frozenset("-–—−_")
_MARKS = re.compile(r"[.·•–—−_-]{1,7}(?:[\s/|]+[.·•–—−_-]{1,7}){2,}")

_WRITTEN_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_BEGINNING = re.compile(r"(?:^|[.!?:…]\W*|[\"“‘(]\s*)$")


@dataclass(frozen=True, slots=True)
class Unmet:
    """A word that the reader has not met: its stem, its tokens, and whether it is written as a name is."""

    stem: str
    tokens: int
    name: bool

    @property
    def rare(self) -> bool:
        """Whether the model does not know it whole."""
        return self.tokens != 1


def tells(sentence: str, read: TokenVectors, met: Collection[str], secret: Collection[str]) -> bool:
    """Return whether a sentence holds a word that tells by itself, or Morse code.

    `met` are stems of visible text, of the question and of the book's title, `secret` those that only hidden text
    holds; `read` is the sentence as the model reads it, which says of how many tokens each word is made.
    """
    if any(_DOTS & {*run} and _DASHES & {*run} for run in _MARKS.findall(sentence)):
        return True
    found = list(_unmet(sentence, read, met))
    strangers = {word.stem for word in found if word.name and word.stem not in secret}
    letters = [word for word in found if len(word.stem) == 1]
    pieced = [word for word in found if word.rare]
    return len(strangers) >= STRANGERS or len(letters) >= SPELLED or len(pieced) >= PIECED or any(
        word.stem.isdigit()
        or word.tokens >= BROKEN
        or (word.stem in secret and (word.name or word.rare))
        for word in found
    )  # fmt: skip


def _unmet(sentence: str, read: TokenVectors, met: Collection[str]) -> Iterator[Unmet]:
    _, spans = read
    for found in _WRITTEN_WORD.finditer(sentence):
        inside = (spans[:, 0] >= found.start()) & (spans[:, 1] <= found.end()) & (spans[:, 1] > spans[:, 0])
        name = found[0][0].isupper() and not _BEGINNING.search(sentence, 0, found.start())
        for word in words(found[0]):
            if word not in STOP_WORDS and stem(word) not in met:
                yield Unmet(stem(word), int(inside.sum()), name)
