"""Where a message belongs: how far readers must be for it to be no spoiler, in whichever books it tells of."""

from __future__ import annotations

from collections.abc import Sequence

from corpus.books import Reveals, Slug
from corpus.library import Library
from corpus.names import names_in
from corpus.text import sentences
from retrieval.books import Books
from retrieval.place.place import MATCHED, TELLING, WINDOW, Place, place, related
from retrieval.rank.features import Question
from retrieval.rank.ranker import Reader
from retrieval.types import Embedder

MESSAGE = 8_000
"""Characters of a message that are placed: twice what Discord lets anybody write."""


LIKELIEST = 5
"""Books that a message is placed in if it names none."""


class Messages:
    """Places messages in the library's text: of the books that they may be about, all of it, whoever has read what."""

    def __init__(self, library: Library, books: Books, reader: Reader, embedder: Embedder) -> None:
        self._library, self._books, self._reader, self._embedder = library, books, reader, embedder

    def place(self, text: str, at_hand: Sequence[Slug] = ()) -> Reveals:
        """Return how far readers must be for a message to be no spoiler.

        It is placed in the books at hand and those named in it, or else in the likeliest; a book of the same author or
        series counts too where it fits better than all of those. What fits nothing in a book says nothing of its story.
        """
        books = self._library.books
        meant = dict.fromkeys([*at_hand, *names_in(text, books)])
        kin = {slug for book in meant for slug in related(books[book], (), self._library)} - meant.keys()
        furthest = dict.fromkeys(meant, 0)
        for statement in self._statements(text):
            fits = {slug: self._fit(statement, slug) for slug in meant or self._likeliest(statement)}
            surest = max([MATCHED, *(found.confidence for found in fits.values())])
            fits |= {slug: found for slug in kin if (found := self._fit(statement, slug)).confidence > surest}
            for slug, found in fits.items():
                if found.confidence >= TELLING:
                    furthest[slug] = max(furthest.get(slug, 0), found.mark)
        return Reveals.of(furthest)

    def _statements(self, text: str) -> list[Question]:
        """Return a message's windows of a few sentences, and where it has more than one window, each sentence too.

        A line ends a sentence, too: people end them so, and headings and lists would water down what they stand by.
        """
        said = [sentence for line in text[:MESSAGE].splitlines() for sentence in sentences(line)]
        told = [" ".join(said[n : n + WINDOW]) for n in range(max(1, len(said) - WINDOW + 1))]
        if len(told) > 1:
            told += said
        vectors = self._embedder.passages([[part] for part in told])
        return [Question.stated(part, vector.passage) for part, vector in zip(told, vectors, strict=True)]

    def _fit(self, statement: Question, book: Slug) -> Place:
        return place(statement, self._books.open(book).whole(), self._reader)

    def _likeliest(self, statement: Question) -> list[Slug]:
        return self._books.related_to(statement)[:LIKELIEST]
