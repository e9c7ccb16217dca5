"""The tables of schedules, of the steps that were done for them, and of who wants to be reminded."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import JSON, ForeignKey, ForeignKeyConstraint, Index, PrimaryKeyConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.columns import BIG_KEY
from bot.storage.tables import Base, OfMember


class ScheduleRow(Base):
    """A schedule: its plan, and when it is to be looked at next. `organiser` is 0 where that person's data was deleted.

    `wanted` are numbers of sections, `touched` ids of events; `version` counts changes.
    """

    __tablename__ = "schedules"
    __table_args__ = (
        UniqueConstraint("name"),
        Index(None, "club"),
        Index(None, "due", "club"),
        Index(None, "organiser"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(BIG_KEY, primary_key=True)
    club: Mapped[int]
    place: Mapped[int]
    organiser: Mapped[int]
    name: Mapped[str]
    book: Mapped[str]
    state: Mapped[str]
    plan: Mapped[dict[str, Any]]
    wanted: Mapped[list[int]] = mapped_column(JSON)
    touched: Mapped[list[int]] = mapped_column(JSON)
    version: Mapped[int]
    due: Mapped[dt.datetime | None]


class StepRow(Base):
    """A step that was begun, since when and until when; `result` is what it became in Discord, once it is done."""

    __tablename__ = "schedule_steps"
    __table_args__ = (Index(None, "schedule"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    schedule: Mapped[int] = mapped_column(ForeignKey("schedules.id", ondelete="CASCADE"))
    since: Mapped[dt.datetime]
    until: Mapped[dt.datetime]
    done: Mapped[bool]
    result: Mapped[int]


class ReminderRow(OfMember, Base):
    """That a member wants to be reminded of a schedule's meetings, and how."""

    __tablename__ = "reminders"
    __table_args__ = (
        PrimaryKeyConstraint("schedule", "club", "member"),
        ForeignKeyConstraint(["club", "member"], ["members.club", "members.id"], ondelete="CASCADE"),
        Index(None, "club", "member"),
    )

    schedule: Mapped[int] = mapped_column(ForeignKey("schedules.id", ondelete="CASCADE"))
    by: Mapped[str]
    at: Mapped[dt.datetime]
