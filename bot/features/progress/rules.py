"""Where members are: reporting it, taking it back, and forgetting it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Self

from bot.app import App
from bot.features.progress.store import Change, Report, StoredPositions
from bot.features.shelf.store import Shelves
from bot.people import Member, Reached, positions
from corpus.books import Book, Slug
from corpus.errors import DogearError
from corpus.positions import parse_position


class ProgressProblem(DogearError):
    """There is nothing to forget or to take back, or nothing to share."""


@dataclass(frozen=True, slots=True)
class Moved:
    """A book in which a member's position changed: marks finished, None where nothing is said.

    `change` is the number by which exactly this change can be taken back; one change may be in several books.
    """

    book: Book
    before: int | None
    after: int | None
    change: int = 0


class Progress:
    """Keeps members' positions; a book that is begun or finished moves on their shelf, too."""

    def __init__(
        self, records: StoredPositions, shelves: Shelves, books: Mapping[Slug, Book], now: Callable[[], dt.datetime]
    ) -> None:
        self._records, self._shelves, self._books, self._now = records, shelves, books, now

    @classmethod
    def build(cls, app: App) -> Self:
        """Build it from the app."""
        return cls(StoredPositions(app.database), app.get(Shelves), app.books, app.now)

    async def set(self, member: Member, book: Book, where: str) -> Moved:
        """Take down where a member is, by their own words. Raises PositionError."""
        marks = parse_position(where, book)
        change = await self._records.change(member, {book.slug: Reached.in_book(book, marks)}, self._now())
        await self._shelves.follow(member, book, marks)
        return self._moved(change)[0]

    async def reports(self, member: Member) -> dict[Slug, Report]:
        """Return a member's reports for the books of the library, the latest last."""
        return {book: report for book, report in (await self._records.reported(member)).items() if book in self._books}

    async def positions(self, member: Member) -> dict[Slug, int]:
        """Return where a member is, in marks finished."""
        return positions({book: report.reached for book, report in (await self.reports(member)).items()}, self._books)

    async def shared(self, member: Member, book: Book) -> int:
        """Return where a member is in a book, for them to tell others. Raises ProgressProblem."""
        marks = (await self.positions(member)).get(book.slug)
        if marks is None:
            raise ProgressProblem(f"You have not said where you are in {book.title}. Say it with /progress set.")
        return marks

    async def undo(self, member: Member, number: int | None = None) -> list[Moved]:
        """Take a member's latest change back, or only the one of a number. Raises ProgressProblem.

        Their shelf follows; a change that others came after is not taken back from under them.
        """
        change = await self._records.undo(member, self._now(), number)
        if change is None and number is not None:
            raise ProgressProblem("You have changed something since. /progress undo goes back one by one.")
        if change is None:
            raise ProgressProblem("There is nothing to undo.")
        back = self._moved(Change(change.after, change.before, change.number))
        for moved in back:
            await self._shelves.follow(member, moved.book, moved.after or 0)
        return back

    async def clear(self, member: Member, book: Book | None = None) -> list[Moved]:
        """Forget where a member is, in one book or in all. Raises ProgressProblem where nothing was said."""
        reported = await self._records.reported(member)
        gone = {slug: None for slug in reported if book is None or slug == book.slug}
        if not gone:
            where = f"in {book.title}" if book else "in any book"
            raise ProgressProblem(f"You have not said where you are {where}: there is nothing to forget.")
        return self._moved(await self._records.change(member, gone, self._now()))

    def _moved(self, change: Change) -> list[Moved]:
        return [
            Moved(book, _marks(change.before.get(slug), book), _marks(there, book), change.number)
            for slug, there in change.after.items()
            if (book := self._books.get(slug))
        ]


def _marks(reached: Reached | None, book: Book) -> int | None:
    return None if reached is None else reached.marks_in(book)
