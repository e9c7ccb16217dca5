"""How far places may go."""

import datetime as dt
from typing import NamedTuple

from pydantic import TypeAdapter
from sqlalchemy import Index, PrimaryKeyConstraint, delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped

from bot.app import App
from bot.db.base import Base, Personal, ReachedColumns, upsert
from bot.features.progress.store import Progress
from bot.people import Member, Place, Reached, club_name, positions
from corpus.books import Book, Slug
from corpus.errors import DogearError
from corpus.positions import parse_position
from retrieval.gate import Audience


class CeilingRow(ReachedColumns, Base):
    """How far a place may go in a book, and who said so; 0 where that person's data was deleted."""

    personal = (Personal("ceilings", "ceilings that you set (kept, but without your name)", "set_by", stays=True),)

    __tablename__ = "ceilings"
    __table_args__ = (PrimaryKeyConstraint("club", "place", "book"), Index(None, "set_by"))

    club: Mapped[int]
    place: Mapped[int]
    book: Mapped[str]
    set_by: Mapped[int]
    at: Mapped[dt.datetime]


class CeilingProblem(DogearError):
    """A ceiling cannot be changed in that way: there is none, it is so already, or somebody was faster."""


class CeilingChange(NamedTuple):
    """A change of a place's ceiling: each book's marks before and after, None where it has none."""

    before: dict[Slug, int | None]
    after: dict[Slug, int | None]


CHANGE = TypeAdapter(CeilingChange)
"""A change as text that can be kept until somebody confirms it."""


class Ceilings:
    """Keeps the ceilings of places. Who may set one is for the door to check: Discord knows who keeps a channel.

    A change is worked out first, shown, and made when it is confirmed, if the ceiling is then still what it was.
    """

    def __init__(self, app: App) -> None:
        self._database, self._books, self._now = app.database, app.books, app.now

    async def show(self, place: Place) -> dict[Slug, int]:
        """Return how far a place may go, in the books of the library."""
        async with self._database.reading() as session:
            return positions(await ceiling_of(session, place), self._books)

    async def set(self, place: Place, book: Book, where: str, by: Member) -> None:
        """Set how far a place may go in a book at once. Raises PositionError."""
        await self.set_ceiling(place, book.slug, Reached.in_book(book, parse_position(where, book)), by.id, self._now())

    async def set_ceiling(self, place: Place, book: Slug, reached: Reached, by: int, at: dt.datetime) -> None:
        """Set how far a place may go in a book, which the library may lack."""
        async with self._database.writing() as session:
            await _put(session, place, book, reached, by, at)

    async def raised(self, place: Place, book: Book, where: str) -> CeilingChange:
        """Return the change that lets a place go as far as somebody says. Raises PositionError or CeilingProblem."""
        before, marks = (await self.show(place)).get(book.slug), parse_position(where, book)
        if before == marks:
            raise CeilingProblem(f"That is the ceiling for {book.title} here already, so nothing changes.")
        return CeilingChange({book.slug: before}, {book.slug: marks})

    async def cleared(self, place: Place, book: Book | None = None) -> CeilingChange:
        """Return the change that takes a place's ceiling away, in one book or in all. Raises CeilingProblem."""
        there = (await self.show(place)).items()
        before: dict[Slug, int | None] = {slug: marks for slug, marks in there if book is None or slug == book.slug}
        if not before:
            where = f" in {book.title}" if book else ""
            raise CeilingProblem(f"There is no ceiling{where} here, so there is nothing to remove.")
        return CeilingChange(before, dict.fromkeys(before))

    async def make(self, place: Place, change: CeilingChange, by: Member) -> None:
        """Make a change that was confirmed. Raises CeilingProblem where the ceiling was changed meanwhile."""
        async with self._database.writing() as session:
            there = positions(await ceiling_of(session, place), self._books)
            if any(there.get(book) != marks for book, marks in change.before.items()):
                raise CeilingProblem("Somebody has changed the ceiling in the meantime. /ceiling show shows it.")
            for slug, marks in change.after.items():
                if marks is None:
                    gone = delete(CeilingRow).filter_by(club=place.club, place=place.id, book=slug)
                    await session.execute(gone)
                elif book := self._books.get(slug):
                    await _put(session, place, slug, Reached.in_book(book, marks), by.id, self._now())


async def ceiling_of(session: AsyncSession, place: Place) -> dict[Slug, Reached]:
    """Return a place's ceiling in the order of the books; empty where none was set."""
    query = select(CeilingRow).filter_by(club=place.club, place=place.id).order_by(CeilingRow.book)
    return {row.book: row.reached for row in await session.scalars(query)}


async def _put(session: AsyncSession, place: Place, book: Slug, reached: Reached, by: int, at: dt.datetime) -> None:
    key = {"club": place.club, "place": place.id, "book": book}
    values = {"marks": reached.marks, "of": reached.of, "unit": reached.unit, "set_by": by, "at": at}
    await upsert(session, CeilingRow, key, values)


class Audiences:
    """Says who will see a reply and what they have read: the only place where audiences of a club are made.

    A private reply is for its asker alone, at the positions that they reported. A public reply is for everybody in the
    place, at its ceiling; a place without one is at 0 in every book. Who asks in public and has reported less than the
    ceiling is among those who will see it, so the reply goes no further than they do.
    """

    def __init__(self, app: App) -> None:
        self.positions, self.ceiling = app.get(Progress).positions, app.get(Ceilings).show

    async def private(self, member: Member, place: Place) -> Audience:
        """Return the audience of a reply that only this member sees."""
        return Audience(await self.positions(member), place.adults, club_name(member.club))

    async def public(self, place: Place, asker: Member | None = None) -> Audience:
        """Return the audience of a reply that everybody in a place sees, its asker among them."""
        ceiling = await self.ceiling(place)
        if asker is not None:
            own = await self.positions(asker)
            ceiling = {book: min(marks, own.get(book, marks)) for book, marks in ceiling.items()}
        return Audience(ceiling, place.adults, club_name(place.club))

    async def behind(self, member: Member, place: Place) -> bool:
        """Return whether a reply at the place's ceiling could tell a member more than they have read."""
        own = await self.positions(member)
        return any(marks > own.get(book, 0) for book, marks in (await self.ceiling(place)).items())
