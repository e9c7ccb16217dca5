"""What is asked of whoever keeps how far members are, how far places go, and what stands on shelves."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from bot.people import Reached
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


# How far places go


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


# Reviews
