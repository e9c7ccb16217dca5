"""The table of jobs: one row for each thing to do at a time, planned or done in its feature's own transaction."""

import datetime as dt
from collections.abc import Collection
from dataclasses import asdict, dataclass

from sqlalchemy import ColumnElement, Index, UniqueConstraint, and_, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.db.base import BIG_KEY, Base, insert_into
from bot.db.sessions import Sessions
from bot.people import Shards
from bot.processes import served


class JobRow(Base):
    """A job. It can be claimed from `due` on; without `due` it waits until its feature plans it again, or is done.

    `since` is when it was first claimed, and empty before: from then on what it posts may be in Discord. A claim moves
    `due` to its own end. `result` is what the job became in Discord, such as the id of a message.
    """

    __tablename__ = "jobs"
    __table_args__ = (UniqueConstraint("feature", "subject", "step"), Index(None, "due", "club"))

    id: Mapped[int] = mapped_column(BIG_KEY, primary_key=True)
    feature: Mapped[str]
    club: Mapped[int]
    subject: Mapped[int]
    step: Mapped[str]
    due: Mapped[dt.datetime | None]
    since: Mapped[dt.datetime | None]
    done: Mapped[bool]
    result: Mapped[int]


@dataclass(frozen=True, slots=True)
class Key:
    """What a job is: a step of a feature's subject, such as closing a vote, in a club."""

    feature: str
    club: int
    subject: int
    step: str


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to do a job now. `since` is when it was claimed first by a process that did not finish it, or None."""

    key: Key
    since: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Due:
    """A subject that has a job to do, since a moment."""

    feature: str
    club: int
    subject: int
    at: dt.datetime


async def plan(session: AsyncSession, key: Key, due: dt.datetime | None, *, since: dt.datetime | None = None) -> None:
    """Plan a job, or another time for one that is there and not done; `since` claims a new one until `due`."""
    insert = insert_into(session, JobRow).values(**asdict(key), due=due, since=since, done=False, result=0)
    moved = insert.on_conflict_do_update(
        index_elements=["feature", "subject", "step"], set_={"due": due}, where=JobRow.done.is_(False)
    )
    await session.execute(moved)


async def finish(session: AsyncSession, key: Key, result: int = 0) -> None:
    """Mark a job as done, with what it became."""
    await session.execute(update(JobRow).where(_is(key)).values(done=True, due=None, result=result))


async def drop(session: AsyncSession, key: Key) -> None:
    """Delete a job that is not to be done any more."""
    await session.execute(delete(JobRow).where(_is(key)))


async def claimed(session: AsyncSession, key: Key, now: dt.datetime) -> bool:
    """Return whether somebody is doing a job now. This locks it until the transaction ends."""
    row = await session.scalar(select(JobRow).where(_is(key)).with_for_update())
    return row is not None and row.since is not None and row.due is not None and row.due > now


def of_subject(feature: str, subject: int) -> ColumnElement[bool]:
    """Return the condition that a job is one of a subject's."""
    return and_(JobRow.feature == feature, JobRow.subject == subject)


def _is(key: Key) -> ColumnElement[bool]:
    return and_(of_subject(key.feature, key.subject), JobRow.step == key.step)


class JobTable:
    """Claims jobs, and finds those that are due."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def claim(
        self, key: Key, now: dt.datetime, until: dt.datetime, *, early: bool = False, new: bool = False
    ) -> Claim | None:
        """Claim a job that is due; None where it is done, unknown, or claimed by another process.

        With `early`, one that nobody has claimed is claimed before its time; with `new`, one that was never planned.
        """
        async with self._sessions.writing() as session:
            if new:
                insert = insert_into(session, JobRow).values(**asdict(key), done=False, result=0)
                await session.execute(insert.on_conflict_do_nothing())
            free = or_(JobRow.due.is_(None), JobRow.due <= now)
            if early:
                free = or_(free, JobRow.since.is_(None))
            query = select(JobRow).where(_is(key), JobRow.done.is_(False), free).with_for_update()
            row = await session.scalar(query)
            if row is None:
                return None
            claim = Claim(key, row.since)
            row.due, row.since = until, row.since or now
            return claim

    async def put_off(self, key: Key, until: dt.datetime) -> None:
        """Let a job that is not done be claimed again from a moment on, by anybody."""
        async with self._sessions.writing() as session:
            await session.execute(update(JobRow).where(_is(key), JobRow.done.is_(False)).values(due=until))

    async def drop(self, key: Key) -> None:
        """Delete a job that is not to be done any more."""
        async with self._sessions.writing() as session:
            await drop(session, key)

    async def due(self, features: Collection[str], shards: Shards, now: dt.datetime) -> list[Due]:
        """Return the subjects in these shards that have a job to do, those that wait longest first."""
        row, first = JobRow, func.min(JobRow.due)
        query = select(row.feature, row.club, row.subject, first)
        query = query.where(row.due <= now, row.feature.in_(features), served(row.club, shards))
        query = query.group_by(row.feature, row.club, row.subject).order_by(first, row.feature, row.subject)
        async with self._sessions.reading() as session:
            found = await session.execute(query)
            return [Due(feature, club, subject, at) for feature, club, subject, at in found if at is not None]

    async def next_due(self, features: Collection[str], shards: Shards) -> dt.datetime | None:
        """Return when a job in these shards is due next, which may be past; None where none is planned."""
        row = JobRow
        query = select(row.due).where(row.due.is_not(None), row.feature.in_(features), served(row.club, shards))
        async with self._sessions.reading() as session:
            return await session.scalar(query.order_by(row.due).limit(1))
