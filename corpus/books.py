"""What a book is, as `book.toml` says it."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from corpus.reveals import Reveals, Slug


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
