"""A reader at the terminal: where they are in each book, how that is kept, and how they say it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from pydantic import TypeAdapter

from bot.people import Reached
from bot.people import positions as positions_in
from corpus.books import Book, Slug
from corpus.errors import PositionError
from corpus.names import UnknownBook, find_book
from corpus.positions import Totals, parse_position, place_alone
from corpus.text import write_atomically

NAME = "reader.json"

MAX_WORDS = 40  # words of a title and a place that are looked at; more is no report of progress

Places = Mapping[Slug, Reached]


@dataclass(frozen=True, slots=True)
class Reader:
    """Where a reader is, and the book at hand: the one that they turned to, or are in the middle of.

    `places` may hold books of other libraries; `totals` are what the reader's own editions have.
    """

    book: Slug | None = None
    places: Places = field(default_factory=dict)
    totals: Mapping[Slug, Totals] = field(default_factory=dict)

    def at_hand(self, books: Mapping[Slug, Book]) -> Book | None:
        """Return the current book, if the library has it."""
        return books.get(self.book) if self.book else None

    def positions(self, books: Mapping[Slug, Book]) -> dict[Slug, int]:
        """Return the reported positions in the books of a library."""
        return positions_in(self.places, books)

    def turned(self, book: Book | None) -> Reader:
        """Return the reader with a book that they turned to, or with none at hand."""
        return replace(self, book=book.slug if book else None)

    def moved(self, book: Book, marks: int, totals: Totals | None = None) -> Reader:
        """Return the reader at a place in a book, of which their edition has these `totals`.

        Who reports the middle of a book wants to talk about it.
        """
        moved = replace(self, places={**self.places, book.slug: Reached.in_book(book, marks)})
        moved = replace(moved, totals={**self.totals, book.slug: totals}) if totals else moved
        if self.book is None or 0 < marks < book.marks:
            return replace(moved, book=book.slug)
        return moved

    def cleared(self, book: Book | None = None) -> Reader:
        """Return the reader with no place in a book, or in any."""
        return replace(self, places={s: p for s, p in self.places.items() if book is not None and s != book.slug})


_FILE = TypeAdapter(Reader)


class PositionsFile:
    """Reads and writes a reader. A file that cannot be understood is set aside under another name."""

    def __init__(self, data: Path) -> None:
        self._path = data / NAME

    def read(self) -> tuple[Reader, str]:
        """Return the reader, and a sentence about what was wrong with the file, or nothing."""
        try:
            try:
                return _FILE.validate_json(self._path.read_bytes()), ""
            except ValueError:
                aside = self._path.replace(self._path.with_name(f"{NAME}.broken"))
                return (
                    Reader(),
                    f"Your positions could not be read. Please set them again; the file is kept as {aside}.",
                )
        except FileNotFoundError:
            return Reader(), ""
        except OSError as error:
            why = f"{self._path} cannot be read ({error.strerror})"
            return Reader(), f"Your positions in {why}; this begins without them."

    def write(self, reader: Reader) -> str:
        """Keep a reader, whole or not at all; return why it cannot be kept, or nothing."""
        try:
            write_atomically(self._path, _FILE.dump_json(reader, indent=1).decode())
        except OSError as error:
            why = f"{self._path} cannot be written ({error.strerror})"
            return f"Your positions are kept for this conversation only: {why}."
        return ""


def told_place(
    typed: str, books: Mapping[Slug, Book], here: Book | None, before: Mapping[Slug, int] | None = None,
    totals: dict[Slug, Totals] | None = None,
) -> tuple[Book, int | None]:  # fmt: skip
    """Return the book that the longest leading words name, and the marks that the other words say.

    The marks are None where no more was said than a book. Words that begin with no book's name are a place in the
    book at hand; “+2” goes on from where the reader was `before`. What their editions have is looked up in `totals`,
    and added there. Raises UnknownBook or PositionError.
    """
    was, known = before or {}, {} if totals is None else totals

    def marks_in(book: Book, where: str) -> int:
        return parse_position(where, book, was.get(book.slug, 0), known.setdefault(book.slug, {}))

    words = typed.split()[:MAX_WORDS]
    unknown, elsewhere = UnknownBook(typed, ()), None
    for whole in (True, False):  # “page 5” is a place, and not the beginning of a title
        for length in range(len(words), 0, -1):
            try:
                book = find_book(" ".join(words[:length]), books, whole=whole)
            except UnknownBook as error:
                unknown = error if length == len(words) else unknown
                continue
            rest = " ".join(words[length:]).lstrip("=:, ")
            return book, marks_in(book, rest) if rest else None
        if whole and here is not None:
            try:
                return here, marks_in(here, typed)
            except PositionError as error:
                elsewhere = error
    place = place_alone(typed) or typed[:1].isdigit()  # “page 900” of a book that has 400
    raise elsewhere if elsewhere and (place or not unknown.nearest) else unknown
