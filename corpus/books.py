"""Books, their marks, and what a reader must have read before a text may be shown.

A reader's report rounds down and a text's place rounds up, so that whatever is not exact is shown too late
rather than too early.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from types import MappingProxyType
from typing import Any

Slug = str
"""A book's name in file names and commands: lowercase letters, digits and hyphens."""

SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
"""What our own slugs look like. Folders with other names load too, as long as they are plain names."""

MAX_NAME = 100
"""Characters of a folder's name. Discord: 100 characters of a choice, by which a book is picked."""


def is_plain(name: str) -> bool:
    """Return whether a name can be a slug: short, on one line, of what can be seen, and no path."""
    return 0 < len(name) <= MAX_NAME and name.isprintable() and name == name.strip() and not set(name) & set(":/\\")


@dataclass(frozen=True, slots=True)
class Reveals:
    """The least position that a reader needs in every book named; a book that is not named needs none."""

    marks: Mapping[Slug, int] = field(default_factory=lambda: MappingProxyType({}))

    @classmethod
    def of(cls, marks: Mapping[Slug, int]) -> Reveals:
        """Return the reveals of `marks`, as a value that nobody can change afterwards."""
        return cls(MappingProxyType(dict(marks)))

    def within(self, positions: Mapping[Slug, int]) -> bool:
        """Return whether readers at `positions` (marks finished, by book; absent is 0) may see the text."""
        return all(positions.get(book, 0) >= marks for book, marks in self.marks.items())

    def joined(self, others: Iterable[Reveals]) -> Reveals:
        """Return what is needed for this text and all the others together: the furthest mark of each book."""
        joined = dict(self.marks)
        for other in others:
            for book, marks in other.marks.items():
                joined[book] = max(marks, joined.get(book, 0))
        return Reveals.of(joined)

    def covers(self, other: Reveals) -> bool:
        """Return whether everyone who may see this text may see the other too."""
        return other.within(self.marks)

    def __hash__(self) -> int:
        return hash(frozenset(self.marks.items()))


class Unit(StrEnum):
    """What one mark of a book is."""

    CHAPTER = "chapter"
    PART = "part"
    SECTION = "section"
    PERCENT = "percent"
    PAGE = "page"


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a book, ending with `last_mark`."""

    title: str
    last_mark: int


@dataclass(frozen=True, slots=True)
class Requirement:
    """A book to read before another one, with a reason that gives nothing away below `reveals`."""

    book: Slug
    need: str
    reason: str
    reveals: Reveals = Reveals()


@dataclass(frozen=True, slots=True)
class SimilarBook:
    """Another book that readers of this one liked; it need not be in the library."""

    title: str
    author: str = ""
    series: str = ""
    series_number: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Ratings:
    """What a page said of a book on a day: average in stars (0 to 5), numbers of ratings and reviews."""

    average: float
    count: int = 0
    reviews: int = 0
    source: str = ""
    as_of: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Edition:
    """One edition of a book."""

    format: str = ""
    publisher: str = ""
    published: dt.date | None = None
    isbn: str = ""


@dataclass(frozen=True, slots=True)
class Book:
    """A book of the library: `marks` marks of one unit, position 0 not started, position `marks` finished."""

    slug: Slug
    title: str
    author: str
    unit: Unit
    marks: int
    year: int | None = None
    series: str = ""
    series_number: float | None = None
    aliases: tuple[str, ...] = ()
    pages: int | None = None
    mark_ends: tuple[int, ...] = ()
    parts: tuple[Part, ...] = ()
    story_time: int | None = None
    requires: tuple[Requirement, ...] = ()
    similar: tuple[SimilarBook, ...] = ()
    ratings: Ratings | None = None
    editions: tuple[Edition, ...] = ()
    first_published: dt.date | None = None
    isbn: str = ""
    language: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict, compare=False)

    @property
    def names(self) -> tuple[str, ...]:
        """The names that people type for the book: slug, title and aliases."""
        return (self.slug, self.title, *self.aliases)

    def whole(self) -> Reveals:
        """What is needed for a text that may give all of the book away."""
        return Reveals.of({self.slug: self.marks})

    def clamp(self, mark: int) -> int:
        """Return `mark`, held between 0 and the book's last mark."""
        return max(0, min(self.marks, mark))

    def mark_at(self, share: float) -> int:
        """Return the mark at a share of the book (0 to 1), rounded up: for texts, too late beats too early."""
        return self.clamp(max(share > 0, math.ceil(share * self.marks - 1e-9)))

    def reading_name(self, mark: int) -> str:
        """Return how people name a position: "chapter 7", "45%", "the end", "the beginning"."""
        if mark <= 0:
            return "the beginning"
        if mark >= self.marks:
            return "the end"
        return f"{mark}%" if self.unit is Unit.PERCENT else f"{self.unit.value} {mark}"


UNIT_WORDS = {
    Unit.CHAPTER: r"chapters?|chaps?\b\.?|chs?\b\.?|chs?(?=[0-9])",
    Unit.PART: r"parts?|pts?\b\.?|pts?(?=[0-9])",
    Unit.SECTION: r"sections?|secs?\b\.?|§{1,2}",
    Unit.PAGE: r"pages?|pgs?\b\.?|pp?\b\.?|pp?(?=[0-9])",
}
"""Patterns for what people write for each unit before its number; percent stands behind its number."""

PERCENT_WORDS = r"(?:%|per ?cent\b)"
"""What people write behind a number of percent."""


class NotInBook(ValueError):
    """A place that the book does not have, or that it cannot tell; the message is a sentence that says why."""


def how_many(unit: Unit | None, book: Book) -> int | None:
    """Return how many chapters, parts, sections or pages (or marks: None) the book has, None if it does not say."""
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
    """Return the marks finished by a reader who has finished `number` units (None: the book's marks), rounded down.

    `total` is how many the reader's own copy has: pages differ from edition to edition. Raises NotInBook.
    """
    count = _checked(unit, number, book, total)
    if total is not None:
        number = number * count / total
    if unit is Unit.PERCENT:
        return math.floor(number * book.marks / 100)
    if unit in (book.unit, None):
        return math.floor(number)
    if unit is Unit.PART:
        return book.parts[math.floor(number) - 1].last_mark if number >= 1 else 0
    if book.mark_ends:
        return bisect_right(book.mark_ends, number)
    return math.floor(number * book.marks / count)


def mark_reached(unit: Unit, number: Fraction, book: Book) -> int:
    """Return the mark that holds the end of a text about `number` (chapter 7, page 120), rounded up.

    Raises NotInBook.
    """
    count = _checked(unit, number, book, None)
    if number == 0 and unit is not Unit.PERCENT:
        raise NotInBook(f"There is no {unit.value} 0.")
    if unit is Unit.PERCENT:
        return math.ceil(number * book.marks / 100)
    if unit is book.unit:
        return math.ceil(number)
    if unit is Unit.PART:
        return book.parts[math.ceil(number) - 1].last_mark
    if book.mark_ends:
        return min(book.marks, bisect_left(book.mark_ends, number) + 1)
    return math.ceil(number * book.marks / count)


def _checked(unit: Unit | None, number: Fraction, book: Book, total: Fraction | None) -> int:
    """Return how many units there are, once it is sure that `number` is one of them."""
    name = "mark" if unit is None and book.unit is Unit.PERCENT else (unit or book.unit).value
    count = how_many(unit, book)
    if count is None and (total is None or unit is not Unit.PAGE):
        raise NotInBook(f"The {name}s of “{book.title}” are not known here.")
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
    raise NotInBook(f"{has}, and this is past the end.")
