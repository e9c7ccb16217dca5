"""Where members are: reporting it, taking it back, and forgetting it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.club.people import Member
from bot.club.reached import Reached, positions
from bot.club.records import PositionRecords, Report
from bot.club.shelves import Shelves
from corpus.books import Book
from corpus.positions import parse_position
from corpus.reveals import Slug


@dataclass(frozen=True, slots=True)
class Moved:
    """A book in which a member's position changed: marks finished, None where nothing is said."""

    book: Book
    before: int | None
    after: int | None


class Progress:
    """Keeps members' positions; a book that is begun or finished moves on their shelf, too."""

    def __init__(
        self, records: PositionRecords, shelves: Shelves, books: Mapping[Slug, Book], now: Callable[[], dt.datetime]
    ) -> None:
        self._records, self._shelves, self._books, self._now = records, shelves, books, now

    async def set(self, member: Member, book: Book, where: str) -> Moved:
        """Take down where a member is, by their own words. Raises PositionError."""
        marks = parse_position(where, book)
        change = await self._records.change(member, {book.slug: Reached.in_book(book, marks)}, self._now())
        await self._shelves.follow(member, book, marks)
        return self._moved(change.before, change.after)[0]

    async def reports(self, member: Member) -> dict[Slug, Report]:
        """Return a member's reports for the books of the library, the latest last."""
        return {book: report for book, report in (await self._records.reported(member)).items() if book in self._books}

    async def positions(self, member: Member) -> dict[Slug, int]:
        """Return where a member is, in marks finished."""
        return positions({book: report.reached for book, report in (await self.reports(member)).items()}, self._books)

    async def undo(self, member: Member) -> list[Moved]:
        """Take a member's latest change back; empty where none is left."""
        change = await self._records.undo(member, self._now())
        return self._moved(change.after, change.before) if change else []

    async def clear(self, member: Member, book: Book | None = None) -> list[Moved]:
        """Forget where a member is, in one book or in all."""
        reported = await self._records.reported(member)
        gone = {slug: None for slug in reported if book is None or slug == book.slug}
        if not gone:
            return []
        change = await self._records.change(member, gone, self._now())
        return self._moved(change.before, change.after)

    def _moved(self, before: Mapping[Slug, Reached | None], after: Mapping[Slug, Reached | None]) -> list[Moved]:
        return [
            Moved(book, _marks(before.get(slug), book), _marks(there, book))
            for slug, there in after.items()
            if (book := self._books.get(slug))
        ]


def _marks(reached: Reached | None, book: Book) -> int | None:
    return None if reached is None else reached.marks_in(book)
