"""Where clubs are in books, in numbers."""

import datetime as dt

from sqlalchemy import PrimaryKeyConstraint, select
from sqlalchemy.orm import Mapped

from bot.app import App
from bot.club_settings import FigureRow
from bot.db.base import Base, OfMember, Personal, belongs_to_member, insert_into, note_member, upsert
from bot.features.progress.store import PositionRow
from bot.features.stats.rules import Figure, Group, Said, groups_of, open_groups, outdated
from bot.people import Member
from corpus.books import Book, Slug


class CountedRow(OfMember, Base):
    """Whether a member agreed to be counted in the open, and since when it is so."""

    personal = (Personal("counted", "clubs whose picture you agreed to be counted in, or stopped"),)

    __tablename__ = "counted"
    __table_args__ = (PrimaryKeyConstraint("club", "member"), belongs_to_member())

    agreed: Mapped[bool]
    at: Mapped[dt.datetime]


class ClubFigures:
    """Makes figures, and keeps each as long as it has to stand."""

    def __init__(self, app: App) -> None:
        self._database, self._now = app.database, app.now

    async def of_book(self, club: int, book: Book) -> tuple[Figure, Figure]:
        """Return where those are in a book who agreed to be counted, and where all others are, in larger groups."""
        standing, said = await self.look(club, book.slug)
        agreed, others = [each for each in said if each.agreed], [each for each in said if not each.agreed]
        counted = Figure(self._now(), open_groups(each.reached for each in agreed))
        if standing is not None and not outdated(standing, others):
            return counted, standing
        # The moment is taken last, so that nobody counts as having reported since who is in this figure already.
        new = Figure(self._now(), groups_of(each.reached for each in others))
        return counted, await self.keep(club, book.slug, new, standing)

    async def agreed(self, member: Member) -> bool:
        """Return whether a member agreed to be counted."""
        async with self._database.reading() as session:
            row = await session.get(CountedRow, (member.club, member.id))
            return row is not None and row.agreed

    async def agree(self, member: Member, agreed: bool) -> None:
        """Note that a member agrees to be counted, or no longer does."""
        async with self._database.writing() as session:
            await note_member(session, member.club, member.id)
            key = {"club": member.club, "member": member.id}
            await upsert(session, CountedRow, key, {"agreed": agreed, "at": self._now()})

    async def look(self, club: int, book: Slug) -> tuple[Figure | None, list[Said]]:
        """Return the figure that stands, and where each member is who said so."""
        query = select(PositionRow, CountedRow).where(PositionRow.club == club, PositionRow.book == book)
        same = (CountedRow.club == PositionRow.club) & (CountedRow.member == PositionRow.member)
        async with self._database.reading() as session:
            row = await session.get(FigureRow, (club, book))
            said = [_said(*each) for each in await session.execute(query.outerjoin(CountedRow, same))]
            return None if row is None else _figure(row), said

    async def keep(self, club: int, book: Slug, figure: Figure, instead_of: Figure | None) -> Figure:
        """Keep a figure in place of the one before, if that still stands, and return the one that stands then.

        Two that are made at once may differ in one member, so that nobody may see both.
        """
        values = {"at": figure.at, "groups": [list(group) for group in figure.groups]}
        async with self._database.writing() as session:
            insert = insert_into(session, FigureRow).values(club=club, book=book, **values)
            if instead_of is None:
                await session.execute(insert.on_conflict_do_nothing())
            else:
                still, key = FigureRow.at == instead_of.at, ["club", "book"]
                await session.execute(insert.on_conflict_do_update(index_elements=key, set_=values, where=still))
            return _figure(await session.get_one(FigureRow, (club, book)))


def _said(there: PositionRow, counted: CountedRow | None) -> Said:
    """Return where a member is; who stopped being counted in the open is new among the others."""
    return Said(there.reached, max(there.at, counted.at if counted else there.at), bool(counted and counted.agreed))


def _figure(row: FigureRow) -> Figure:
    return Figure(row.at, tuple(Group(*group) for group in row.groups))
