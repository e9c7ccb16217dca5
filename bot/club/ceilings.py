"""How far places may go: set by those who keep a club's channels, shown to everybody."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping

from bot.club.people import Member, Place
from bot.club.reached import Reached, positions
from bot.club.records import CeilingRecords
from corpus.books import Book
from corpus.positions import parse_position
from corpus.reveals import Slug


class Ceilings:
    """Keeps the ceilings of places. Who may set one is for the door to check: Discord knows who keeps a channel."""

    def __init__(self, records: CeilingRecords, books: Mapping[Slug, Book], now: Callable[[], dt.datetime]) -> None:
        self._records, self._books, self._now = records, books, now

    async def set(self, place: Place, book: Book, where: str, by: Member) -> tuple[int | None, int]:
        """Set how far a place may go in a book; return the marks before and now. Raises PositionError."""
        marks = parse_position(where, book)
        before = (await self.show(place)).get(book.slug)
        await self._records.set_ceiling(place, book.slug, Reached.in_book(book, marks), by.id, self._now())
        return before, marks

    async def show(self, place: Place) -> dict[Slug, int]:
        """Return how far a place may go, in the books of the library."""
        return positions(await self._records.ceiling(place), self._books)

    async def clear(self, place: Place, book: Book | None = None) -> int:
        """Take a place's ceiling away, in one book or in all; return in how many."""
        return await self._records.clear_ceiling(place, book.slug if book else None)
