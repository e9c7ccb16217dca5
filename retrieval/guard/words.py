"""The guard's view of single words: how well passages match them, and which words are enough to stop a sentence.

Words are matched in context ("late interaction", Khattab and Zaharia 2020, arXiv:2004.12832): every word has a vector,
and a passage matches it by the nearest of its own words. So "She was murdered" finds "somebody killed her".
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from threading import Lock

import numpy as np
from cachetools import LRUCache

from corpus.passages import Passage
from retrieval.ranking import Floats
from retrieval.types import Embedder, Matrix, TokenVectors
from retrieval.words import STOP_WORDS, stem, words

CACHED_PASSAGES = 1_000
"""Passages whose token vectors are kept, the last used; each takes about 50 kB."""

CODE_TOKENS = 4
"""Tokens of a word from which it counts as a code: the model knows most words of English whole."""

CODE_LETTERS = 3
"""Unknown single letters from which a sentence spells something."""

CODE_WORDS = 4
"""Unknown words of several tokens from which a sentence is a code, such as a made-up word for each letter."""

_WORD = re.compile(r"[^\W_]+")
_CONTRACTED = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_SENTENCE_START = re.compile(r"(?:^|[.!?:…]\W*|[\"“‘(]\s*)$")
_DOTS, _DASHES = frozenset(".·•"), frozenset("-–—−_")
_MORSE = re.compile(r"[.·•–—−_-]{1,7}(?:[\s/|]+[.·•–—−_-]{1,7}){2,}")


class PassageTokens:
    """The token vectors of passages, cached by id: an id is made of the passage's words, so none is ever stale."""

    def __init__(self, reader: Embedder) -> None:
        self._reader = reader
        self._cache: LRUCache[str, Matrix] = LRUCache(CACHED_PASSAGES)
        self._lock = Lock()

    def of(self, passages: Sequence[Passage]) -> list[Matrix]:
        """Return each passage's tokens, shape (tokens, dimensions), each of length 1."""
        with self._lock:
            known = {p.id: self._cache[p.id] for p in passages if p.id in self._cache}
        missing = [p for p in passages if p.id not in known]
        if missing:
            read = self._reader.words([p.text for p in missing])
            for passage, (vectors, spans) in zip(missing, read, strict=True):  # without the model's own tokens
                known[passage.id] = _normalized(vectors[spans[:, 1] > spans[:, 0]]).astype(np.float16)
        with self._lock:
            self._cache.update(known)
        return [known[p.id].astype(np.float32) for p in passages]


def _normalized(vectors: Matrix) -> Matrix:
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-6), np.float32)


def content_words(text: str, read: TokenVectors, start: int = 0) -> tuple[list[str], Matrix]:
    """Return the words of a text that carry meaning, from a character on, and their vectors, shape (words, dimensions).

    All vectors have length 1. A word of several tokens has the mean of theirs; one beyond the model's limit has none
    and is left out.
    """
    vectors, _ = read
    found, rows = [], []
    for word in _WORD.finditer(text, start):
        inside = _tokens_of(word, read)
        if word[0].lower() not in STOP_WORDS and inside.any():
            found.append(word[0])
            rows.append(vectors[inside].mean(axis=0))
    return found, _normalized(np.stack(rows)) if rows else np.zeros((0, vectors.shape[1]), np.float32)


def _tokens_of(word: re.Match[str], read: TokenVectors) -> Floats:
    """Return which tokens lie within a word."""
    _, spans = read
    return np.asarray((spans[:, 0] >= word.start()) & (spans[:, 1] <= word.end()) & (spans[:, 1] > spans[:, 0]))


def word_similarities(words: Matrix, passages: Sequence[Matrix]) -> Floats:
    """Return how near each word is to the nearest word of each passage (cosine, -1 to 1), shape (words, passages)."""
    if not len(words) or not passages:
        return np.zeros((len(words), len(passages)), np.float32)
    return np.stack([(words @ passage.T).max(axis=1, initial=-1.0) for passage in passages], axis=1)


@dataclass(frozen=True, slots=True)
class UnknownWord:
    """A word that the reader has not met: its stem, its number of tokens, and whether it is written as a name."""

    stem: str
    tokens: int
    name: bool

    @property
    def rare(self) -> bool:
        """Whether the model does not know it whole."""
        return self.tokens != 1


def has_revealing_word(sentence: str, read: TokenVectors, known: Collection[str], secret: Collection[str]) -> bool:
    """Return whether a sentence holds a word that is enough to stop it, or a code.

    `known` are stems of visible text, of the question and of the book's title, `secret` those that only hidden text
    holds; `read` is the sentence as the model reads it, which says of how many tokens each word is made.
    """
    if any(_DOTS & {*run} and _DASHES & {*run} for run in _MORSE.findall(sentence)):
        return True
    unknown = list(_unknown_words(sentence, read, known))
    letters = sum(len(word.stem) == 1 for word in unknown)
    rare = sum(word.rare for word in unknown)
    return letters >= CODE_LETTERS or rare >= CODE_WORDS or any(
        word.stem.isdigit() or word.tokens >= CODE_TOKENS or (word.stem in secret and (word.name or word.rare))
        for word in unknown
    )  # fmt: skip


def _unknown_words(sentence: str, read: TokenVectors, known: Collection[str]) -> Iterator[UnknownWord]:
    for found in _CONTRACTED.finditer(sentence):
        tokens = int(_tokens_of(found, read).sum())
        name = found[0][0].isupper() and not _SENTENCE_START.search(sentence, 0, found.start())
        for word in words(found[0]):
            if word not in STOP_WORDS and stem(word) not in known:
                yield UnknownWord(stem(word), tokens, name)
