"""The seat of one reader in a conversation: who they are now, among which books, and how changes are kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bot.terminal.positions_file import PositionsNotKept
from bot.terminal.reader import Reader
from corpus.books import Book, Slug
from corpus.errors import DogearError
from corpus.names import find_book
from retrieval.gate import Audience


class BookMissing(DogearError):
    """No book is at hand and none was named."""


class Seat:
    """Holds the reader; `keep` is given each new one, to be there next time."""

    def __init__(
        self, books: Mapping[Slug, Book], reader: Reader, keep: Callable[[Reader], None], *, adults: bool = False
    ) -> None:
        self.books, self.reader = books, reader
        self._keep, self._adults = keep, adults

    @property
    def here(self) -> Book | None:
        """The book at hand."""
        return self.reader.at_hand(self.books)

    @property
    def here_slug(self) -> Slug | None:
        """The book at hand, by its slug."""
        return self.here.slug if self.here else None

    @property
    def positions(self) -> dict[Slug, int]:
        """The positions that the reader has reported."""
        return self.reader.positions(self.books)

    @property
    def audience(self) -> Audience:
        """The reader alone: nobody else sees this terminal."""
        return Audience(self.positions, self._adults)

    def change(self, reader: Reader) -> str:
        """Take over what a reader has become; return why that cannot be kept for next time, or nothing."""
        self.reader = reader
        try:
            self._keep(reader)
        except PositionsNotKept as error:
            return str(error)
        return ""

    def named(self, typed: str, usage: str) -> Book:
        """Return the book that was typed, or else the one at hand. Raises UnknownBook or BookMissing."""
        if typed:
            return find_book(typed, self.books)
        if self.here is None:
            raise BookMissing(f"Which book? {usage}")
        return self.here
