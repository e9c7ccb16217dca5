"""Placing text that nobody labelled: how far must a reader be before it may be shown?

A summary in story order is aligned with the positioned text of its book, or spread over the book where there is none.
Anything else is matched, sentence by sentence, against the positioned text of every book that it may be about, and gets
the furthest place that any sentence matches. A match is never certain: a place is the first mark by which, with high
probability, the matching text has been read.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

import numpy as np

from corpus.books import Book, Reveals, Slug
from corpus.library import Library
from corpus.names import names_in
from corpus.passages import TOLD_IN_ORDER, Passage, Unplaced, cut, placed
from retrieval.book import OpenedBook, VisibleBook
from retrieval.place.align import Numbers, posteriors
from retrieval.ranking import RECENCY, Question, Ranker, Ranking
from retrieval.store import Store

MESSAGE_CERTAINTY = 0.85
"""Share of the chances at or before the place of a message; docs/placing.md says what it costs and saves."""

MAX_BEYOND = 0.11
"""Share of the chances that may lie beyond the place of other unlabelled text, times its passage's sentences.

They mostly tell of one episode, and the furthest place of any of them counts: together they are seldom all too early.
"""

ALIGNED_CERTAINTY = 0.95
"""Share of the chances at or before the place of a sentence of a summary, which its neighbours narrow down."""

FORESHADOWING = 0.8
"""Confidence, and share of the chances, from which a sentence of a summary tells what comes later than its place."""

MIN_MATCH = 0.3
"""Confidence from which unlabelled text counts as matched: below it, its place is unknown."""

MIN_MESSAGE_MATCH = 0.06
"""Confidence from which a message counts as telling of the story: below it, it is talk about something else."""

WINDOW = 3
"""Sentences of a message that are placed together: what one says, the next one often only points at."""

MARGIN = 0.075
"""How much later, at the middle of its book, a summary is placed that cannot be aligned, as a share of the book."""

MIN_MARKS = 3
"""Marks with positioned text that aligning a summary needs, at least."""

MIN_COVERAGE = 0.1
"""Share of all marks that must have positioned text for aligning a summary."""

MAX_MARKS = 400
"""Marks that a summary is aligned with, at most: a book of a thousand pages has no more scenes."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sentence belongs in one book, and how likely it matches anything there."""

    mark: int
    confidence: float


def spread(told: Sequence[Unplaced], book: Book) -> list[Passage]:
    """Place passages of a summary by their share of its text, with a margin and rounded up; certainty 0."""
    return [placed(u.passage, Reveals.of({book.slug: book.mark_at(_share_with_margin(u, book))})) for u in told]


def _share_with_margin(told: Unplaced, book: Book) -> float:
    """Return how far through the book a passage is, with the margin, which is 0 where a stretch begins and ends."""
    length = (told.ahead - told.after) / book.marks
    start = told.after / book.marks
    share = min(1.0, (told.share - start) / length)
    return start + length * min(1.0, share + 2 * MARGIN * math.sqrt(max(0.0, share * (1 - share))))


def alignment_marks(told: Unplaced, view: VisibleBook) -> list[int]:
    """Return the marks that a passage can be aligned with; none where too little text is positioned."""
    inside = {int(mark) for mark in view.marks if told.after < mark <= told.ahead}
    length = told.ahead - told.after
    if len(inside) < max(min(MIN_MARKS, length), MIN_COVERAGE * length):
        return []
    marks = sorted({*inside, told.ahead})
    return marks[:: -math.ceil(len(marks) / MAX_MARKS)][::-1]


def align(
    told: Sequence[Unplaced], statements: Sequence[Sequence[Question]], book: Book, view: VisibleBook, reader: Ranker
) -> list[Passage]:
    """Align passages of a summary that lie between the same labels; spread them where too little text is positioned.

    `statements` are the sentences of each passage.
    """
    marks = alignment_marks(told[0], view)
    if not marks:
        return spread(told, book)
    rankings = [_ranked(statement, view, reader) for said in statements for statement in said]
    alone = [_by_mark(ranking, view, told[0].after, marks) for ranking in rankings]
    together = posteriors(alone, [ranking.confidence for ranking in rankings])
    reached = (np.cumsum(together, axis=1) >= ALIGNED_CERTAINTY).argmax(axis=1)
    furthest = [max(marks[n], _foreshadowed(ranking, view)) for n, ranking in zip(reached, rankings, strict=True)]
    found = []
    start = 0
    for unplaced, said in zip(told, statements, strict=True):
        own = slice(start, start := start + len(said))
        reveals = Reveals.of({book.slug: max(furthest[own])})
        found.append(placed(unplaced.passage, reveals, certainty=float(together[own].max(axis=1).min())))
    return found


def _by_mark(ranking: Ranking, view: VisibleBook, after: int, marks: Sequence[int]) -> Numbers:
    """Return the chances of a sentence at each of the marks; those of a mark between two count at the later one."""
    at = view.marks[view.passage_of]
    inside = (at > after) & (at <= marks[-1])
    return np.bincount(np.searchsorted(marks, at[inside]), ranking.chances[inside], len(marks)).astype(np.float64)


def _foreshadowed(ranking: Ranking, view: VisibleBook) -> int:
    """Return the mark that a sentence surely tells of, wherever it stands; 0 if none is sure."""
    return _mark_by(ranking, view, 1 - FORESHADOWING) if ranking.confidence >= FORESHADOWING else 0


def related(book: Book, texts: Iterable[str], library: Library) -> list[Slug]:
    """Return the books that a text filed under `book` may be about: same author, same series, or named in it."""
    named = {slug for text in texts for slug in names_in(text, library.books)}
    return [
        slug for slug, other in library.books.items()
        if slug == book.slug or slug in named or other.author == book.author
        or (book.series and other.series == book.series)
    ]  # fmt: skip


def place(statement: Question, view: VisibleBook, reader: Ranker, certainty: float = MESSAGE_CERTAINTY) -> Place:
    """Return where a statement belongs in a book's positioned text."""
    if not len(view):
        return Place(0, 0.0)
    ranking = _ranked(statement, view, reader)
    return Place(_mark_by(ranking, view, certainty), ranking.confidence)


def _ranked(statement: Question, view: VisibleBook, reader: Ranker) -> Ranking:
    return reader.rank(view, statement, np.zeros((len(view), RECENCY), np.float32))


def _mark_by(ranking: Ranking, view: VisibleBook, share: float) -> int:
    """Return the first mark by which a share of the chances has been read."""
    marks = view.marks[view.passage_of]
    order = np.argsort(marks, kind="stable")
    reached = int(np.searchsorted(np.cumsum(ranking.chances[order]), share))
    return int(marks[order[min(reached, len(order) - 1)]])


def match(
    unplaced: Unplaced, statements: Sequence[Question], book: Book, views: Mapping[Slug, VisibleBook], reader: Ranker
) -> Passage:
    """Place a passage that may tell of several books; one that matches nothing reveals the whole of its own book."""
    furthest = dict.fromkeys(views, 0) | {book.slug: 0}
    sure = 1.0
    share = 1 - MAX_BEYOND * len(statements)
    for statement in statements:
        places = {slug: place(statement, view, reader, share) for slug, view in views.items()}
        matched = {slug: found for slug, found in places.items() if found.confidence >= MIN_MATCH}
        for slug, found in matched.items():
            furthest[slug] = max(furthest[slug], found.mark)
        if not matched:
            furthest[book.slug] = book.marks
        sure = min(sure, max((found.confidence for found in places.values()), default=0.0))
    reveals = Reveals.of({slug: mark for slug, mark in furthest.items() if mark or slug == book.slug})
    return placed(unplaced.passage, reveals, certainty=sure)


@dataclass(frozen=True, slots=True)
class Work:
    """The text of one book to index: `settled` is labelled, `told` is to be aligned, `loose` is to be matched.

    `against` holds the fingerprints of the books that `loose` is matched against.
    """

    book: Book
    settled: list[Passage]
    told: list[Unplaced]
    loose: list[Unplaced]
    against: dict[Slug, str]

    @property
    def passages(self) -> list[Passage]:
        """All passages; the unplaced ones reveal the whole book until they are placed."""
        return [*self.settled, *(u.passage for u in (*self.told, *self.loose))]

    @classmethod
    def of(cls, library: Library, slug: Slug) -> Work:
        """Read what the files of a book say."""
        book = library.books[slug]
        settled, unplaced = cut(book, library.documents[slug])
        told = [u for u in unplaced if u.passage.kind in TOLD_IN_ORDER]
        loose = [u for u in unplaced if u.passage.kind not in TOLD_IN_ORDER]
        names = related(book, (u.passage.text for u in loose), library) if loose else []
        return cls(book, settled, told, loose, {name: library.fingerprint(name) for name in names})


class Placer:
    """Places unlabelled text, in one run over a library that does not change meanwhile."""

    def __init__(self, library: Library, store: Store, reader: Ranker) -> None:
        self._library, self._store, self._reader = library, store, reader
        self._told: dict[Slug, list[Passage]] = {}

    def placed(self, work: Work) -> list[Passage]:
        """Return the unlabelled passages of a book, each with its place."""
        found = self._in_order(work)
        if not work.loose:
            return found
        positioned = {slug: self._positioned(slug, work) for slug in work.against}
        said = self._statements(work.loose)
        matched = [match(u, s, work.book, positioned, self._reader) for u, s in zip(work.loose, said, strict=True)]
        return found + matched

    def _in_order(self, work: Work) -> list[Passage]:
        """Place the summaries of a book, once a run, because other books are matched against them too."""
        slug = work.book.slug
        if slug not in self._told and work.told:
            story = self._opened(slug, [p for p in work.settled if p.kind in TOLD_IN_ORDER])
            whole = self._opened(slug, work.settled)
            self._told[slug] = [
                passage
                for _, run in groupby(work.told, lambda u: (u.passage.document, u.after, u.ahead))
                for passage in self._between_labels(list(run), work.book, story, whole)
            ]
        return self._told.get(slug, [])

    def _between_labels(
        self, run: Sequence[Unplaced], book: Book, story: VisibleBook, whole: VisibleBook
    ) -> list[Passage]:
        """Align passages with the labelled summaries between the same labels, or else with all labelled text."""
        view = story if alignment_marks(run[0], story) else whole
        return align(run, self._statements(run), book, view, self._reader)

    def _positioned(self, slug: Slug, work: Work) -> VisibleBook:
        """Return the text of a book that is placed, to match other text against."""
        other = work if slug == work.book.slug else Work.of(self._library, slug)
        return self._opened(slug, [*other.settled, *self._in_order(other)])

    def _opened(self, slug: Slug, passages: Iterable[Passage]) -> VisibleBook:
        by_id = {p.id: p for p in passages}
        rows = [replace(row, passage=by_id[row.passage.id]) for row in self._store.read(list(by_id))]
        return OpenedBook(slug, rows).whole()

    def _statements(self, unplaced: Sequence[Unplaced]) -> list[list[Question]]:
        """Return the sentences of each passage, ready to be matched."""
        rows = self._store.read([u.passage.id for u in unplaced])
        vectors = {row.passage.id: row.embedded.sentences for row in rows}
        return [
            [Question.stated(*said) for said in zip(u.passage.sentences, vectors[u.passage.id], strict=True)]
            for u in unplaced
        ]
