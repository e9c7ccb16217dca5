"""Books in memory: an `OpenedBook` is all of a book, a `VisibleBook` what an audience may see of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Self

import numpy as np
import numpy.typing as npt
from cachetools import LRUCache

from corpus.books import Slug
from corpus.passages import Passage
from retrieval.gate import Gate
from retrieval.store import StoredPassage
from retrieval.types import Matrix, Vector
from retrieval.words import SENTENCE_TRAITS, sentence_traits, stems

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]
Posting = tuple[Ints, Floats]
_NOWHERE: Posting = (np.zeros(0, np.int64), np.zeros(0, np.float32))
KEPT_VIEWS = 4  # views of one book kept at a time: a club has few different positions in a book at once


@dataclass(frozen=True, slots=True)
class Runs:
    """Where each run of rows with the same number starts, and how long it is."""

    starts: Ints
    sizes: Floats

    @classmethod
    def numbered(cls, numbers: Ints) -> Self:
        """Return the runs of rows that bear these numbers."""
        starts = np.flatnonzero(np.diff(numbers, prepend=-1))
        return cls(starts, np.diff(starts, append=len(numbers)).astype(np.float32))

    def combined(self, combine: np.ufunc, rows: Floats) -> Floats:
        """Combine the columns of each run, shape (rows, columns) to (rows, runs); there has to be a column."""
        return np.asarray(combine.reduceat(rows, self.starts, axis=-1), np.float32)


class OpenedBook:
    """All passages of a book with their vectors and words, in reading order."""

    def __init__(self, book: Slug, rows: Sequence[StoredPassage]) -> None:
        rows = sorted(rows, key=lambda row: row.passage.order)
        self.book = book
        self.passages: tuple[Passage, ...] = tuple(row.passage for row in rows)
        self.sentences = tuple(s for p in self.passages for s in p.sentences)
        width = len(rows[0].embedded.passage) if rows else 0
        self.passage_vectors: Matrix = _stacked([row.embedded.passage[None] for row in rows], width)
        self.sentence_vectors: Matrix = _stacked([row.embedded.sentences for row in rows], width)
        counts = [len(p.sentences) for p in self.passages]
        self.passage_of: Ints = np.repeat(np.arange(len(counts)), counts)
        self.stems = tuple(tuple(stems(sentence)) for sentence in self.sentences)
        self.postings = _postings(self.stems)
        self.traits = np.array([sentence_traits(s) for s in self.sentences], np.float32).reshape(-1, SENTENCE_TRAITS)
        self._views: LRUCache[bytes, VisibleBook] = LRUCache(KEPT_VIEWS)
        self._lock = Lock()

    @property
    def bytes(self) -> int:
        """Memory held, roughly: vectors, and ten times the text for words and objects."""
        text = sum(map(len, self.sentences))
        return 3 * (self.passage_vectors.nbytes + self.sentence_vectors.nbytes) + 10 * text

    def seen_through(self, gate: Gate) -> "VisibleBook":
        """Return what an audience may see of the book."""
        return self._view(np.fromiter(map(gate.passes, self.passages), bool, len(self.passages)))

    def fits_better_beyond(self, view: "VisibleBook", question: Vector) -> bool:
        """Return whether a sentence beyond a view is more like a question than any in it: operators may know that."""
        if len(view) == len(self.sentences):
            return False
        similar = self.sentence_vectors @ question
        return bool(similar.max(initial=-1.0) > similar[view.rows].max(initial=-1.0))

    def whole(self) -> "VisibleBook":
        """Return all of the book, for placing; it never reaches a reply."""
        return self._view(np.ones(len(self.passages), bool))

    def _view(self, shown: npt.NDArray[np.bool_]) -> "VisibleBook":
        key = shown.tobytes()
        with self._lock:
            view = self._views.get(key)
            if view is None:
                view = self._views[key] = VisibleBook(self, np.flatnonzero(shown))
            return view


class VisibleBook:
    """What one audience may see of a book; what is hidden counts nowhere, not even in how rare a word is."""

    def __init__(self, opened: OpenedBook, shown: Ints) -> None:
        self.book = opened.book
        self.passages = tuple(opened.passages[n] for n in shown)
        rows = np.flatnonzero(np.isin(opened.passage_of, shown))
        self.rows: Ints = rows
        self.sentences = tuple(opened.sentences[n] for n in rows)
        self.passage_vectors = _taken(opened.passage_vectors, shown)
        self.sentence_vectors = _taken(opened.sentence_vectors, rows)
        self.passage_of: Ints = np.searchsorted(shown, opened.passage_of[rows])
        self.traits = opened.traits[rows]
        self.stems = tuple(opened.stems[n] for n in rows)
        self.lengths: Floats = np.array([len(words) for words in self.stems], np.float32)
        self._postings = opened.postings
        self._place: Ints = np.full(len(opened.sentences), -1, np.int64)
        self._place[rows] = np.arange(len(rows))
        groups = np.array([p.group for p in self.passages], np.int64)
        self.group_of_passage: Ints = np.unique(groups, return_inverse=True)[1] if len(groups) else groups
        self.group_of: Ints = self.group_of_passage[self.passage_of]
        self.by_passage, self.by_group = Runs.numbered(self.passage_of), Runs.numbered(self.group_of)
        self.passages_by_group = Runs.numbered(self.group_of_passage)
        self.passage_lengths = self.by_passage.combined(np.add, self.lengths)
        self.group_lengths = self.by_group.combined(np.add, self.lengths)
        self.marks: Ints = np.array([p.mark for p in self.passages], np.int64)

    def __len__(self) -> int:
        return len(self.sentences)

    def found(self, word: str) -> tuple[Ints, Floats]:
        """Return the visible sentences that hold a stem, and how often each does."""
        rows, counts = self._postings.get(word, _NOWHERE)
        places = self._place[rows]
        return places[places >= 0], counts[places >= 0]


def _postings(sentences: Sequence[Sequence[str]]) -> dict[str, Posting]:
    found: dict[str, dict[int, int]] = {}
    for n, words in enumerate(sentences):
        for word in words:
            counts = found.setdefault(word, {})
            counts[n] = counts.get(n, 0) + 1
    return {
        word: (np.fromiter(counts, np.int64, len(counts)), np.fromiter(counts.values(), np.float32, len(counts)))
        for word, counts in found.items()
    }


def _stacked(parts: list[Matrix], width: int) -> Matrix:
    return np.concatenate(parts) if parts else np.zeros((0, width), np.float32)


def _taken(vectors: Matrix, rows: Ints) -> Matrix:
    """Return some rows, in order. Neighbours are not copied, which saves 27 MB for four views of a novel."""
    together = len(rows) and rows[-1] - rows[0] + 1 == len(rows)
    return vectors[rows[0] : rows[-1] + 1] if together else vectors[rows]
