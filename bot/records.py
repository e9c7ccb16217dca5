"""What is asked of whoever keeps how far members are, how far places go, and what stands on shelves."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from bot.people import Member, Place, Reached
from corpus.books import Slug


@dataclass(frozen=True, slots=True)
class Report:
    """Where a member said they are in a book, and when."""

    reached: Reached
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that a member did to their positions: each book's before and after, None where nothing was said.

    `number` tells a member's changes apart, and counts up.
    """

    before: Mapping[Slug, Reached | None]
    after: Mapping[Slug, Reached | None]
    number: int = field(default=0, compare=False)


class PositionRecords(Protocol):
    """Members' positions, with a history that can be taken back."""

    async def reported(self, member: Member) -> dict[Slug, Report]:
        """Return where a member is, by book, the latest report last."""
        ...

    async def change(self, member: Member, after: Mapping[Slug, Reached | None], at: dt.datetime) -> Change:
        """Note where a member is in these books (None forgets a book), as one change."""
        ...

    async def undo(self, member: Member, at: dt.datetime, number: int | None = None) -> Change | None:
        """Take the latest change back, and return it as it was done; None where none is left, or it is not `number`."""
        ...


# How far places go


class CeilingRecords(Protocol):
    """How far each place may go, by book."""

    async def ceiling(self, place: Place) -> dict[Slug, Reached]:
        """Return a place's ceiling; empty where none was set."""
        ...

    async def set_ceiling(self, place: Place, book: Slug, reached: Reached, by: int, at: dt.datetime) -> None:
        """Set how far a place may go in a book."""
        ...

    async def clear_ceiling(self, place: Place, book: Slug | None = None) -> int:
        """Take a place's ceiling away, in one book or in all; return in how many."""
        ...


# Shelves


class ShelfName(StrEnum):
    """The four parts of a member's shelf."""

    WANT = "want to read"
    READING = "reading"
    FINISHED = "finished"
    ASIDE = "set aside"


@dataclass(frozen=True, slots=True)
class Shelved:
    """A book on a member's shelf: `book` is its slug, where the library has it; `key` tells books apart."""

    key: str
    title: str
    shelf: ShelfName
    at: dt.datetime
    book: Slug | None = None


class ShelfRecords(Protocol):
    """Members' shelves."""

    async def shelf(self, member: Member) -> list[Shelved]:
        """Return a member's books, the latest put first."""
        ...

    async def put(self, member: Member, shelved: Shelved) -> None:
        """Put a book on a member's shelf, or move it, by its key."""
        ...

    async def take(self, member: Member, key: str) -> Shelved | None:
        """Take a book off a member's shelf, and return it."""
        ...


# Reviews
