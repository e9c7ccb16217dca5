"""Schedules, the jobs that were done for them, and who wants to be reminded."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    PrimaryKeyConstraint,
    UniqueConstraint,
    delete,
    func,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.db.base import BIG_KEY, Base, OfMember, Personal, Sessions, insert_into, note_member, upsert
from bot.db.jobs import JobRow, Key, finish, of_subject, plan
from bot.features.schedules.plan import Schedule, read, written
from bot.people import Member


@dataclass(frozen=True, slots=True)
class Begun:
    """A step that was begun: whether it is done, and what it became then."""

    done: bool = False
    result: int = 0


@dataclass(frozen=True, slots=True)
class Kept:
    """A schedule, and what goes on around it.

    `wanted` are the sections that are to be posted although they are late by days. `touched` are events in Discord
    that no longer show what the schedule says. `version` counts changes; `steps` are all that were begun, by their id.
    """

    schedule: Schedule
    wanted: frozenset[int] = frozenset()
    touched: tuple[int, ...] = ()
    version: int = 0
    steps: Mapping[str, Begun] = field(default_factory=dict)

    @property
    def done(self) -> frozenset[str]:
        """The ids of the steps that are done."""
        return frozenset(name for name, begun in self.steps.items() if begun.done)


class By(StrEnum):
    """How somebody is reminded."""

    DIRECT = "direct message"
    THREAD = "thread"


class ScheduleRow(Base):
    """A schedule and its plan. `organiser` is 0 where that person's data was deleted.

    `wanted` are numbers of sections, `touched` ids of events; `version` counts changes.
    """

    personal = (
        Personal(
            "schedules",
            "schedules that you made: they stay, without your name",
            by="organiser",
            stays=True,
            hidden=("plan", "wanted", "touched"),
        ),
    )

    __tablename__ = "schedules"
    __table_args__ = (
        UniqueConstraint("name"),
        Index(None, "club"),
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


class ReminderRow(OfMember, Base):
    """That a member wants to be reminded of a schedule's meetings, and how."""

    personal = (Personal("reminders", "schedules of whose meetings you are reminded"),)

    __tablename__ = "reminders"
    __table_args__ = (
        PrimaryKeyConstraint("schedule", "club", "member"),
        ForeignKeyConstraint(["club", "member"], ["members.club", "members.id"], ondelete="CASCADE"),
        Index(None, "club", "member"),
    )

    schedule: Mapped[int] = mapped_column(ForeignKey("schedules.id", ondelete="CASCADE"))
    by: Mapped[str]
    at: Mapped[dt.datetime]


JOBS, LOOK = "schedule", "look"
"""The step at which a schedule is looked after; the others are those of `rules.py`, and notes to organisers."""


def looking(club: int, schedule_id: int) -> Key:
    """Return the job of looking after a schedule."""
    return Key(JOBS, club, schedule_id, LOOK)


def step_of(schedule: Schedule, step: str) -> Key:
    """Return the job of a step of a schedule."""
    return Key(JOBS, schedule.club, schedule.id, step)


class StoredSchedules:
    """The schedules of clubs. A change is made under a lock, on what is there at that moment."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def add(self, schedule: Schedule, name: str, at: dt.datetime) -> Schedule | None:
        """Keep a new schedule and return it with its id; None where there was one of that name."""
        values = {
            "club": schedule.club, "place": schedule.place, "organiser": schedule.organiser, "name": name,
            "book": schedule.book, "state": schedule.state.value, "plan": written(schedule), "wanted": [],
            "touched": [], "version": 0,
        }  # fmt: skip
        async with self._sessions.writing() as session:
            insert = insert_into(session, ScheduleRow).values(**values)
            row = await session.scalar(insert.on_conflict_do_nothing().returning(ScheduleRow))
            if row is None:
                return None
            await plan(session, looking(row.club, row.id), at)
            return _schedule(row)

    async def kept(self, schedule_id: int) -> Kept | None:
        """Return a schedule."""
        async with self._sessions.reading() as session:
            row = await session.get(ScheduleRow, schedule_id)
            return None if row is None else await _kept(session, row)

    async def of_club(self, club: int) -> list[Schedule]:
        """Return a club's schedules, the latest first."""
        query = select(ScheduleRow).where(ScheduleRow.club == club).order_by(ScheduleRow.id.desc())
        async with self._sessions.reading() as session:
            return [_schedule(row) for row in await session.scalars(query)]

    async def change(self, schedule_id: int, at: dt.datetime, change: Callable[[Kept], Kept]) -> Kept:
        """Change a schedule as it is now, and have it looked after from `at` on. What the change raises undoes it."""
        async with self._sessions.writing() as session:
            row = await session.get_one(ScheduleRow, schedule_id, with_for_update=True)
            _write(row, change(await _kept(session, row)))
            await plan(session, looking(row.club, row.id), at)
            return await _kept(session, row)

    async def rest(self, kept: Kept, begun: dt.datetime, at: dt.datetime | None) -> None:
        """Let a schedule rest, once all is done that could be: it is looked after again from a moment on, or never.

        Where it was changed since it was read, it is looked after at once. Steps that were due when this began, and
        still are, cannot be done now; they keep since when they were claimed.
        """
        schedule = kept.schedule
        left = update(JobRow).where(of_subject(JOBS, schedule.id), JobRow.due <= begun, JobRow.step != LOOK)
        async with self._sessions.writing() as session:
            row = await session.get_one(ScheduleRow, schedule.id, with_for_update=True)
            await session.execute(left.values(due=None))
            if row.version == kept.version:
                await plan(session, looking(row.club, row.id), at)

    async def finish(self, job: Key, result: int = 0, change: Callable[[Kept], Kept] | None = None) -> None:
        """Record that a step is done and what it became, and change the schedule with it."""
        async with self._sessions.writing() as session:
            row = await session.get_one(ScheduleRow, job.subject, with_for_update=True)
            await finish(session, job, result)
            if change is not None:
                _write(row, change(await _kept(session, row)))

    async def forget_steps(self, schedule_id: int, begin: str) -> None:
        """Forget the steps whose names begin with a text."""
        these = (of_subject(JOBS, schedule_id), func.substr(JobRow.step, 1, len(begin)) == begin)
        async with self._sessions.writing() as session:
            await session.execute(delete(JobRow).where(*these))

    async def remind(self, schedule_id: int, member: Member, by: By | None, at: dt.datetime) -> None:
        """Note how a member wants to be reminded of a schedule's meetings, or with None that they do not."""
        key = {"schedule": schedule_id, "club": member.club, "member": member.id}
        async with self._sessions.writing() as session:
            if by is None:
                await session.execute(delete(ReminderRow).filter_by(**key))
                return
            await note_member(session, member.club, member.id)
            await upsert(session, ReminderRow, key, {"by": by.value, "at": at})

    async def reminded(self, schedule_id: int) -> Mapping[Member, By]:
        """Return who wants to be reminded, and how."""
        query = select(ReminderRow).where(ReminderRow.schedule == schedule_id).order_by(ReminderRow.member)
        async with self._sessions.reading() as session:
            return {Member(row.club, row.member): By(row.by) for row in await session.scalars(query)}


async def _kept(session: AsyncSession, row: ScheduleRow) -> Kept:
    query = select(JobRow).where(of_subject(JOBS, row.id), JobRow.step != LOOK)
    steps = {job.step: Begun(job.done, job.result) for job in await session.scalars(query)}
    return Kept(_schedule(row), frozenset(row.wanted), tuple(row.touched), row.version, steps)


def _schedule(row: ScheduleRow) -> Schedule:
    return read(
        row.plan, id=row.id, club=row.club, place=row.place, organiser=row.organiser, book=row.book, state=row.state
    )


def _write(row: ScheduleRow, kept: Kept) -> None:
    schedule = kept.schedule
    row.place, row.state, row.plan = schedule.place, schedule.state.value, written(schedule)
    row.wanted, row.touched = sorted(kept.wanted), list(kept.touched)
    row.version += 1
