"""The tables of nominations, votes and ballots."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import JSON, ForeignKey, ForeignKeyConstraint, Index, PrimaryKeyConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.columns import BIG_KEY
from bot.storage.tables import Base, OfMember


def _belongs_to_member() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["club", "member"], ["members.club", "members.id"], ondelete="CASCADE")


class NominationRow(OfMember, Base):
    """A book that a member would like to read next."""

    __tablename__ = "nominations"
    __table_args__ = (PrimaryKeyConstraint("club", "member", "key"), _belongs_to_member())

    key: Mapped[str]
    title: Mapped[str]
    book: Mapped[str | None]
    at: Mapped[dt.datetime]


class VoteRow(Base):
    """A vote. `running` is empty, not false, once it is closed: any number of closed ones may be in a club.

    Who started it is not kept.
    """

    __tablename__ = "votes"
    __table_args__ = (
        UniqueConstraint("name"),
        UniqueConstraint("club", "running"),
        Index(None, "state", "closes", "club"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(BIG_KEY, primary_key=True)
    club: Mapped[int]
    place: Mapped[int]
    adults: Mapped[bool]
    name: Mapped[str]
    kind: Mapped[str]
    books: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    hidden: Mapped[bool]
    seed: Mapped[str]
    opened: Mapped[dt.datetime]
    closes: Mapped[dt.datetime]
    state: Mapped[str]
    running: Mapped[bool | None]
    claimed: Mapped[dt.datetime]
    message: Mapped[int]
    result: Mapped[int]
    count: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    counted: Mapped[dt.datetime | None]


class BallotRow(OfMember, Base):
    """A member's ballot; it is deleted with the close of its vote."""

    __tablename__ = "ballots"
    __table_args__ = (
        PrimaryKeyConstraint("vote", "club", "member"),
        Index(None, "club", "member"),
        _belongs_to_member(),
    )

    vote: Mapped[int] = mapped_column(ForeignKey("votes.id", ondelete="CASCADE"))
    choices: Mapped[list[str]] = mapped_column(JSON)
    at: Mapped[dt.datetime]
