"""How far somebody is in a book, in a form that outlives a change of the library."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from corpus.books import Book, Slug


@dataclass(frozen=True, slots=True)
class Reached:
    """Marks finished, and of which marks: a library may come to count a book in another way."""

    marks: int
    of: int
    unit: str

    @classmethod
    def in_book(cls, book: Book, marks: int) -> Reached:
        """Return a position in a book as it is counted now."""
        return cls(marks, book.marks, book.unit.value)

    @property
    def finished(self) -> bool:
        """Whether this is the end of the book, however it is counted."""
        return self.marks >= self.of

    def marks_in(self, book: Book) -> int:
        """Return the marks finished; 0 where the book is counted in another way now, unless it was finished."""
        if self.finished:
            return book.marks
        return self.marks if (self.of, self.unit) == (book.marks, book.unit.value) else 0


def positions(reached: Mapping[Slug, Reached], books: Mapping[Slug, Book]) -> dict[Slug, int]:
    """Return marks finished by book, for the books that the library has."""
    return {slug: there.marks_in(books[slug]) for slug, there in reached.items() if slug in books}
