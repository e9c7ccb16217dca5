"""Where a club is in a book, in numbers from which nobody's position follows."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import PrimaryKeyConstraint, select
from sqlalchemy.orm import Mapped

from bot.app import App
from bot.club_settings import FigureRow
from bot.db.base import Base, OfMember, Personal, belongs_to_member, insert_into, note_member, upsert
from bot.features.progress.store import PositionRow
from bot.people import Member, Reached
from corpus.books import Book, Slug

SMALLEST = 5
"""Members of the smallest group that is shown, and of the smallest change."""

FEWEST = 2
"""Members who agreed to be counted, from whom on they are shown."""

QUARTERS = 4
END = QUARTERS
"""The part behind the four quarters: those who finished."""


class Said(NamedTuple):
    """Where one member said they are, and since when they count as that; not who it is.

    Who `agreed` is counted in the open; all others in groups, and the two kinds are never mixed: else the open
    figure, subtracted from one of everybody, would tell of those who did not agree.
    """

    reached: Reached
    at: dt.datetime
    agreed: bool = False


class Group(NamedTuple):
    """Members in a stretch of a book, from one of its parts to another: quarters are 0 to 3, and 4 is its end."""

    first: int
    last: int
    members: int

    @property
    def where(self) -> str:
        """The stretch in words."""
        first, last = 100 * self.first // QUARTERS, 100 * (self.last + 1) // QUARTERS
        if self.first == END:
            return "finished"
        if self.last == END:
            return f"from {first}%" if self.first else "anywhere in the book"
        if self.last == END - 1:
            return f"from {first}%, not finished" if self.first else "not finished"
        return f"{first}% to {last}%" if self.first else f"up to {last}%"


@dataclass(frozen=True, slots=True)
class Figure:
    """Where some of a club were in a book at a moment, from its beginning to its end; or no groups."""

    at: dt.datetime
    groups: tuple[Group, ...]

    @property
    def members(self) -> int:
        """How many members are in the groups."""
        return sum(group.members for group in self.groups)


def outdated(figure: Figure, said: Sequence[Said]) -> bool:
    """Return whether so many members have said anew where they are that another figure tells of none of them.

    Who watches a figure while somebody reports sees no change, or the changes of five and more at once. That holds for
    “nothing to show”, too.
    """
    return sum(each.at > figure.at for each in said) >= SMALLEST


def open_groups(positions: Iterable[Reached]) -> tuple[Group, ...]:
    """Return where those are who agreed to be counted, by the parts of the book; nothing for a single member."""
    parts = Counter(map(_part, positions))
    return tuple(Group(part, part, parts[part]) for part in sorted(parts)) if parts.total() >= FEWEST else ()


def groups_of(positions: Iterable[Reached]) -> tuple[Group, ...]:
    """Return the groups that may be shown: as fine as the rules allow, from the beginning; none where one is left.

    A smaller group is merged with the part of the book beside it, an empty part too, so that no gap tells anything. One
    group alone would say of everybody where they are.
    """
    parts = [0] * (QUARTERS + 1)
    for reached in positions:
        parts[_part(reached)] += 1
    groups: list[Group] = []
    first, members = 0, 0
    for part, there in enumerate(parts):
        members += there
        if members >= SMALLEST:
            groups.append(Group(first, part, members))
            first, members = part + 1, 0
    if groups and first <= END:
        last = groups.pop()
        groups.append(Group(last.first, END, last.members + members))
    return tuple(groups) if len(groups) > 1 else ()


def _part(reached: Reached) -> int:
    return END if reached.finished else min(QUARTERS - 1, QUARTERS * reached.marks // max(1, reached.of))


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
