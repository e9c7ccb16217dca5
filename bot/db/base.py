"""The tables of the club's data. Whoever changes them adds a version in `migrations/versions`."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any, ClassVar

from sqlalchemy import (
    JSON,
    BigInteger,
    DateTime,
    Dialect,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

from bot.people import Reached
from corpus.books import Reveals

BIG_KEY = BigInteger().with_variant(Integer(), "sqlite")
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

    impl = String().with_variant(String(collation="C"), "postgresql")
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Return what is written, or looked for."""
        return None if value is None else _NOT_KEPT.sub("", value)


class UtcDateTime(TypeDecorator[dt.datetime]):
    """A moment, kept in UTC and returned with its zone. A time without a zone is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        """Return what is written: the moment in UTC."""
        return None if value is None else in_utc(value)

    def process_result_value(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        """Return what was written: SQLite keeps no zones, so what comes back without one is in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


class RevealsColumn(TypeDecorator[Reveals]):
    """What the readers of a text need, as JSON: marks by book."""

    impl = JSON
    cache_ok = True

    def process_bind_param(self, value: Reveals | None, dialect: Dialect) -> dict[str, int] | None:
        """Return what is written."""
        return None if value is None else dict(value.marks)

    def process_result_value(self, value: Mapping[str, int] | None, dialect: Dialect) -> Reveals | None:
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


class Base(DeclarativeBase):
    """All tables: numbers are big enough for Discord's ids, times have zones, and every database can keep the words."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map: ClassVar = {
        int: BigInteger,
        str: Words,
        dt.datetime: UtcDateTime,
        Reveals: RevealsColumn,
        dict[str, Any]: JSON,
    }


class MemberRow(Base):
    """A member of whom anything is kept. All that is theirs refers to this row, and goes when it goes.

    `writes` counts what was written about them: it gives their positions and changes an order that no clock upsets.
    """

    __tablename__ = "members"
    __table_args__ = (PrimaryKeyConstraint("club", "id"), Index(None, "id"))

    club: Mapped[int]
    id: Mapped[int]
    writes: Mapped[int]


class OfMember:
    """Two columns that say whose a row is."""

    club: Mapped[int]
    member: Mapped[int]


def _belongs_to_member() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["club", "member"], ["members.club", "members.id"], ondelete="CASCADE")


class PositionRow(ReachedColumns, OfMember, Base):
    """Where a member is in a book; `number` is the member's count of writes when they said so."""

    __tablename__ = "positions"
    __table_args__ = (PrimaryKeyConstraint("club", "member", "book"), _belongs_to_member())

    book: Mapped[str]
    at: Mapped[dt.datetime]
    number: Mapped[int]


class ChangeRow(OfMember, Base):
    """One change of positions: by book, the columns of its position before and after, or nothing."""

    __tablename__ = "changes"
    __table_args__ = (PrimaryKeyConstraint("club", "member", "number"), _belongs_to_member())

    number: Mapped[int]
    at: Mapped[dt.datetime]
    taken_back: Mapped[dt.datetime | None]
    before: Mapped[dict[str, Any]]
    after: Mapped[dict[str, Any]]


class CeilingRow(ReachedColumns, Base):
    """How far a place may go in a book, and who said so; 0 where that person's data was deleted."""

    __tablename__ = "ceilings"
    __table_args__ = (PrimaryKeyConstraint("club", "place", "book"), Index(None, "set_by"))

    club: Mapped[int]
    place: Mapped[int]
    book: Mapped[str]
    set_by: Mapped[int]
    at: Mapped[dt.datetime]


class ShelfRow(OfMember, Base):
    """A book on a member's shelf."""

    __tablename__ = "shelves"
    __table_args__ = (PrimaryKeyConstraint("club", "member", "key"), _belongs_to_member())

    key: Mapped[str]
    title: Mapped[str]
    shelf: Mapped[str]
    book: Mapped[str | None]
    at: Mapped[dt.datetime]


class ReviewRow(OfMember, Base):
    """A member's review. Its id is never given out again: a button may still name it."""

    __tablename__ = "reviews"
    __table_args__ = (
        UniqueConstraint("club", "member", "book"),
        Index(None, "club", "book"),
        _belongs_to_member(),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(BIG_KEY, primary_key=True)
    book: Mapped[str]
    stars: Mapped[int | None]
    text: Mapped[str]
    said: Mapped[int]
    needs: Mapped[Reveals]
    written: Mapped[dt.datetime]
    edited: Mapped[dt.datetime | None]


class TurnRow(OfMember, Base):
    """A question and its answer in a place."""

    __tablename__ = "turns"
    __table_args__ = (Index(None, "club", "place"), Index(None, "club", "member"), _belongs_to_member())

    id: Mapped[int] = mapped_column(BIG_KEY, primary_key=True)
    place: Mapped[int]
    question: Mapped[str]
    answer: Mapped[str]
    book: Mapped[str | None]
    needs: Mapped[Reveals]
    at: Mapped[dt.datetime]


class QuestionRow(OfMember, Base):
    """What a member asked, under the token that a button carries."""

    __tablename__ = "questions"
    __table_args__ = (Index(None, "club", "member"), Index(None, "at"), _belongs_to_member())

    id: Mapped[str] = mapped_column(primary_key=True)
    place: Mapped[int]
    adults: Mapped[bool]
    do: Mapped[str]
    text: Mapped[str]
    book: Mapped[str | None]
    at: Mapped[dt.datetime]


class UsageRow(Base):
    """Tokens that a club has used on a day."""

    __tablename__ = "usage"
    __table_args__ = (PrimaryKeyConstraint("club", "day"),)

    club: Mapped[int]
    day: Mapped[dt.date]
    tokens: Mapped[int]


class ChoiceRow(Base):
    """The club that a person chose for direct messages."""

    __tablename__ = "choices"

    member: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    club: Mapped[int]


class NoteRow(Base):
    """Something that the bot itself remembers."""

    __tablename__ = "notes"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]


class PromptRow(OfMember, Base):
    """A discussion prompt, and whose idea it was. One that is dealt with stays: its message is not suggested again.

    `message` is empty, not 0, where there is none: any number of rows may have none. `by` is the moderator who dealt
    with it last; 0 where there is none, or where that person's data was deleted.
    """

    __tablename__ = "discussion_prompts"
    __table_args__ = (
        UniqueConstraint("club", "message"),
        Index(None, "club", "state"),
        Index(None, "club", "member"),
        Index(None, "by"),
        _belongs_to_member(),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(BIG_KEY, primary_key=True)
    place: Mapped[int]
    adults: Mapped[bool]
    text: Mapped[str]
    at: Mapped[dt.datetime]
    kind: Mapped[str]
    book: Mapped[str | None]
    mark: Mapped[int | None]
    needs: Mapped[Reveals | None]
    message: Mapped[int | None]
    state: Mapped[str]
    reason: Mapped[str]
    by: Mapped[int]
    due: Mapped[dt.datetime | None]
    overridden: Mapped[bool]
    post: Mapped[int]


class WatchRow(Base):
    """A watched place, and who had it watched; 0 where that person's data was deleted."""

    __tablename__ = "watches"
    __table_args__ = (PrimaryKeyConstraint("club", "place"), Index(None, "set_by"))

    club: Mapped[int]
    place: Mapped[int]
    set_by: Mapped[int]
    at: Mapped[dt.datetime]


class FindingRow(OfMember, Base):
    """A member's message that goes further than its place. Its words are not kept."""

    __tablename__ = "findings"
    __table_args__ = (
        UniqueConstraint("club", "message"),
        Index(None, "club", "outcome"),
        Index(None, "club", "member"),
        _belongs_to_member(),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(BIG_KEY, primary_key=True)
    place: Mapped[int]
    adults: Mapped[bool]
    message: Mapped[int]
    needs: Mapped[Reveals]
    at: Mapped[dt.datetime]
    told: Mapped[bool]
    outcome: Mapped[str]


class AuditRow(Base):
    """Something that was posted or decided; `by` is 0 where nobody did it, or that person's data was deleted.

    `message` is empty, not 0, where there is none: any number of rows may have none.
    """

    __tablename__ = "audit"
    __table_args__ = (UniqueConstraint("club", "did", "message"), Index(None, "club", "at"), Index(None, "by"))

    id: Mapped[int] = mapped_column(BIG_KEY, primary_key=True)
    club: Mapped[int]
    place: Mapped[int]
    by: Mapped[int]
    did: Mapped[str]
    at: Mapped[dt.datetime]
    message: Mapped[int | None]
    about: Mapped[str]
    sources: Mapped[list[str]] = mapped_column(JSON)
