"""The tables of what moderators deal with: discussion prompts, watched places, what was found there, and the audit."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import JSON, ForeignKeyConstraint, Index, PrimaryKeyConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.columns import BIG_KEY
from bot.storage.tables import Base, OfMember
from corpus.books import Reveals


def _belongs_to_member() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["club", "member"], ["members.club", "members.id"], ondelete="CASCADE")


class PromptRow(OfMember, Base):
    """A discussion prompt, and whose idea it was. One that is dealt with stays: its message is not suggested again.

    `message` is empty, not 0, where there is none: any number of rows may have none. `by` is the moderator who dealt
    with it last; 0 where there is none, or where that person's data was deleted.
    """

    __tablename__ = "discussion_prompts"
    __table_args__ = (
        UniqueConstraint("club", "message"),
        Index(None, "club", "state"),
        Index(None, "state", "due", "club"),
        Index(None, "claimed", "club"),
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
    claimed: Mapped[dt.datetime | None]


class WatchRow(Base):
    """A watched place, and who had it watched; 0 where that person's data was deleted."""

    __tablename__ = "watches"
    __table_args__ = (PrimaryKeyConstraint("club", "place"), Index(None, "set_by"))

    club: Mapped[int]
    place: Mapped[int]
    set_by: Mapped[int]
    at: Mapped[dt.datetime]


class FindingRow(OfMember, Base):
    """A member's message that goes further than its place. Its words are not kept.

    `claimed` is when somebody began to tell its author; whoever found it did so at once.
    """

    __tablename__ = "findings"
    __table_args__ = (
        UniqueConstraint("club", "message"),
        Index(None, "club", "outcome"),
        Index(None, "told", "at", "club"),
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
    claimed: Mapped[dt.datetime | None]


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
