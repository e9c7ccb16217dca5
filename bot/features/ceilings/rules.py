"""How far places may go: set by those who keep a club's channels, shown to everybody."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Self

from pydantic import TypeAdapter

from bot.app import App
from bot.features.ceilings.store import StoredCeilings
from bot.people import Member, Place, Reached, positions
from corpus.books import Book, Slug
from corpus.errors import DogearError
from corpus.positions import parse_position

_CHANGE = TypeAdapter(tuple[dict[Slug, int | None], dict[Slug, int | None]])


class CeilingProblem(DogearError):
    """A ceiling cannot be changed in that way: there is none, it is so already, or somebody was faster."""


@dataclass(frozen=True, slots=True)
class CeilingChange:
    """A change of a place's ceiling: each book's marks before and after, None where it has none."""

    before: Mapping[Slug, int | None]
    after: Mapping[Slug, int | None]

    @property
    def back(self) -> CeilingChange:
        """The change that takes this one back."""
        return CeilingChange(self.after, self.before)

    def written(self) -> str:
        """Return the change as text that can be kept until somebody confirms it."""
        return _CHANGE.dump_json((dict(self.before), dict(self.after))).decode()

    @classmethod
    def read(cls, text: str) -> Self:
        """Return a change that was kept as text."""
        return cls(*_CHANGE.validate_json(text))


class Ceilings:
    """Keeps the ceilings of places. Who may set one is for the door to check: Discord knows who keeps a channel.

    A change is worked out first, shown, and made when it is confirmed, if the ceiling is then still what it was.
    """

    def __init__(self, records: StoredCeilings, books: Mapping[Slug, Book], now: Callable[[], dt.datetime]) -> None:
        self._records, self._books, self._now = records, books, now

    @classmethod
    def build(cls, app: App) -> Self:
        """Build it from the app."""
        return cls(StoredCeilings(app.database), app.books, app.now)

    async def show(self, place: Place) -> dict[Slug, int]:
        """Return how far a place may go, in the books of the library."""
        return positions(await self._records.ceiling(place), self._books)

    async def set(self, place: Place, book: Book, where: str, by: Member) -> tuple[int | None, int]:
        """Set how far a place may go in a book at once; return the marks before and now. Raises PositionError."""
        before, marks = (await self.show(place)).get(book.slug), parse_position(where, book)
        await self._put(place, book.slug, marks, by)
        return before, marks

    async def raised(self, place: Place, book: Book, where: str) -> CeilingChange:
        """Return the change that lets a place go as far as somebody says. Raises PositionError or CeilingProblem."""
        before, marks = (await self.show(place)).get(book.slug), parse_position(where, book)
        if before == marks:
            raise CeilingProblem(f"That is what this place has in {book.title} already: nothing changes.")
        return CeilingChange({book.slug: before}, {book.slug: marks})

    async def cleared(self, place: Place, book: Book | None = None) -> CeilingChange:
        """Return the change that takes a place's ceiling away, in one book or in all. Raises CeilingProblem."""
        there = await self.show(place)
        before: dict[Slug, int | None] = {slug: n for slug, n in there.items() if book is None or slug == book.slug}
        if not before:
            where = f" in {book.title}" if book else ""
            raise CeilingProblem(f"This place has no ceiling{where}, so there is nothing to take away.")
        return CeilingChange(before, dict.fromkeys(before))

    async def make(self, place: Place, change: CeilingChange, by: Member) -> None:
        """Make a change that was confirmed. Raises CeilingProblem where the ceiling was changed meanwhile."""
        there = await self.show(place)
        if any(there.get(book) != marks for book, marks in change.before.items()):
            raise CeilingProblem("The ceiling of this place was changed meanwhile. Look at it with /ceiling show.")
        for book, marks in change.after.items():
            await self._put(place, book, marks, by)

    async def _put(self, place: Place, book: Slug, marks: int | None, by: Member) -> None:
        if marks is None:
            await self._records.clear_ceiling(place, book)
        elif book in self._books:
            await self._records.set_ceiling(place, book, Reached.in_book(self._books[book], marks), by.id, self._now())
