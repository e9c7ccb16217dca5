"""Placing messages: how far readers must be for a message to be no spoiler, in every book that it may tell of."""

from __future__ import annotations

from collections.abc import Sequence

from corpus.books import Reveals, Slug
from corpus.library import Library
from corpus.names import names_in
from corpus.text import sentences
from retrieval.books import Books
from retrieval.place.place import MIN_MATCH, MIN_MESSAGE_MATCH, WINDOW, Place, place, related
from retrieval.ranking import Question, Ranker
from retrieval.types import Embedder

MAX_MESSAGE = 8_000
"""Characters of a message that are placed: twice what Discord lets anybody write."""


LIKELIEST = 5
"""Books that a message is placed in if it names none."""


class Messages:
    """Places messages in all text of the books that they may be about, whatever anybody has read."""

    def __init__(self, library: Library, books: Books, reader: Ranker, embedder: Embedder) -> None:
        self._library, self._books, self._reader, self._embedder = library, books, reader, embedder

    def place(self, text: str, at_hand: Sequence[Slug] = ()) -> Reveals:
        """Return how far readers must be for a message to be no spoiler.

        It is placed in the books at hand and those that it names, or else in the likeliest. A book of the same author
        or series counts too where it matches better than all of those. What matches nothing tells nothing of the story.
        """
        books = self._library.books
        discussed = dict.fromkeys([*at_hand, *names_in(text, books)])
        relatives = {slug for book in discussed for slug in related(books[book], (), self._library)} - discussed.keys()
        furthest = dict.fromkeys(discussed, 0)
        for statement in self._statements(text):
            fits = {slug: self._match(statement, slug) for slug in discussed or self._likeliest(statement)}
            surest = max([MIN_MATCH, *(found.confidence for found in fits.values())])
            fits |= {slug: found for slug in relatives if (found := self._match(statement, slug)).confidence > surest}
            for slug, found in fits.items():
                if found.confidence >= MIN_MESSAGE_MATCH:
                    furthest[slug] = max(furthest.get(slug, 0), found.mark)
        return Reveals.of(furthest)

    def _statements(self, text: str) -> list[Question]:
        """Return windows of a few sentences, and each sentence too where there is more than one window.

        A line break ends a sentence: headings and lists would dilute what stands beside them.
        """
        said = [sentence for line in text[:MAX_MESSAGE].splitlines() for sentence in sentences(line)]
        told = [" ".join(said[n : n + WINDOW]) for n in range(max(1, len(said) - WINDOW + 1))]
        if len(told) > 1:
            told += said
        vectors = self._embedder.passages([[part] for part in told])
        return [Question.stated(part, vector.passage) for part, vector in zip(told, vectors, strict=True)]

    def _match(self, statement: Question, book: Slug) -> Place:
        return place(statement, self._books.open(book).whole(), self._reader)

    def _likeliest(self, statement: Question) -> list[Slug]:
        return self._books.related_to(statement)[:LIKELIEST]
