"""Books to plan for, and a schedule that a club may have."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import replace

from bot.db.sessions import Sessions
from bot.features.schedules.rules import Schedule, planned
from bot.features.schedules.store import Schedules
from bot.features.schedules.words import read_wish
from bot.people import Member
from corpus.books import Book, BookPart, Requirement, Unit
from tests.fakes.app import app_on

NOW = dt.datetime(2027, 1, 6, 12, tzinfo=dt.UTC)  # a Wednesday at noon


def a_book(
    marks: int = 27, unit: Unit = Unit.CHAPTER, *, title: str = "Smiley's People", slug: str = "smileys-people",
    pages: int | None = None, mark_ends: tuple[int, ...] = (), parts: tuple[BookPart, ...] = (),
    requires: tuple[Requirement, ...] = (), series: str = "", year: int | None = None
) -> Book:  # fmt: skip
    return Book(
        slug, title, "An Author", unit, marks, pages=pages, mark_ends=mark_ends, parts=parts, requires=requires,
        series=series, year=year
    )  # fmt: skip


BOOK, EMMA = a_book(), a_book(55, title="Emma", slug="emma")
DUNE = a_book(100, Unit.PERCENT, title="Dune", slug="dune")
BOOKS = {book.slug: book for book in (BOOK, EMMA, DUNE)}


def schedules_of(records: Sessions, now: Callable[[], dt.datetime] = lambda: NOW) -> Schedules:
    """Return the schedules of clubs in some records."""
    return Schedules(app_on(records, BOOKS, now))


def a_schedule(
    words: str = "Fridays at 8pm, 5 chapters a week", *, zone: str = "Europe/Berlin", book: Book | None = None,
    now: dt.datetime = NOW, also: Mapping[str, Book] | None = None
) -> Schedule:  # fmt: skip
    """Return schedule 12 of a club, as it is right after it was kept."""
    wish, free = read_wish(words, now), (also or {}).values()
    return replace(planned(wish, book or a_book(), free, now, zone=zone, place=70, organiser=Member(7, 700)), id=12)
