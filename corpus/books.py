"""Books, their marks, and what a reader must have read before a text may be shown."""

import datetime as dt
import math
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from itertools import accumulate
from types import MappingProxyType
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from corpus.text import on_one_line

Slug = str  # the name of a book in file names and commands, such as smileys-people
SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")  # slugs that Dogear makes; other plain names can be read
MAX_NAME = 100  # characters of a folder's name. Discord: 100 characters in a choice, and books are picked from choices.


def is_plain(name: str) -> bool:
    """Return whether a name can be a slug: short, printable, on one line, and not a path."""
    return 0 < len(name) <= MAX_NAME and name.isprintable() and name == name.strip() and not set(name) & set(":/\\")


@dataclass(frozen=True, slots=True)
class Reveals:
    """The position that a reader needs in every book named here before a text may be shown to them."""

    marks: Mapping[Slug, int] = field(default_factory=lambda: MappingProxyType({}))

    @classmethod
    def of(cls, marks: Mapping[Slug, int]) -> "Reveals":
        """Return `marks` as an immutable value."""
        return cls(MappingProxyType(dict(marks)))

    def within(self, positions: Mapping[Slug, int]) -> bool:
        """Return whether readers at `positions` (marks finished by book, 0 if absent) may see the text."""
        return all(positions.get(book, 0) >= marks for book, marks in self.marks.items())

    def joined(self, others: "Iterable[Reveals]") -> "Reveals":
        """Return what is needed to see this text and all the others: the furthest mark of each book."""
        joined = dict(self.marks)
        for other in others:
            for book, marks in other.marks.items():
                joined[book] = max(marks, joined.get(book, 0))
        return Reveals.of(joined)

    def covers(self, other: "Reveals") -> bool:
        """Return whether everyone who may see this text may also see the other."""
        return other.within(self.marks)

    def __hash__(self) -> int:
        return hash(frozenset(self.marks.items()))


MAX_MARKS = 100_000  # more marks than any book has pages: a larger number is a mistake
MAX_LINE = 300  # characters of a title or a name; a longer one is no title, and would be repeated with every reply


def _on_one_line(value: object) -> object:
    return on_one_line(value) if isinstance(value, str) else value


def _as_text(value: object) -> object:
    return _on_one_line(str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value)


def _without_time(value: object) -> object:
    return value.date() if isinstance(value, dt.datetime) else value


OneLine = Annotated[str, Field(max_length=MAX_LINE), BeforeValidator(_on_one_line)]
Name = Annotated[str, Field(min_length=1, max_length=MAX_LINE), BeforeValidator(_on_one_line)]
TextOrNumber = Annotated[str, Field(max_length=MAX_LINE), BeforeValidator(_as_text)]  # a number is taken as written
Count = Annotated[int, Field(strict=True, ge=0, lt=10**18)]
MarkNumber = Annotated[int, Field(strict=True, ge=1, le=MAX_MARKS)]
Length = Annotated[int, Field(strict=True, ge=1, le=10**8)]
Year = Annotated[int, Field(strict=True, ge=-5_000, le=3_000)]
Day = Annotated[dt.date, Field(strict=True), BeforeValidator(_without_time)]


COVERS = "https://covers.openlibrary.org"  # the one place whose pictures of covers are shown


class Unit(StrEnum):
    """What one mark of a book is."""

    CHAPTER = "chapter"
    PART = "part"
    SECTION = "section"
    PERCENT = "percent"
    PAGE = "page"


@dataclass(frozen=True, slots=True)
class BookPart:
    """A part of a book, ending with `last_mark`."""

    title: OneLine
    last_mark: MarkNumber


@dataclass(frozen=True, slots=True)
class Requirement:
    """A book to read before another one, with a reason that gives nothing away below `reveals`."""

    book: Annotated[Slug, Field(min_length=1, max_length=MAX_LINE), BeforeValidator(_as_text)]
    need: Annotated[str, Field(pattern="^(first|helps)$")] = "helps"
    reason: TextOrNumber = ""
    reveals: Reveals = Reveals()


@dataclass(frozen=True, slots=True)
class SimilarBook:
    """Another book that readers of this one liked; it may be missing from the library."""

    title: Annotated[str, Field(min_length=1, max_length=MAX_LINE), BeforeValidator(_as_text)]
    author: TextOrNumber = ""
    series: TextOrNumber = ""
    series_number: TextOrNumber = ""
    why: TextOrNumber = ""


@dataclass(frozen=True, slots=True)
class Ratings:
    """The ratings of a book on a web page on one day; the average is in stars, 0 to 5."""

    average: Annotated[float, Field(strict=True, ge=0, le=5)]
    count: Count = 0
    reviews: Count = 0
    source: OneLine = ""
    as_of: Day | None = None


@dataclass(frozen=True, slots=True)
class Edition:
    """One edition of a book."""

    format: TextOrNumber = ""
    publisher: TextOrNumber = ""
    published: Day | None = None
    isbn: TextOrNumber = ""


@dataclass(frozen=True, slots=True)
class Book:
    """A book of the library, or of a `club` that alone may learn of it; position 0 is not started, `marks` the end."""

    slug: Slug
    title: Name
    author: Name
    unit: Unit
    marks: MarkNumber
    year: Year | None = None
    series: OneLine = ""
    series_number: Annotated[float, Field(strict=True, ge=0, le=MAX_MARKS)] | None = None
    aliases: tuple[OneLine, ...] = ()
    pages: MarkNumber | None = None
    mark_ends: tuple[MarkNumber, ...] = ()
    lengths: tuple[Length, ...] = ()
    parts: tuple[BookPart, ...] = ()
    numbered_anew: bool = False
    story_time: Year | None = None
    requires: tuple[Requirement, ...] = ()
    similar: tuple[SimilarBook, ...] = ()
    ratings: Ratings | None = None
    editions: tuple[Edition, ...] = ()
    first_published: Day | None = None
    isbn: TextOrNumber = ""
    cover: OneLine = ""
    language: OneLine = ""
    club: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict, compare=False)

    @property
    def names(self) -> tuple[str, ...]:
        """The names that people type for the book: slug, title and aliases."""
        return (self.slug, self.title, *self.aliases)

    def whole(self) -> Reveals:
        """Return what is needed to see a text that may give away the whole book."""
        return Reveals.of({self.slug: self.marks})

    def mark_at(self, share: float) -> int:
        """Return the mark at a share (0 to 1) of the book, rounded up: better too late than too early."""
        return max(0, min(self.marks, max(int(share > 0), math.ceil(share * self.marks - 1e-9))))

    def finished_at(self, share: Fraction) -> int:
        """Return the marks finished at a share (0 to 1) of the book, rounded down, by the lengths if they are known."""
        ends = list(accumulate(self.lengths))
        return bisect_right(ends, share * ends[-1]) if ends else math.floor(share * self.marks)

    def reached_at(self, share: Fraction) -> int:
        """Return the mark that a text at a share (0 to 1) of the book reveals, rounded up."""
        ends = list(accumulate(self.lengths))
        if not ends or not share:
            return math.ceil(share * self.marks)
        return min(self.marks, bisect_left(ends, share * ends[-1]) + 1)

    def chapter_in_part(self, part: int, number: int) -> int:
        """Return the mark of a chapter by its number within a part. Raises NotInBook."""
        ends = [0, *(each.last_mark for each in self.parts)]
        if not 1 <= part < len(ends) or not 1 <= number <= ends[part] - ends[part - 1]:
            raise NotInBook(f"“{self.title}” has no {self.unit.value} {number} in part {part}.")
        return ends[part - 1] + number

    def reading_name(self, mark: int) -> str:
        """Return how people name a position: "chapter 7", "45%", "the end", "the beginning"."""
        if mark <= 0:
            return "the beginning"
        if mark >= self.marks:
            return "the end"
        return f"{mark}%" if self.unit is Unit.PERCENT else f"{self.unit.value} {mark}"


class NotInBook(ValueError):
    """A place that the book does not have or cannot convert; the message says why."""


class NotCounted(NotInBook):
    """A place in a unit of which the book's number is not known."""


def how_many(unit: Unit | None, book: Book) -> int | None:
    """Return how many of a unit (None: marks) the book has, or None if that is not known."""
    if unit is Unit.PERCENT:
        return 100
    if unit in (book.unit, None):
        return book.marks
    if unit is Unit.PART:
        return len(book.parts) or None
    if unit is Unit.PAGE:
        return book.pages or (book.mark_ends[-1] if book.mark_ends else None)
    return None


def mark_finished(unit: Unit | None, number: Fraction, book: Book, total: Fraction | None = None) -> int:
    """Return the marks finished by a reader who has finished `number` units (None: marks), rounded down.

    `total` is the number of units in the reader's own copy: editions differ in their pages. Raises NotInBook.
    """
    count = _checked(unit, number, book, total)
    if total is not None:
        number = number * count / total
    if unit is Unit.PERCENT:
        return book.finished_at(number / 100)
    if unit in (book.unit, None):
        return math.floor(number)
    if unit is Unit.PART:
        return book.parts[math.floor(number) - 1].last_mark if number >= 1 else 0
    if book.mark_ends:
        return bisect_right(book.mark_ends, number)
    return book.finished_at(number / count)


def mark_reached(unit: Unit, number: Fraction, book: Book) -> int:
    """Return the mark that a text about chapter (page, part …) `number` reveals, rounded up. Raises NotInBook."""
    count = _checked(unit, number, book, None)
    if number == 0 and unit is not Unit.PERCENT:
        raise NotInBook(f"There is no {unit.value} 0.")
    if unit is Unit.PERCENT:
        return book.reached_at(number / 100)
    if unit is book.unit:
        chapter, parts = math.ceil(number), range(len(book.parts) if book.numbered_anew else 0, 0, -1)
        for part in parts:  # a chapter of whichever part: the last one that has it
            with suppress(NotInBook):
                return max(chapter, book.chapter_in_part(part, chapter))
        return chapter
    if unit is Unit.PART:
        return book.parts[math.ceil(number) - 1].last_mark
    if book.mark_ends:
        return min(book.marks, bisect_left(book.mark_ends, number) + 1)
    return book.reached_at(number / count)


def _checked(unit: Unit | None, number: Fraction, book: Book, total: Fraction | None) -> int:
    name = "mark" if unit is None and book.unit is Unit.PERCENT else (unit or book.unit).value
    count = how_many(unit, book)
    if count is None and (total is None or unit is not Unit.PAGE):
        raise NotCounted(f"I don’t know the {name}s of “{book.title}”.")
    has = f"“{book.title}” has {count} {name}{'' if count == 1 else 's'}"
    if total is not None and unit is not Unit.PAGE and total != count:
        raise NotInBook(f"{has}, not {float(total):g}.")
    limit = count or 0 if total is None else total
    if number <= limit and limit:
        return count or int(limit)
    if unit is Unit.PERCENT:
        raise NotInBook("A book ends at 100%.")
    if total is not None:
        raise NotInBook(f"There is no {name} {float(number):g} of {float(total):g}.")
    raise NotInBook(f"{has}, so this is past the end.")
