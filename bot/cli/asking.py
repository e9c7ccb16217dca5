"""One reader: where they are and how that is kept, and single questions put on the command line."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Self

from pydantic import BaseModel, Field, model_validator

from bot.answering.texts import in_order, place_sentence
from bot.cli.screen import Screen, Told
from bot.cli.start import opened
from bot.people import Reached
from bot.people import positions as positions_in
from bot.settings import Settings
from corpus.books import Book, Slug, Unit
from corpus.errors import DogearError, PositionError
from corpus.library import Library
from corpus.names import UnknownBook, find_book
from corpus.positions import describe_position, examples, parse_position
from corpus.text import plural, write_atomically
from retrieval.gate import Audience

if TYPE_CHECKING:  # at run time they would load the vector store
    from bot.answering.engine import Discussion
    from bot.answering.reply import Reply

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
        """Return the current book, if the library has it."""
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


HELP = """\
Any line that does not begin with / is a question about the current book.

/progress BOOK WHERE   where you are: ch 9, p. 120, 45%, finished; without BOOK, in the current book
/progress              where you are in every book; /progress undo, /progress clear [BOOK]
/book BOOK             choose a book; /book shows its card, /book none leaves it, /book similar what else to read
/books                 the books that are here
/hint QUESTION         a hint; /hint once more for the next one
/recap [BOOK or PART]  what matters so far, or of a part: /recap chapters 5-7 in one sentence
/who NAME              who somebody is, as far as you have met them; a role will do: /who the butler
/order [BOOK, SERIES]  in which order to read; /order all for every book
/check TEXT            whether a text goes further than you have read
/quit                  leave; so does the end of input"""


def how_to_say(book: Book, here: Book | None) -> str:
    """Return a line that says a place in a book; in the one at hand, the place is enough."""
    place = "45%" if book.unit is Unit.PERCENT else examples(book)[0]
    return f"/progress {place}" if book == here else f"/progress {book.slug} {place}"


def book_list(books: Mapping[Slug, Book], positions: Mapping[Slug, int]) -> str:
    """Return all books, series by series, with the names that commands take and where the reader is."""
    if not books:
        return "The library has no books yet."
    lines: list[str] = []
    series: str | None = None
    wide = max(map(len, books))
    for book in in_order(books.values()):
        if book.series != series:
            lines += [""] * bool(lines) + [book.series or "Other books"]
            series = book.series
        year = f" ({book.year})" if book.year is not None else ""
        where = f" – {describe_position(positions[book.slug], book)}" if book.slug in positions else ""
        lines.append(f"  {book.slug:<{wide}}  {book.title}{year}{where}")
    return "\n".join(lines)


def greeting(books: Mapping[Slug, Book], reader: Reader) -> str:
    """Return the first lines of a conversation: what this is, what is open, and three things to try."""
    lines = ["Dogear answers questions about books, without spoilers beyond what you have read."]
    book = reader.at_hand(books)
    if not books:
        return "\n".join((*lines, "The library has no books yet; docs/library.md says how to add one."))
    positions = reader.positions(books)
    if book:
        lines.append(f"Current book: {book.title}. {place_sentence(book, positions.get(book.slug))}")
    else:
        lines.append(f"{plural(len(books), 'book')} here, none chosen yet.")
    example = book or in_order(books.values())[0]
    told = "/recap" if book and positions.get(book.slug) else how_to_say(example, book)
    lines.append(f"Try: {told} · What is it about? · /{'help' if book else 'books'}")
    return "\n".join(lines)


NAME = "reader.json"
VERSION = 1
MAX_BYTES = 5_000_000


class PositionsNotKept(DogearError):
    """The positions could not be written; they hold for this conversation only."""


class PositionsFile:
    """Reads and writes a reader. A file that cannot be understood is set aside under another name, never lost."""

    def __init__(self, data: Path) -> None:
        self._path = data / NAME

    def read(self) -> tuple[Reader, str]:
        """Return the reader, and a sentence about what was wrong with the file, or nothing."""
        try:
            if self._path.stat().st_size > MAX_BYTES:
                raise ValueError("far too large")
            return _reader(self._path.read_bytes()), ""
        except FileNotFoundError:
            return Reader(), ""
        except OSError as error:
            return (
                Reader(),
                f"Your positions in {self._path} cannot be read ({error.strerror}); this begins without them.",
            )
        except ValueError:
            return Reader(), self._set_aside()

    def write(self, reader: Reader) -> None:
        """Keep a reader: the old file or the new one is there whatever happens. Raises PositionsNotKept."""
        text = json.dumps({"version": VERSION, **asdict(reader)}, indent=1, ensure_ascii=False)
        try:
            write_atomically(self._path, text)
        except OSError as error:
            why = f"{self._path} cannot be written ({error.strerror})"
            raise PositionsNotKept(f"Your positions are kept for this conversation only: {why}.") from error

    def _set_aside(self) -> str:
        taken = (self._path.with_name(f"{NAME}.broken-{n}") for n in range(1, 1_000))
        aside = next((path for path in taken if not path.exists()), self._path.with_name(f"{NAME}.broken"))
        try:
            self._path.replace(aside)
        except OSError as error:
            return f"Your positions in {self._path} are not readable, and the file cannot be moved ({error.strerror})."
        return f"Your positions could not be read. Please set them again; the file is kept as {aside}."


class _Place(BaseModel, extra="forbid", strict=True):
    marks: int = Field(ge=0)
    of: int = Field(ge=1)
    unit: Unit

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.marks > self.of:
            raise ValueError("further than the end")
        return self


class _File(BaseModel, strict=True):
    version: Literal[1]
    book: Slug | None
    chosen: bool = False
    places: dict[Slug, _Place]
    before: list[dict[Slug, _Place]]


def _reader(content: bytes) -> Reader:
    """Return the reader that a file holds. Raises ValueError where it holds anything else."""
    file = _File.model_validate_json(content)
    stack = tuple(map(_places, file.before))[-UNDOABLE:]
    return Reader(file.book, file.chosen and file.book is not None, _places(file.places), stack)


def _places(places: Mapping[Slug, _Place]) -> Places:
    return {slug: Reached(place.marks, place.of, place.unit.value) for slug, place in places.items()}


Books = Mapping[Slug, Book]
Put = Callable[["Discussion", Audience, Slug | None], "Reply"]
"""Puts one question to a discussion, for an audience, about a book or any."""


def placed(reader: Reader, books: Books, book: str | None, at: str | None) -> tuple[dict[Slug, int], Slug | None]:
    """Return the positions and the book that the options of a command say; each may be left out.

    Without a place the reader is where they said in a conversation, if they did. Raises UnknownBook, PositionError
    or DogearError.
    """
    known = find_book(book, books) if book else None
    positions = reader.positions(books)
    if at is not None:
        if known is None:
            raise DogearError(f"--at {at}, but in which book? Name it: --book SLUG.")
        positions[known.slug] = parse_position(at, known)
    return positions, known.slug if known else None


def ask_once(settings: Settings, book: str | None, at: str | None, put: Put, *, adults: bool = False) -> Reply:
    """Put one question, show the reply and return it; what is wrong with the options is said before anything opens."""
    reader, _ = PositionsFile(settings.data).read()
    positions, slug = placed(reader, Library.load(settings.library).books, book, at)
    with opened(settings) as discussion:
        reply = put(discussion, Audience(positions, adults), slug)
        known = discussion.library.books.get(reply.book or "")
        if text := str(Told(reply.answer, known.title if known else "")):
            Screen(sys.stdout).line(text)
    return reply


def check_once(settings: Settings, book: str | None, at: str | None, text: str, *, reach: bool) -> None:
    """Say whether a text goes further than its readers, and how far where that is wanted."""
    reply = ask_once(settings, book, at, lambda discussion, audience, slug: discussion.check(text, audience, slug))
    screen = Screen(sys.stdout)
    if not reply.answer:
        screen.line("It goes no further than its readers are.")
    if reach:
        screen.line(reach_lines(reply.reveals, Library.load(settings.library).books))


def at_level(reply: Reply, level: int) -> Reply:
    """Return a hint's reply with one of its levels as the answer."""
    return replace(reply, body=reply.hints[level - 1], sources=()) if len(reply.hints) >= level else reply


def book_at_hand(settings: Settings) -> Slug:
    """Return the current book in the reader's conversation. Raises DogearError."""
    reader, _ = PositionsFile(settings.data).read()
    if reader.book is None:
        raise DogearError("Which book? Name it: --book SLUG.")
    return reader.book


def reach_lines(reveals: Mapping[Slug, int], books: Books) -> str:
    """Return how far readers must be for a message to be no spoiler, a line a book."""
    told = [(books[slug], marks) for slug, marks in reveals.items() if marks and slug in books]
    return "\n".join(f"{b.title}: {describe_position(marks, b)}" for b, marks in told) or "It gives nothing away."


MAX_WORDS = 40
"""Words of a title and a place that are looked at; more is no report of progress."""


def told_place(
    typed: str, books: Mapping[Slug, Book], here: Book | None, before: Mapping[Slug, int] | None = None
) -> tuple[Book, int | None]:
    """Return the book that the longest leading words name, and the marks that the other words say.

    The marks are None where no more was said than a book. Words that begin with no book's name are a place in the
    book at hand; “+2” goes on from where the reader was `before`. Raises UnknownBook or PositionError.
    """
    was = before or {}
    words = typed.split()[:MAX_WORDS]
    for length in range(len(words), 0, -1):
        if book := _named(words[:length], books):
            rest = " ".join(words[length:]).lstrip("=:, ")
            return book, parse_position(rest, book, was.get(book.slug, 0)) if rest else None
    if here is None:
        raise _unknown(words, books)
    try:
        return here, parse_position(typed, here, was.get(here.slug, 0))
    except PositionError as error:
        unknown = _unknown(words, books)
        raise (unknown if unknown.nearest else error) from error


def _named(words: Sequence[str], books: Mapping[Slug, Book]) -> Book | None:
    try:
        return find_book(" ".join(words), books)
    except UnknownBook:
        return None


def _unknown(words: Sequence[str], books: Mapping[Slug, Book]) -> UnknownBook:
    """Return the error about the words before those that say a place, with the books that may have been meant."""
    said = next((n for n in range(1, len(words)) if _says_a_place(" ".join(words[n:]), books)), len(words))
    try:
        find_book(" ".join(words[:said]), books)
    except UnknownBook as error:
        return error
    return UnknownBook(" ".join(words), ())


def _says_a_place(text: str, books: Mapping[Slug, Book]) -> bool:
    for book in books.values():
        try:
            parse_position(text, book)
        except PositionError:
            continue
        return True
    return False
