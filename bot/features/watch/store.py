"""Watched places, and the messages that went further than they do."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from dataclasses import replace as changed
from enum import StrEnum

from sqlalchemy import Index, PrimaryKeyConstraint, UniqueConstraint, delete, select, update
from sqlalchemy.orm import Mapped, mapped_column

from bot.db.base import BIG_KEY, Base, OfMember, Personal, Sessions, belongs_to_member, insert_into, note_member, upsert
from bot.db.jobs import Key, finish, plan
from bot.people import Place, Shards
from bot.processes import of_shards
from corpus.books import Reveals


class Outcome(StrEnum):
    """What has become of a message that goes further than its place; the first two wait for a moderator."""

    WAITING = "waiting"
    FINE = "fine"
    HIDDEN = "hidden"
    SETTLED = "settled"


QUEUED = (Outcome.WAITING, Outcome.FINE)
"""Outcomes with which a message is in the moderators' queue."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A message that goes further than its place: whose it is, and where it belongs. Its words are not kept.

    `told` is true once its author knows, or cannot be told.
    """

    id: int
    place: Place
    member: int
    message: int
    needs: Reveals
    at: dt.datetime
    told: bool = False
    outcome: Outcome = Outcome.WAITING


JOBS = "watch"


def telling(finding: Finding) -> Key:
    """Return the job of telling the author of a message."""
    return Key(JOBS, finding.place.club, finding.id, "tell")


class WatchRow(Base):
    """A watched place, and who had it watched; 0 where that person's data was deleted."""

    personal = (
        Personal("watches", "places that you had watched: they stay so, without your name", "set_by", stays=True),
    )

    __tablename__ = "watches"
    __table_args__ = (PrimaryKeyConstraint("club", "place"), Index(None, "set_by"))

    club: Mapped[int]
    place: Mapped[int]
    set_by: Mapped[int]
    at: Mapped[dt.datetime]


class FindingRow(OfMember, Base):
    """A member's message that goes further than its place. Its words are not kept."""

    personal = (
        Personal(
            "findings",
            "messages that went further than their place: where they stand, not what they say",
            hidden=("needs",),
        ),
    )

    __tablename__ = "findings"
    __table_args__ = (
        UniqueConstraint("club", "message"),
        Index(None, "club", "outcome"),
        Index(None, "club", "member"),
        belongs_to_member(),
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


class StoredWatching:
    """Watched places, and what was found there."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def watched(self, shards: Shards) -> dict[int, int]:
        """Return the watched places of these shards, each with its club."""
        query, mine = select(WatchRow.place, WatchRow.club), of_shards(WatchRow.club, shards)
        async with self._sessions.reading() as session:
            found = await session.execute(query if mine is None else query.where(mine))
            return {row.place: row.club for row in found}

    async def watch(self, place: Place, by: int, at: dt.datetime) -> None:
        """Begin to watch a place."""
        key = {"club": place.club, "place": place.id}
        async with self._sessions.writing() as session:
            await upsert(session, WatchRow, key, {"set_by": by, "at": at})

    async def unwatch(self, place: Place) -> bool:
        """Stop watching a place; return whether it was watched."""
        away = delete(WatchRow).where(WatchRow.club == place.club, WatchRow.place == place.id)
        async with self._sessions.writing() as session:
            return await session.scalar(away.returning(WatchRow.place)) is not None

    async def add(self, finding: Finding, until: dt.datetime) -> Finding | None:
        """Keep a finding and return it with its id; None where its message was found before.

        The caller tells its author, and has claimed that until a moment.
        """
        async with self._sessions.writing() as session:
            await note_member(session, finding.place.club, finding.member)
            insert = insert_into(session, FindingRow).values(
                club=finding.place.club,
                member=finding.member,
                place=finding.place.id,
                adults=finding.place.adults,
                message=finding.message,
                needs=finding.needs,
                at=finding.at,
                told=finding.told,
                outcome=finding.outcome.value,
            )
            new = insert.on_conflict_do_nothing(index_elements=["club", "message"]).returning(FindingRow.id)
            number = await session.scalar(new)
            if number is None:
                return None
            added = changed(finding, id=number)
            await plan(session, telling(added), until, since=finding.at)
            return added

    async def finding(self, finding_id: int) -> Finding | None:
        """Return a finding."""
        async with self._sessions.reading() as session:
            row = await session.get(FindingRow, finding_id)
        return None if row is None else _finding(row)

    async def queue(self, club: int) -> list[Finding]:
        """Return the findings of a club that wait for a moderator, oldest first."""
        query = select(FindingRow).where(FindingRow.club == club, FindingRow.outcome.in_(QUEUED))
        async with self._sessions.reading() as session:
            return [_finding(row) for row in await session.scalars(query.order_by(FindingRow.id))]

    async def told(self, finding: Finding) -> None:
        """Record that an author knows, or cannot be told."""
        async with self._sessions.writing() as session:
            await session.execute(update(FindingRow).where(FindingRow.id == finding.id).values(told=True))
            await finish(session, telling(finding))

    async def settle(self, finding_id: int, outcome: Outcome) -> bool:
        """Note what became of a finding that waits; return whether it still waited."""
        row = FindingRow
        done = update(row).where(row.id == finding_id, row.outcome.in_(QUEUED)).values(outcome=outcome.value)
        async with self._sessions.writing() as session:
            return await session.scalar(done.returning(row.id)) is not None


def _finding(row: FindingRow) -> Finding:
    place = Place(row.club, row.place, row.adults)
    return Finding(row.id, place, row.member, row.message, row.needs, row.at, row.told, Outcome(row.outcome))
