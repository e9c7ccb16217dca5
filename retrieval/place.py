"""Placing: how far must a reader be before a message, or text that nobody labelled, may be shown?"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

import numpy as np
import numpy.typing as npt

from corpus.book_file import read_book
from corpus.books import Book, Reveals, Slug
from corpus.documents import Document, read_document
from corpus.library import Library
from corpus.names import names_in
from corpus.passages import TOLD_IN_ORDER, Passage, Unplaced, cut, placed
from corpus.text import sentences
from retrieval.book import OpenedBook, VisibleBook
from retrieval.books import Books
from retrieval.ranking import Question, Ranker, Ranking
from retrieval.store import Store
from retrieval.types import Embedder

Numbers = npt.NDArray[np.float64]

MAX_MOVES = 0.6  # share of the sentences, at most, that are expected to move on to another mark
LONG_STEPS = 0.3  # share of the steps that may be of any length; the others follow the pace of the text
MAX_CONFIDENCE = 0.9  # confidence of a match, at most: no sentence decides alone
FLATTENING = 0.5  # power for the chances of a sentence that matches nothing well, but best near its place
UNIFORM = 0.2  # share of such a sentence's chances that is spread evenly over the book
SENTENCE_WEIGHT = 0.7  # power for each sentence's chances: neighbouring sentences make the same errors
MIN_CHANCE = 1e-3  # added to every chance before it is raised to a power


def posteriors(chances: Sequence[Numbers], confidences: Sequence[float]) -> Numbers:
    """Return how likely each sentence belongs to each mark, shape (sentences, marks), from each one's chances."""
    seen = np.stack([_likelihoods(*pair) for pair in zip(chances, confidences, strict=True)]) ** SENTENCE_WEIGHT
    count, marks = seen.shape
    steps = _step_chances(marks, count)
    transitions = np.zeros((marks, marks))
    for mark in range(marks):
        transitions[mark, mark:] = steps[: marks - mark]
    transitions /= transitions.sum(axis=1, keepdims=True)
    forward, backward = np.empty_like(seen), np.empty_like(seen)
    prior = steps[1:]  # the first mark is one step after the beginning
    for n in range(count):
        forward[n] = _normalized(prior * seen[n])
        prior = forward[n] @ transitions
    backward[-1] = transitions[:, -1]
    for n in range(count - 1, 0, -1):
        backward[n - 1] = _normalized(transitions @ (seen[n] * backward[n]))
    return np.asarray((both := forward * backward) / both.sum(axis=1, keepdims=True))


def _likelihoods(chances: Numbers, confidence: float) -> Numbers:
    inside = float(chances.sum())
    flat = _normalized((chances + MIN_CHANCE) ** FLATTENING)
    fit = min(MAX_CONFIDENCE, confidence * inside)
    matched = chances / max(inside, MIN_CHANCE)
    return np.asarray(fit * matched + (1 - fit) * ((1 - UNIFORM) * flat + UNIFORM / len(chances)))


def _step_chances(marks: int, count: int) -> Numbers:
    """Return how likely a step of 0, 1, 2 … marks is from one sentence to the next."""
    pace = marks / count
    moves = min(MAX_MOVES, pace)
    length = np.arange(1, marks + 1)
    stays = 1 - min(1.0, moves / pace)
    short = (1 - stays) * stays ** (length - 1)
    long = _normalized(1 / length**2)
    return np.concatenate([[1 - moves], moves * ((1 - LONG_STEPS) * short + LONG_STEPS * long)])


def _normalized(numbers: Numbers) -> Numbers:
    return np.asarray(numbers / numbers.sum())


MESSAGE_CERTAINTY = 0.85  # share of the chances at or before the place of a message (docs/placing.md)

MAX_BEYOND = 0.11  # share that may lie beyond the place of other text, times its sentences, as the furthest counts
ALIGNED_CERTAINTY = 0.95  # the same for a sentence of a summary, which its neighbours narrow down
FORESHADOWING = 0.8  # confidence and share from which a sentence of a summary tells what comes later than its place
MIN_MATCH = 0.3  # confidence from which unlabelled text counts as matched: below it, its place is unknown
MIN_MESSAGE_MATCH = 0.06  # confidence from which a message tells of the story: below it, it is about something else
WINDOW = 3  # sentences of a message that are placed together: what one says, the next one often only points at
MARGIN = 0.075  # how much later, at the middle of its book, a summary is placed that cannot be aligned
MIN_MARKS = 3  # marks with positioned text that aligning a summary needs, at least
MIN_COVERAGE = 0.1  # share of all marks that must have positioned text for aligning a summary
MAX_MARKS = 400  # marks that a summary is aligned with, at most: a book of a thousand pages has no more scenes


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a sentence belongs in one book, and how likely it matches anything there."""

    mark: int
    confidence: float


def spread(told: Sequence[Unplaced], book: Book) -> list[Passage]:
    """Place passages of a summary by their share of its text, with a margin and rounded up; certainty 0."""
    found = []
    for one in told:
        start, length = one.after / book.marks, (one.ahead - one.after) / book.marks
        share = min(1.0, (one.share - start) / length)
        margin = 2 * MARGIN * math.sqrt(max(0.0, share * (1 - share)))  # 0 where a stretch begins and ends
        mark = book.mark_at(start + length * min(1.0, share + margin))
        found.append(placed(one.passage, Reveals.of({book.slug: mark})))
    return found


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
    """Align the sentences of passages between the same labels; spread them where too little text is positioned."""
    marks = alignment_marks(told[0], view)
    if not marks:
        return spread(told, book)
    rankings = [reader.rank(view, statement) for said in statements for statement in said]
    at = view.marks[view.passage_of]
    inside = (at > told[0].after) & (at <= marks[-1])
    nearest = np.searchsorted(marks, at[inside])  # what stands between two marks counts at the later one
    alone = [np.bincount(nearest, ranking.chances[inside], len(marks)).astype(np.float64) for ranking in rankings]
    together = posteriors(alone, [ranking.confidence for ranking in rankings])
    reached = (np.cumsum(together, axis=1) >= ALIGNED_CERTAINTY).argmax(axis=1)
    furthest = [
        max(marks[n], _mark_by(found, view, 1 - FORESHADOWING) if found.confidence >= FORESHADOWING else 0)
        for n, found in zip(reached, rankings, strict=True)
    ]
    found = []
    start = 0
    for unplaced, said in zip(told, statements, strict=True):
        own = slice(start, start := start + len(said))
        reveals = Reveals.of({book.slug: max(furthest[own])})
        found.append(placed(unplaced.passage, reveals, certainty=float(together[own].max(axis=1).min())))
    return found


def related(book: Book, texts: Iterable[str], library: Library) -> list[Slug]:
    """Return the books that a text filed under `book` may be about: of its author, its series, or named in it."""
    books = library.books.of(book.club)
    named = {slug for text in texts for slug in names_in(text, books)}
    return [
        slug for slug, other in books.items()
        if slug == book.slug or slug in named or other.author == book.author
        or (book.series and other.series == book.series)
    ]  # fmt: skip


def place(statement: Question, view: VisibleBook, reader: Ranker, certainty: float = MESSAGE_CERTAINTY) -> Placement:
    """Return where a statement belongs in a book's positioned text."""
    if not len(view):
        return Placement(0, 0.0)
    ranking = reader.rank(view, statement)
    return Placement(_mark_by(ranking, view, certainty), ranking.confidence)


def _mark_by(ranking: Ranking, view: VisibleBook, share: float) -> int:
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
    """A book's text: labelled (`settled`), to be aligned (`told`), to be matched (`loose`) `against` others."""

    book: Book
    fingerprint: str
    settled: list[Passage]
    told: list[Unplaced]
    loose: list[Unplaced]
    against: dict[Slug, str]

    @property
    def passages(self) -> list[Passage]:
        """All passages; the unplaced ones reveal the whole book until they are placed."""
        return [*self.settled, *(u.passage for u in (*self.told, *self.loose))]

    @classmethod
    def of(cls, library: Library, slug: Slug) -> "Work":
        """Read what the files of a book say."""
        book, fingerprint = library.books[slug], library.fingerprint(slug)
        settled, unplaced = cut(book, library.documents[slug])
        told = [u for u in unplaced if u.passage.kind in TOLD_IN_ORDER]
        loose = [u for u in unplaced if u.passage.kind not in TOLD_IN_ORDER]
        names = related(book, (u.passage.text for u in loose), library) if loose else []
        return cls(book, fingerprint, settled, told, loose, {name: library.fingerprint(name) for name in names})


def read_through(home: Path, club: str, library: Library) -> tuple[Book, list[Document]]:
    """Return the book in a folder, and its documents. Raises LibraryProblem."""
    book = read_book(home, [], club)
    books = {**library.books.of(club), book.slug: book}
    return book, [read_document(path, book, books, []) for path in sorted(home.glob("*.md"))]


def placed_at_once(book: Book, documents: Iterable[Document]) -> tuple[list[Passage], int]:
    """Return the passages of a book as far as they are placed without a model, and how many wait for one."""
    settled, unplaced = cut(book, documents)
    told = [u for u in unplaced if u.passage.kind in TOLD_IN_ORDER]
    waiting = [u.passage for u in unplaced if u.passage.kind not in TOLD_IN_ORDER]
    return [*settled, *spread(told, book), *waiting], len(waiting)


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
        others = {slug: work if slug == work.book.slug else Work.of(self._library, slug) for slug in work.against}
        positioned = {
            slug: self._opened(slug, [*other.settled, *self._in_order(other)]) for slug, other in others.items()
        }
        said = self._statements(work.loose)
        matched = [match(u, s, work.book, positioned, self._reader) for u, s in zip(work.loose, said, strict=True)]
        return found + matched

    def _in_order(self, work: Work) -> list[Passage]:
        """Place the summaries of a book, once a run, because other books are matched against them too."""
        slug = work.book.slug
        if slug not in self._told and work.told:
            story = self._opened(slug, [p for p in work.settled if p.kind in TOLD_IN_ORDER])
            whole = self._opened(slug, work.settled)
            told = self._told[slug] = []
            for _, together in groupby(work.told, lambda u: (u.passage.document, u.after, u.ahead)):
                run = list(together)
                view = story if alignment_marks(run[0], story) else whole
                told += align(run, self._statements(run), work.book, view, self._reader)
        return self._told.get(slug, [])

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


MAX_MESSAGE = 8_000  # characters of a message that are placed: twice what Discord lets anybody write
LIKELIEST = 5  # books that a message is placed in if it names none


class Messages:
    """Places messages in all text of the books that they may be about, whatever anybody has read."""

    def __init__(self, library: Library, books: Books, reader: Ranker, embedder: Embedder) -> None:
        self._library, self._books, self._reader, self._embedder = library, books, reader, embedder

    def place(self, text: str, at_hand: Sequence[Slug] = (), club: str = "") -> Reveals:
        """Return how far readers in a club must be for a message to be no spoiler, and nothing of the text there.

        It is placed in the books at hand and those that it names, or else in the likeliest. A book of the same author
        or series counts too where it matches better than all of those. What matches nothing tells nothing of the story.
        """
        books = self._library.books.of(club)
        discussed = dict.fromkeys([*at_hand, *names_in(text, books)])
        relatives = {slug for book in discussed for slug in related(self._library.books[book], (), self._library)}
        relatives -= discussed.keys()
        furthest = dict.fromkeys(discussed, 0)
        for statement in self._statements(text):
            fits = {
                slug: self._match(statement, slug, club)
                for slug in discussed or self._books.fitting(statement, club)[:LIKELIEST]
            }
            surest = max([MIN_MATCH, *(found.confidence for found in fits.values())])
            near = {slug: self._match(statement, slug, club) for slug in relatives}
            fits |= {slug: found for slug, found in near.items() if found.confidence > surest}
            for slug, found in fits.items():
                if found.confidence >= MIN_MESSAGE_MATCH:
                    furthest[slug] = max(furthest.get(slug, 0), found.mark)
        return Reveals.of(furthest)

    def _statements(self, text: str) -> list[Question]:
        """Return windows of a few sentences, and each alone if there are more windows; a line break ends a sentence."""
        said = [sentence for line in text[:MAX_MESSAGE].splitlines() for sentence in sentences(line)]
        told = [" ".join(said[n : n + WINDOW]) for n in range(max(1, len(said) - WINDOW + 1))]
        if len(told) > 1:
            told += said
        vectors = self._embedder.passages([[part] for part in told])
        return [Question.stated(part, vector.passage) for part, vector in zip(told, vectors, strict=True)]

    def _match(self, statement: Question, book: Slug, club: str) -> Placement:
        return place(statement, self._books.open(book, club, texts=False).whole(), self._reader)
