"""The database's base tables, and how rows are written. A changed table needs a version in `migrations/versions`."""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped
from sqlalchemy.types import TypeDecorator

from bot.people import Place, Reached
from corpus.books import Reveals

BIG_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
"""A number that the database gives out itself: SQLite does so only for what it calls INTEGER, which is as big."""

_NOT_KEPT = re.compile("[\0\ud800-\udfff]")


def in_utc(moment: dt.datetime) -> dt.datetime:
    """Return a moment in UTC. Raises ValueError for one without a zone: nobody knows when it was."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment} has no time zone")
    return moment.astimezone(dt.UTC)


class Words(TypeDecorator[str]):
    """Text, without what not every database can keep: NUL, and halves of letters that no encoding has.

    A server orders it by the numbers of its letters, as SQLite does: an order by language differs between servers,
    and one that changes with an update of the system would break the indexes.
    """

    impl = sa.String().with_variant(sa.String(collation="C"), "postgresql")
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: sa.Dialect) -> str | None:
        """Return what is written, or looked for."""
        return None if value is None else _NOT_KEPT.sub("", value)


class UtcDateTime(TypeDecorator[dt.datetime]):
    """A moment, kept in UTC and returned with its zone. A time without a zone is refused."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: sa.Dialect) -> dt.datetime | None:
        """Return what is written: the moment in UTC."""
        return None if value is None else in_utc(value)

    def process_result_value(self, value: dt.datetime | None, dialect: sa.Dialect) -> dt.datetime | None:
        """Return what was written: SQLite keeps no zones, so what comes back without one is in UTC."""
        return value and (value.astimezone(dt.UTC) if value.tzinfo else value.replace(tzinfo=dt.UTC))


class RevealsColumn(TypeDecorator[Reveals]):
    """What the readers of a text need, as JSON: marks by book."""

    impl = sa.JSON
    cache_ok = True

    def process_bind_param(self, value: Reveals | None, dialect: sa.Dialect) -> dict[str, int] | None:
        """Return what is written."""
        return None if value is None else dict(value.marks)

    def process_result_value(self, value: Mapping[str, int] | None, dialect: sa.Dialect) -> Reveals | None:
        """Return what was written."""
        return None if value is None else Reveals.of(value)


class ReachedColumns:
    """Three columns that say together how far somebody is."""

    marks: Mapped[int]
    of: Mapped[int]
    unit: Mapped[str]

    @property
    def reached(self) -> Reached:
        """How far that is."""
        return Reached(self.marks, self.of, self.unit)


NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
"""How constraints are called, so that a later version can name what it changes."""


@dataclass(frozen=True, slots=True)
class Personal:
    """What a table holds about a member: `/mydata` exports it under `name` and describes it as `says`.

    `by` is the column with the member's id. A row is deleted with the member, unless it `stays`: then only the name is
    taken out of it. `hidden` are columns that hold somebody else's name or words, or a place in a book (`needs`,
    `mark`), which would tell whether a guess is right.
    """

    name: str
    says: str
    by: str = "member"
    stays: bool = False
    hidden: tuple[str, ...] = ()


class Base(DeclarativeBase):
    """All tables: numbers are big enough for Discord's ids, times have zones, and every database can keep the words."""

    metadata = sa.MetaData(naming_convention=NAMES)
    type_annotation_map: ClassVar = {
        int: sa.BigInteger,
        str: Words,
        dt.datetime: UtcDateTime,
        Reveals: RevealsColumn,
        dict[str, Any]: sa.JSON,
    }
    personal: ClassVar[tuple[Personal, ...]] = ()


class MemberRow(Base):
    """A member of whom anything is kept. All that is theirs refers to this row, and goes when it goes.

    `writes` counts what was written about them: it gives their positions and changes an order that no clock upsets.
    """

    __tablename__ = "members"
    __table_args__ = (sa.PrimaryKeyConstraint("club", "id"), sa.Index(None, "id"))

    club: Mapped[int]
    id: Mapped[int]
    writes: Mapped[int]


class OfMember:
    """Two columns that say whose a row is."""

    club: Mapped[int]
    member: Mapped[int]


class InPlace:
    """Three columns that say in which place a row's subject is."""

    club: Mapped[int]
    place: Mapped[int]
    adults: Mapped[bool]

    @property
    def where(self) -> Place:
        """The place."""
        return Place(self.club, self.place, self.adults)


def belongs_to_member() -> sa.ForeignKeyConstraint:
    """Return the constraint that deletes a row with its member."""
    return sa.ForeignKeyConstraint(["club", "member"], ["members.club", "members.id"], ondelete="CASCADE")


def insert_into(session: AsyncSession, table: type[Base]) -> sqlite.Insert | postgresql.Insert:
    """Return an INSERT that may say what happens where the row is there already; both databases say it alike."""
    server = session.get_bind().dialect.name == "postgresql"
    return postgresql.insert(table) if server else sqlite.insert(table)


async def upsert(session: AsyncSession, table: type[Base], key: dict[str, Any], values: dict[str, Any]) -> None:
    """Write a row in place of the one of that key, if there is one."""
    insert = insert_into(session, table).values(**key, **values)
    await session.execute(insert.on_conflict_do_update(index_elements=list(key), set_=values))


async def note_member(session: AsyncSession, club: int, member: int) -> int:
    """Make sure that a member's row is there, count this write, and return the count.

    This also locks the row until the transaction ends, so that what one member does happens one after the other.
    """
    insert = insert_into(session, MemberRow).values(club=club, id=member, writes=1)
    counted = insert.on_conflict_do_update(index_elements=["club", "id"], set_={"writes": MemberRow.writes + 1})
    return (await session.execute(counted.returning(MemberRow.writes))).scalar_one()


async def lock_member(session: AsyncSession, club: int, member: int) -> None:
    """Lock a member's row, where there is one, until the transaction ends."""
    mine = sa.select(MemberRow.id).where(MemberRow.club == club, MemberRow.id == member)
    await session.execute(mine.with_for_update())
