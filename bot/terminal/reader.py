"""A reader of the terminal: the book at hand, and how far they are in each book."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from bot.club.reached import Reached
from bot.club.reached import positions as positions_in
from corpus.books import Book, Slug

UNDOABLE = 10
"""Changes that can be taken back, one after the other."""


Places = Mapping[Slug, Reached]


@dataclass(frozen=True, slots=True)
class Reader:
    """Where a reader is. `chosen` tells a book that was turned to from one that only was reported last.

    `places` may hold books of other libraries; `before` holds the places before each of the last changes.
    """

    book: Slug | None = None
    chosen: bool = False
    places: Places = field(default_factory=dict)
    before: tuple[Places, ...] = ()

    def at_hand(self, books: Mapping[Slug, Book]) -> Book | None:
        """Return the book at hand, if the library has it."""
        return books.get(self.book) if self.book else None

    def positions(self, books: Mapping[Slug, Book]) -> dict[Slug, int]:
        """Return the reported positions in the books of a library."""
        return positions_in(self.places, books)

    def turned(self, book: Book | None) -> Reader:
        """Return the reader with a book that they turned to, or with none at hand."""
        return replace(self, book=book.slug if book else None, chosen=book is not None)

    def moved(self, book: Book, marks: int) -> Reader:
        """Return the reader at a place in a book.

        Who reports the middle of a book wants to talk about it, unless they have turned to another one.
        """
        moved = self._changed({**self.places, book.slug: Reached.in_book(book, marks)})
        if self.book is None or (not self.chosen and 0 < marks < book.marks):
            return replace(moved, book=book.slug)
        return moved

    def cleared(self, book: Book | None = None) -> Reader:
        """Return the reader with no place in a book, or in any."""
        return self._changed({s: p for s, p in self.places.items() if book is not None and s != book.slug})

    def undone(self) -> Reader | None:
        """Return the reader with the places before the last change, or None where there was none."""
        return replace(self, places=self.before[-1], before=self.before[:-1]) if self.before else None

    def _changed(self, places: Places) -> Reader:
        if places == self.places:
            return self
        return replace(self, places=places, before=(*self.before, self.places)[-UNDOABLE:])
