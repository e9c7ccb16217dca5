"""Members' positions, and their history."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, PrimaryKeyConstraint, delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped

from bot.app import App
from bot.db import base
from bot.features.shelf.store import Shelves
from bot.people import Member, Reached, positions
from corpus.books import Book, Slug
from corpus.errors import DogearError
from corpus.positions import Totals, parse_position

KEPT = 50  # changes of a member that can be taken back

_Told = dict[str, Any]
"""A position as the history keeps it: the columns of its row, the time as text."""


@dataclass(frozen=True, slots=True)
class Report:
    """Where a member said they are in a book, and when."""

    reached: Reached
    at: dt.datetime
    totals: Totals = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PositionChange:
    """One thing that a member did to their positions: each book's before and after, None where nothing was said.

    `number` tells a member's changes apart, and counts up.
    """

    before: Mapping[Slug, Reached | None]
    after: Mapping[Slug, Reached | None]
    number: int = field(default=0, compare=False)


class PositionRow(base.ReachedColumns, base.OfMember, base.Base):
    """Where a member is in a book, and what their edition has; `number` is their count of writes when they said so."""

    personal = (base.Personal("positions", "books with your position"),)

    __tablename__ = "positions"
    __table_args__ = (PrimaryKeyConstraint("club", "member", "book"), base.belongs_to_member())

    book: Mapped[str]
    at: Mapped[dt.datetime]
    number: Mapped[int]
    totals: Mapped[dict[str, Any] | None]


class ChangeRow(base.OfMember, base.Base):
    """One change of positions: by book, the columns of its position before and after, or nothing."""

    personal = (base.Personal("changes", "earlier positions that you can go back to"),)

    __tablename__ = "changes"
    __table_args__ = (PrimaryKeyConstraint("club", "member", "number"), base.belongs_to_member())

    number: Mapped[int]
    at: Mapped[dt.datetime]
    taken_back: Mapped[dt.datetime | None]
    before: Mapped[dict[str, Any]]
    after: Mapped[dict[str, Any]]


async def reported(session: AsyncSession, member: Member) -> dict[Slug, Report]:
    """Return where a member is, by book, the latest report last."""
    query = select(PositionRow).where(*_of(PositionRow, member))
    rows = await session.scalars(query.order_by(PositionRow.at, PositionRow.number, PositionRow.book))
    return {row.book: Report(row.reached, row.at, row.totals or {}) for row in rows}


async def change_positions(
    session: AsyncSession, member: Member, after: Mapping[Slug, Reached | None], at: dt.datetime,
    totals: Totals | None = None,
) -> PositionChange:  # fmt: skip
    """Note where a member is in these books, as one change. One that changes nothing is not in the history.

    What their edition has stays as it was known, unless `totals` say it.
    """
    number = await base.note_member(session, member.club, member.id)
    found = select(PositionRow).where(*_of(PositionRow, member), PositionRow.book.in_(list(after)))
    rows = {row.book: row for row in await session.scalars(found)}
    before = {book: rows[book].reached if book in rows else None for book in after}
    was = {book: _told(row.reached, row.at, row.number, row.totals) for book, row in rows.items()}
    known = {book: totals or (rows[book].totals if book in rows else None) for book in after}
    said = {book: _told(reached, at, number, known[book]) if reached else None for book, reached in after.items()}
    await _put(session, member, said)
    if before != dict(after):
        change = {"number": number, "at": at, "before": dict.fromkeys(after) | was, "after": said}
        session.add(ChangeRow(club=member.club, member=member.id, **change))
        mine = _of(ChangeRow, member)
        last = select(ChangeRow.number).where(*mine).order_by(ChangeRow.number.desc()).offset(KEPT).limit(1)
        await session.execute(delete(ChangeRow).where(*mine, ChangeRow.number <= last.scalar_subquery()))
    return PositionChange(before, dict(after), number)


async def take_back(
    session: AsyncSession, member: Member, at: dt.datetime, number: int | None = None
) -> PositionChange | None:
    """Take the latest change back, and return it as it was done; None where none is left, or it is not `number`.

    Books are then as if it had never been said, the times of their reports included.
    """
    await base.lock_member(session, member.club, member.id)
    left = select(ChangeRow).where(*_of(ChangeRow, member), ChangeRow.taken_back.is_(None))
    row = await session.scalar(left.order_by(ChangeRow.number.desc()).limit(1))
    if row is None or number not in (None, row.number):
        return None
    await _put(session, member, row.before)
    row.taken_back = at
    return PositionChange(_reached(row.before), _reached(row.after), row.number)


def _of(table: type[PositionRow | ChangeRow], member: Member) -> tuple[ColumnElement[bool], ...]:
    return table.club == member.club, table.member == member.id


async def _put(session: AsyncSession, member: Member, told: Mapping[Slug, _Told | None]) -> None:
    """Bring a member's rows to what is told."""
    await session.execute(delete(PositionRow).where(*_of(PositionRow, member), PositionRow.book.in_(list(told))))
    for book, position in told.items():
        if position:
            row = position | {"at": dt.datetime.fromisoformat(position["at"])}
            session.add(PositionRow(club=member.club, member=member.id, book=book, **row))


def _told(reached: Reached, at: dt.datetime, number: int, totals: Totals | None) -> _Told:
    return asdict(reached) | {"at": base.in_utc(at).isoformat(), "number": number, "totals": totals}


def _reached(told: Mapping[Slug, _Told | None]) -> dict[Slug, Reached | None]:
    return {book: Reached(at["marks"], at["of"], at["unit"]) if at else None for book, at in told.items()}


class ProgressProblem(DogearError):
    """There is nothing to forget or to take back, or nothing to share."""


class NotSaid(ProgressProblem):
    """A member has not said where they are in a book."""

    def __init__(self, book: Book) -> None:
        super().__init__(f"You haven’t told me where you are in {book.title}.")
        self.book = book


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

    def __init__(self, app: App) -> None:
        self._database, self._shelves, self._books, self._now = app.database, app.get(Shelves), app.books, app.now

    async def set(self, member: Member, book: Book, where: str) -> Moved:
        """Take down where a member is, by their own words; “+2” goes on from where they were. Raises PositionError."""
        report = (await self.reports(member)).get(book.slug)
        now, totals = (report.reached.marks_in(book), dict(report.totals)) if report else (0, {})
        return await self.move(member, book, parse_position(where, book, now, totals), totals)

    async def move(self, member: Member, book: Book, marks: int, totals: Totals | None = None) -> Moved:
        """Take down that a member has finished so many marks of a book, and what their edition has."""
        async with self._database.writing() as session:
            after = {book.slug: Reached.in_book(book, marks)}
            change = await change_positions(session, member, after, self._now(), totals)
        await self._shelves.follow(member, book, marks)
        return self._moved(change)[0]

    async def reports(self, member: Member) -> dict[Slug, Report]:
        """Return a member's reports for the books of the library, the latest last."""
        async with self._database.reading() as session:
            return {book: report for book, report in (await reported(session, member)).items() if book in self._books}

    async def positions(self, member: Member) -> dict[Slug, int]:
        """Return where a member is, in marks finished."""
        return positions({book: report.reached for book, report in (await self.reports(member)).items()}, self._books)

    async def shared(self, member: Member, book: Book) -> int:
        """Return where a member is in a book, for them to tell others. Raises ProgressProblem."""
        marks = (await self.positions(member)).get(book.slug)
        if marks is None:
            raise NotSaid(book)
        return marks

    async def changed(self, member: Member, number: int) -> Slug:
        """Return the book that a change of a member's positions was about. Raises ProgressProblem."""
        async with self._database.reading() as session:
            row = await session.get(ChangeRow, (member.club, member.id, number))
        if row is None:
            raise ProgressProblem("I no longer have that change. /progress show says where you are.")
        return next(iter(row.after))

    async def undo(self, member: Member, number: int | None = None) -> list[Moved]:
        """Take a member's latest change back, or only the one of a number. Raises ProgressProblem.

        Their shelf follows; a change that others came after is not taken back from under them.
        """
        async with self._database.writing() as session:
            change = await take_back(session, member, self._now(), number)
        if change is None and number is not None:
            raise ProgressProblem("You have made other changes since. /progress undo undoes them one by one.")
        if change is None:
            raise ProgressProblem("There is nothing to undo.")
        back = self._moved(PositionChange(change.after, change.before, change.number))
        for moved in back:
            await self._shelves.follow(member, moved.book, moved.after or 0)
        return back

    async def clear(self, member: Member, book: Book | None = None) -> list[Moved]:
        """Forget where a member is, in one book or in all. Raises ProgressProblem where nothing was said."""
        async with self._database.writing() as session:
            there = await reported(session, member)
            gone = {slug: None for slug in there if book is None or slug == book.slug}
            if not gone:
                where = f"in {book.title}" if book else "in any book"
                raise ProgressProblem(f"You haven’t told me where you are {where}, so there is nothing to forget.")
            return self._moved(await change_positions(session, member, gone, self._now()))

    def _moved(self, change: PositionChange) -> list[Moved]:
        def marks(reached: Reached | None, book: Book) -> int | None:
            return reached.marks_in(book) if reached else None

        return [
            Moved(book, marks(change.before.get(slug), book), marks(after, book), change.number)
            for slug, after in change.after.items()
            if (book := self._books.get(slug))
        ]
