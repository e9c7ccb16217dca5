"""Placing text that nobody placed: how far must a reader be before it may be shown?

A summary in story order is spread over its book. Anything else is matched, sentence by sentence, against the
positioned text of every book that it may be about, and takes the furthest place that it matches. A match is never
certain: what is asked is the first mark by which, with high probability, the matching text has been read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from corpus.books import Book
from corpus.library import Library
from corpus.naming import names_in
from corpus.passages import Passage, Unplaced, placed
from corpus.reveals import Reveals, Slug
from retrieval.features import RECENCY, Question
from retrieval.opened import VisibleBook
from retrieval.ranking import Reader

CERTAINTY = 0.85
"""Share of the chances that lies at or before the place found; docs/placing.md has what it costs and saves."""

MATCHED = 0.5
"""Confidence from which unlabelled text is taken to match: below it, its place is unknown."""

TELLING = 0.06
"""Confidence from which a message is taken to tell of the story: below it, it is talk about something else."""

WINDOW = 3
"""Sentences of a message that are placed together: what one says, the next one often only points at."""

Landmarks = Mapping[Slug, VisibleBook]
"""The positioned text of each book."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sentence belongs in one book: the mark, and how sure it is that it matches anything there."""

    mark: int
    confidence: float


def spread(unplaced: Sequence[Unplaced], book: Book) -> list[Passage]:
    """Place the passages of a summary by their share of its text, rounded up."""
    return [placed(u.passage, Reveals.of({book.slug: book.mark_at(u.share)})) for u in unplaced]


def related(book: Book, texts: Iterable[str], library: Library) -> list[Slug]:
    """Return the books that a text filed under `book` may be about: same author, same series, or named in it."""
    named = {slug for text in texts for slug in names_in(text, library.books)}
    return [
        slug for slug, other in library.books.items()
        if slug == book.slug or slug in named or other.author == book.author
        or (book.series and other.series == book.series)
    ]  # fmt: skip


def place(statement: Question, view: VisibleBook, reader: Reader) -> Place:
    """Return where a statement belongs in a book's positioned text."""
    if not len(view):
        return Place(0, 0.0)
    ranking = reader.read(view, statement, np.zeros((len(view), RECENCY), np.float32))
    marks = view.marks[view.passage_of]
    order = np.argsort(marks, kind="stable")
    reached = int(np.searchsorted(np.cumsum(ranking.chances[order]), CERTAINTY))
    return Place(int(marks[order[min(reached, len(order) - 1)]]), ranking.confidence)


def reveals_of(statements: Sequence[Question], book: Book, landmarks: Landmarks, reader: Reader) -> Reveals:
    """Return how far readers must be for unlabelled text of `book`: what matches nothing reveals the whole book."""
    furthest = dict.fromkeys(landmarks, 0) | {book.slug: 0}
    for statement in statements:
        places = {slug: place(statement, view, reader) for slug, view in landmarks.items()}
        matched = {slug: found for slug, found in places.items() if found.confidence >= MATCHED}
        for slug, found in matched.items():
            furthest[slug] = max(furthest[slug], found.mark)
        if not matched:
            furthest[book.slug] = book.marks
    return Reveals.of({slug: mark for slug, mark in furthest.items() if mark or slug == book.slug})
