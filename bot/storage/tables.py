"""The tables of the club's data. Whoever changes them adds a version in `migrations/versions`."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

from sqlalchemy import (
    JSON,
    BigInteger,
    ForeignKeyConstraint,
    Index,
    MetaData,
    PrimaryKeyConstraint,
    UniqueConstraint,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from bot.storage.columns import BIG_KEY, ReachedColumns, RevealsColumn, UtcDateTime, Words
from corpus.books import Reveals

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
