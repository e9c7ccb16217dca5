"""The books of a library as the store holds them: opened, kept in memory, and found for a question that names none.

A book that is ready stays readable while an index run changes others, and until the run settles it. Until it is noted
as whole again, and before it was ever ready, it is refused with BookInWork.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain, zip_longest
from threading import Lock

import numpy as np
from cachetools import LRUCache

from corpus.books import Slug
from corpus.library import Library
from corpus.names import UnknownBook
from retrieval.book import OpenedBook, VisibleBook
from retrieval.club_texts import ClubPassages
from retrieval.gate import Gate
from retrieval.ranking import Question
from retrieval.store import BookManifest, Store
from retrieval.types import BookInWork

OPENED_BYTES = 256_000_000
"""Memory for opened books; a book of 200 passages takes about 3 MB."""

CANDIDATES = 30
"""Books that are opened and compared for a question that names none."""

ENOUGH = 150
"""Visible passages, the nearest to a question, that decide which books are candidates."""

AT_FIRST, MORE = 400, 8
"""Passages that are looked at first, and how many times as many if the gate leaves too few."""


@dataclass(frozen=True, slots=True)
class Use:
    """How the memory for opened books is used: how many are held, their bytes, and how often one was there, or not."""

    opened: int
    bytes: int
    hits: int
    misses: int


class Books:
    """Opens books for any number of threads at once."""

    def __init__(self, library: Library, store: Store, clubs: ClubPassages, budget: int = OPENED_BYTES) -> None:
        """Keep opened books in memory up to a budget of bytes."""
        self._library, self._store, self._clubs = library, store, clubs
        self._opened: LRUCache[tuple[Slug, str], tuple[object, OpenedBook]] = LRUCache(
            budget, getsizeof=lambda kept: kept[1].bytes
        )
        self._hits = self._misses = 0
        self._ready: Mapping[Slug, BookManifest] = {}
        self._changing, self._opening = Lock(), Lock()

    def set_ready(self, manifests: Iterable[BookManifest], *, all_others: bool = True) -> None:
        """Let books be opened as these manifests say; without `all_others`, only they."""
        with self._changing:
            others = self._ready if all_others else {}
            self._ready = {**others, **{manifest.book: manifest for manifest in manifests}}

    @property
    def ready(self) -> int:
        """How many books can be opened."""
        return len(self._ready)

    def use(self) -> Use:
        """Return how the memory for opened books is used."""
        with self._changing:
            return Use(len(self._opened), int(self._opened.currsize), self._hits, self._misses)

    def open(self, book: Slug, club: str = "") -> OpenedBook:
        """Return a book, with the texts that a club has of its own, if any. Raises BookInWork or UnknownBook.

        Without a club it is the library's text alone. Clubs without texts of their own share that one.
        """
        if book not in self._library.books:
            raise UnknownBook(book, (), empty=not self._library.books)
        while manifest := self._ready.get(book):
            if opened := self._open(manifest, club):
                return opened
            if self._ready.get(book) is manifest:
                break
        raise BookInWork(self._library.books[book].title)

    def find(self, question: Question, gate: Gate, among: Sequence[Slug] = ()) -> Slug | None:
        """Return the book whose visible text fits a question best, of all or `among` a few. Raises BookInWork.

        What is hidden takes no part in it.
        """
        candidates = among or self._candidates(question, gate)
        return next(iter(self._likeliest(question, candidates, lambda book: book.seen_through(gate))), None)

    def related_to(self, statement: Question) -> list[Slug]:
        """Return the books that a statement may be about, likeliest first. For placing alone: all text counts."""
        return self._likeliest(statement, self._candidates(statement, None), OpenedBook.whole)

    def _open(self, manifest: BookManifest, club: str) -> OpenedBook | None:
        """Return a book as a manifest has it; None where the store has it otherwise by now."""
        own = self._clubs.of(club, manifest.book)
        key, state = (manifest.book, club if own else ""), (manifest, own)
        if found := self._in_memory(key, state):
            return found
        with self._opening:  # one at a time: what the next thread waits for may be the same book
            if found := self._in_memory(key, state):
                return found
            rows = self._store.read_book(manifest)
            texts = self._store.read_club(club, manifest.book, list(chain.from_iterable(text.ids for text in own)))
            if rows is None or self._store.manifest(manifest.book) != manifest:  # it may be half old, half new
                return None
            opened = OpenedBook(manifest.book, [*rows, *texts])
            with self._changing:
                self._misses += 1
                with suppress(ValueError):  # a book larger than the whole budget is not kept
                    self._opened[key] = (state, opened)
            return opened

    def _in_memory(self, key: tuple[Slug, str], state: object) -> OpenedBook | None:
        with self._changing:
            found = self._opened.get(key)
            if found is None or found[0] != state:
                return None
            self._hits += 1
            return found[1]

    def _candidates(self, question: Question, gate: Gate | None) -> list[Slug]:
        """Return the books with the passages nearest to a question that may be seen.

        More and more passages are looked at, until the gate leaves so many that those beyond them do not matter.
        """
        ready = self._ready
        if self._library.books and not ready:
            raise BookInWork(next(iter(self._library.books.values())).title)
        vectors, count = np.stack([question.vectors.plain, question.vectors.adapted]), AT_FIRST
        while True:
            found = self._store.nearest(vectors, count)
            visible = [[book for key in keys if (book := _book_of(key, ready, gate))] for keys in found]
            if min(map(len, visible)) >= ENOUGH or max(map(len, found)) < count:
                nearest = zip_longest(*(books[:ENOUGH] for books in visible))
                return list(dict.fromkeys(book for pair in nearest for book in pair if book))[:CANDIDATES]
            count *= MORE

    def _likeliest(
        self, question: Question, books: Iterable[Slug], seen: Callable[[OpenedBook], VisibleBook]
    ) -> list[Slug]:
        """Return books by how well what is seen of them fits. Raises BookInWork where none of them is ready."""
        views: list[VisibleBook] = []
        refused: BookInWork | None = None
        for slug in books:
            try:
                views.append(seen(self.open(slug)))
            except BookInWork as error:
                refused = error
        if refused and not views:
            raise refused
        return likeliest(question, views)


def _book_of(key: str, ready: Mapping[Slug, BookManifest], gate: Gate | None) -> Slug | None:
    """Return the book of a passage of the library by its id, if it is in the book as it is now and may be seen."""
    slug = key.rpartition("/")[0]
    needs = manifest.passages.get(key) if (manifest := ready.get(slug)) else None
    return slug if needs and (gate is None or gate.allows(*needs)) else None


def likeliest(question: Question, views: Iterable[VisibleBook]) -> list[Slug]:
    """Return the books whose visible text fits a question, best first.

    A book's score is its best sentence's similarity, plus the share of the question's words, weighed by how few books
    hold them, that stand in its text at all and together in one passage.
    """
    seen = [view for view in views if len(view)]
    if not seen:
        return []
    held = np.array([[len(view.found(word)[0]) > 0 for word in question.words] for view in seen], np.float32)
    held = held.reshape(len(seen), len(question.words))
    weight = np.log1p((len(seen) - held.sum(axis=0) + 0.5) / (held.sum(axis=0) + 0.5))
    weight = weight / (weight.sum() + 1e-6)
    scores = [_score(view, question, weight, row) for view, row in zip(seen, held, strict=True)]
    return [seen[n].book for n in np.argsort(scores)[::-1]]


def _score(view: VisibleBook, question: Question, weight: np.ndarray, held: np.ndarray) -> float:
    adapted, plain = question.vectors.adapted, question.vectors.plain
    similar = float((view.sentence_vectors @ adapted).max() + (view.passage_vectors @ plain).max()) / 2
    together = np.zeros(len(view.passages), np.float32)
    for word, share in zip(question.words, weight, strict=True):
        together[np.unique(view.passage_of[view.found(word)[0]])] += share
    return similar + float(weight @ held) + float(together.max(initial=0.0))
