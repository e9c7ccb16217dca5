"""Schedules, the steps that were done for them, and who wants to be reminded."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

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

from bot.db.base import BIG_KEY, Base, OfMember
from bot.db.session import Sessions, insert_into, note_member, replace
from bot.features.schedules.plan import Schedule, read, written
from bot.people import Member, Shards
from bot.processes import served


@dataclass(frozen=True, slots=True)
class Begun:
    """A step that was begun: until when whoever began it has it, and what it became once it was done."""

    until: dt.datetime
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


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to do a step now. `since` is when it was first begun by whoever did not come to its end, or None."""

    step: str
    since: dt.datetime | None = None


class ScheduleRecords(Protocol):
    """The schedules of clubs. A change is made under a lock, on what is there at that moment."""

    async def add(self, schedule: Schedule, name: str, at: dt.datetime) -> Schedule | None:
        """Keep a new schedule and return it with its id; None where there was one of that name."""
        ...

    async def kept(self, schedule_id: int) -> Kept | None:
        """Return a schedule."""
        ...

    async def of_club(self, club: int) -> Sequence[Schedule]:
        """Return a club's schedules, the latest first."""
        ...

    async def change(self, schedule_id: int, at: dt.datetime, change: Callable[[Kept], Kept]) -> Kept:
        """Change a schedule as it is now, and have it looked at from `at` on. What the change raises undoes it."""
        ...

    async def due(self, shards: Shards, now: dt.datetime) -> Sequence[int]:
        """Return the ids of the schedules of these shards that are to be looked at."""
        ...

    async def next_due(self, shards: Shards) -> dt.datetime | None:
        """Return when a schedule of these shards is to be looked at next; None where none is."""
        ...

    async def wake(self, kept: Kept, at: dt.datetime | None) -> None:
        """Have a schedule looked at from a moment on, or not at all, unless it was changed since it was read."""
        ...

    async def claim(self, schedule_id: int, step: str, now: dt.datetime, until: dt.datetime) -> Claim | None:
        """Begin a step; None where it is done, or where another has it now."""
        ...

    async def postpone(self, step: str, until: dt.datetime) -> None:
        """Leave a step that could not be done until a moment."""
        ...

    async def finish(
        self, schedule_id: int, step: str, result: int = 0, change: Callable[[Kept], Kept] | None = None
    ) -> None:
        """Note that a step is done and what it became, and change the schedule with it."""
        ...

    async def forget_steps(self, schedule_id: int, begin: str) -> None:
        """Forget the steps whose ids begin with a text."""
        ...

    async def remind(self, schedule_id: int, member: Member, by: By | None, at: dt.datetime) -> None:
        """Note how a member wants to be reminded of a schedule's meetings, or with None that they do not."""
        ...

    async def reminded(self, schedule_id: int) -> Mapping[Member, By]:
        """Return who wants to be reminded, and how."""
        ...


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


class StoredSchedules:
    """Implements `ScheduleRecords`."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def add(self, schedule: Schedule, name: str, at: dt.datetime) -> Schedule | None:
        """Keep a new schedule and return it with its id; None where there was one of that name."""
        values = {
            "club": schedule.club, "place": schedule.place, "organiser": schedule.organiser, "name": name,
            "book": schedule.book, "state": schedule.state.value, "plan": written(schedule), "wanted": [],
            "touched": [], "version": 0, "due": at,
        }  # fmt: skip
        async with self._sessions.writing() as session:
            insert = insert_into(session, ScheduleRow).values(**values)
            row = await session.scalar(insert.on_conflict_do_nothing().returning(ScheduleRow))
            return None if row is None else _schedule(row)

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
        """Change a schedule as it is now, and have it looked at from `at` on. What the change raises undoes it."""
        async with self._sessions.writing() as session:
            row = await session.get_one(ScheduleRow, schedule_id, with_for_update=True)
            _write(row, change(await _kept(session, row)))
            row.due = at
            return await _kept(session, row)

    async def due(self, shards: Shards, now: dt.datetime) -> list[int]:
        """Return the ids of the schedules of these shards that are to be looked at."""
        row = ScheduleRow
        query = select(row.id).where(served(row.club, shards), row.due <= now).order_by(row.due, row.id)
        async with self._sessions.reading() as session:
            return list(await session.scalars(query))

    async def next_due(self, shards: Shards) -> dt.datetime | None:
        """Return when a schedule of these shards is to be looked at next; None where none is."""
        row = ScheduleRow
        query = select(row.due).where(served(row.club, shards), row.due.is_not(None)).order_by(row.due).limit(1)
        async with self._sessions.reading() as session:
            return await session.scalar(query)

    async def wake(self, kept: Kept, at: dt.datetime | None) -> None:
        """Have a schedule looked at from a moment on, or not at all, unless it was changed since it was read."""
        same = (ScheduleRow.id == kept.schedule.id, ScheduleRow.version == kept.version)
        async with self._sessions.writing() as session:
            await session.execute(update(ScheduleRow).where(*same).values(due=at))

    async def claim(self, schedule_id: int, step: str, now: dt.datetime, until: dt.datetime) -> Claim | None:
        """Begin a step; None where it is done, or where another has it now."""
        async with self._sessions.writing() as session:
            fresh = {"id": step, "schedule": schedule_id, "since": now, "until": until, "done": False, "result": 0}
            insert = insert_into(session, StepRow).values(**fresh).on_conflict_do_nothing()
            if await session.scalar(insert.returning(StepRow.id)) is not None:
                return Claim(step)
            row = await session.get_one(StepRow, step, with_for_update=True)
            if row.done or row.until > now:
                return None
            row.until = until
            return Claim(step, row.since)

    async def postpone(self, step: str, until: dt.datetime) -> None:
        """Leave a step that could not be done until a moment."""
        async with self._sessions.writing() as session:
            await session.execute(update(StepRow).where(StepRow.id == step).values(until=until))

    async def finish(
        self, schedule_id: int, step: str, result: int = 0, change: Callable[[Kept], Kept] | None = None
    ) -> None:
        """Note that a step is done and what it became, and change the schedule with it."""
        async with self._sessions.writing() as session:
            row = await session.get_one(ScheduleRow, schedule_id, with_for_update=True)
            done = update(StepRow).where(StepRow.id == step)
            await session.execute(done.values(done=True, result=result))
            if change is not None:
                _write(row, change(await _kept(session, row)))

    async def forget_steps(self, schedule_id: int, begin: str) -> None:
        """Forget the steps whose ids begin with a text."""
        these = (StepRow.schedule == schedule_id, func.substr(StepRow.id, 1, len(begin)) == begin)
        async with self._sessions.writing() as session:
            await session.execute(delete(StepRow).where(*these))

    async def remind(self, schedule_id: int, member: Member, by: By | None, at: dt.datetime) -> None:
        """Note how a member wants to be reminded of a schedule's meetings, or with None that they do not."""
        key = {"schedule": schedule_id, "club": member.club, "member": member.id}
        async with self._sessions.writing() as session:
            if by is None:
                await session.execute(delete(ReminderRow).filter_by(**key))
                return
            await note_member(session, member.club, member.id)
            await replace(session, ReminderRow, key, {"by": by.value, "at": at})

    async def reminded(self, schedule_id: int) -> Mapping[Member, By]:
        """Return who wants to be reminded, and how."""
        query = select(ReminderRow).where(ReminderRow.schedule == schedule_id).order_by(ReminderRow.member)
        async with self._sessions.reading() as session:
            return {Member(row.club, row.member): By(row.by) for row in await session.scalars(query)}


async def _kept(session: AsyncSession, row: ScheduleRow) -> Kept:
    query = select(StepRow).where(StepRow.schedule == row.id)
    steps = {step.id: Begun(step.until, step.done, step.result) for step in await session.scalars(query)}
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
