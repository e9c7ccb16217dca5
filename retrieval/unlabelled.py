"""What the files of a book say, and placing what they leave open with what the store holds of it and of others."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from corpus.books import Book
from corpus.library import Library
from corpus.passages import TOLD_IN_ORDER, Passage, Unplaced, cut
from corpus.reveals import Slug
from retrieval.features import Question
from retrieval.opened import OpenedBook, VisibleBook
from retrieval.placing import align, landings, match, related
from retrieval.ranking import Reader
from retrieval.store import Store


@dataclass(frozen=True, slots=True)
class Work:
    """One book to bring up to date: `settled` is placed by its library, `told` in order, `loose` has to be matched.

    `against` holds the fingerprints of the books that `loose` is matched with.
    """

    book: Book
    settled: list[Passage]
    told: list[Unplaced]
    loose: list[Unplaced]
    against: dict[Slug, str]

    @property
    def passages(self) -> list[Passage]:
        """All passages; those that are not placed reveal the whole book until they are."""
        return [*self.settled, *(u.passage for u in (*self.told, *self.loose))]

    @classmethod
    def of(cls, library: Library, slug: Slug) -> Work:
        """Return what the files of a book say."""
        book = library.books[slug]
        settled, unplaced = cut(book, library.documents[slug])
        told = [u for u in unplaced if u.passage.kind in TOLD_IN_ORDER]
        loose = [u for u in unplaced if u.passage.kind not in TOLD_IN_ORDER]
        names = related(book, (u.passage.text for u in loose), library) if loose else []
        return cls(book, settled, told, loose, {name: library.fingerprint(name) for name in names})


class Placer:
    """Places what books leave open, in one run over a library that does not change meanwhile."""

    def __init__(self, library: Library, store: Store, reader: Reader) -> None:
        self._library, self._store, self._reader = library, store, reader
        self._told: dict[Slug, list[Passage]] = {}

    def placed(self, work: Work) -> list[Passage]:
        """Return the passages that a book's files do not place, each with its place."""
        found = self._in_order(work)
        if not work.loose:
            return found
        landmarks = {slug: self._positioned(slug, work) for slug in work.against}
        said = self._statements(work.loose)
        matched = [match(u, s, work.book, landmarks, self._reader) for u, s in zip(work.loose, said, strict=True)]
        return found + matched

    def _in_order(self, work: Work) -> list[Passage]:
        """Return what a book tells in order, placed; once a run, as other books lean on it, too."""
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
        """Place a run of passages by the story that the library places there; where it has none, by all its text."""
        view = story if landings(run[0], story) else whole
        return align(run, self._statements(run), book, view, self._reader)

    def _positioned(self, slug: Slug, work: Work) -> VisibleBook:
        """Return the text of a book that is placed, to match loose text against."""
        other = work if slug == work.book.slug else Work.of(self._library, slug)
        return self._opened(slug, [*other.settled, *self._in_order(other)])

    def _opened(self, slug: Slug, passages: Iterable[Passage]) -> VisibleBook:
        by_id = {p.id: p for p in passages}
        rows = [replace(row, passage=by_id[row.passage.id]) for row in self._store.read(list(by_id))]
        return OpenedBook(slug, rows).whole()

    def _statements(self, unplaced: Sequence[Unplaced]) -> list[list[Question]]:
        """Return the sentences of passages, made ready to be matched."""
        rows = self._store.read([u.passage.id for u in unplaced])
        vectors = {row.passage.id: row.embedded.sentences for row in rows}
        return [
            [Question.stated(*said) for said in zip(u.passage.sentences, vectors[u.passage.id], strict=True)]
            for u in unplaced
        ]
