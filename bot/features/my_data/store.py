"""Everything that is held about one person, to read and to delete."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, delete, inspect, select, true, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from bot.db.base import (
    AuditRow,
    CeilingRow,
    ChangeRow,
    ChoiceRow,
    FindingRow,
    MemberRow,
    OfMember,
    PositionRow,
    PromptRow,
    QuestionRow,
    ReviewRow,
    ShelfRow,
    TurnRow,
    WatchRow,
)
from bot.db.session import Sessions
from bot.features.reviews.store import Review, as_review
from bot.features.schedules.store import ReminderRow, ScheduleRow
from bot.features.votes.store import BallotRow, NominationRow
from corpus.books import Reveals

SUBJECTS: dict[str, type[OfMember]] = {
    "positions": PositionRow,
    "changes": ChangeRow,
    "shelf": ShelfRow,
    "reviews": ReviewRow,
    "conversation": TurnRow,
    "questions": QuestionRow,
    "prompts": PromptRow,
    "findings": FindingRow,
    "nominations": NominationRow,
    "ballots": BallotRow,
    "reminders": ReminderRow,
}
"""What belongs to members, by the name under which they get it. All of it goes with the member's own row."""

NAMED: dict[str, tuple[type[Any], InstrumentedAttribute[int]]] = {
    "ceilings": (CeilingRow, CeilingRow.set_by),
    "watches": (WatchRow, WatchRow.set_by),
    "decisions": (PromptRow, PromptRow.by),
    "audit": (AuditRow, AuditRow.by),
    "schedules": (ScheduleRow, ScheduleRow.organiser),
}
"""What is the club's and stays, but names the person who did it, by the name under which they get it."""

OTHERS = {
    "reviews": {"needs"},
    "conversation": {"needs"},
    "findings": {"needs"},
    "prompts": {"by", "needs", "mark"},
    "decisions": {"member", "text", "message", "post", "needs", "mark"},
    "schedules": {"plan", "wanted", "touched"},
}
"""Columns of a subject that hold somebody else's name or words, or that are about nobody.

`needs` and `mark` are about the book: they say where a guess, a question or a review of this person belongs, and so
whether it is right.
"""

NOBODY = 0
"""Who did something, once that person's data was deleted."""


class StoredPersonalData:
    """Implements `PersonalData`."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def export(self, member_id: int, club: int | None = None) -> dict[str, Any]:
        """Return all of it as plain values for JSON, of one club or of all, under a name for each subject."""
        known = select(MemberRow.club).where(MemberRow.id == member_id, _in(MemberRow.club, club))
        choice = (ChoiceRow.member == member_id, _in(ChoiceRow.club, club))
        async with self._sessions.reading() as session:
            clubs = list(await session.scalars(known.order_by(MemberRow.club)))
            held: dict[str, Any] = {"member": member_id, "clubs": clubs}
            for name, table in SUBJECTS.items():
                whose = (table.club.in_(clubs), table.member == member_id)
                held[name] = await _plain_rows(session, table, *whose, without=OTHERS.get(name, ()))
            for name, (kept, column) in NAMED.items():
                named = (column == member_id, _in(kept.club, club))
                held[name] = await _plain_rows(session, kept, *named, without=OTHERS.get(name, ()))
            held["direct_messages"] = await _plain_rows(session, ChoiceRow, *choice)
        return held

    async def forget(self, member_id: int, club: int | None = None) -> Sequence[Review]:
        """Delete all of it, in one club or in all, and return the reviews that went with it.

        The ceilings that a person set are the places', and stay, as do their decisions; who it was is forgotten.
        """
        person = (MemberRow.id == member_id, _in(MemberRow.club, club))
        async with self._sessions.writing() as session:
            # Locked in one order, so that two who do this at once do not wait for one another.
            mine = select(MemberRow.club).where(*person).order_by(MemberRow.club).with_for_update()
            clubs = list(await session.scalars(mine))
            reviews = select(ReviewRow).where(ReviewRow.club.in_(clubs), ReviewRow.member == member_id)
            gone = [as_review(row) for row in await session.scalars(reviews.order_by(ReviewRow.id))]
            for kept, column in NAMED.values():
                named = (column == member_id, _in(kept.club, club))
                await session.execute(update(kept).where(*named).values({column: NOBODY}))
            await session.execute(delete(ChoiceRow).where(ChoiceRow.member == member_id, _in(ChoiceRow.club, club)))
            await session.execute(delete(MemberRow).where(*person))
        return gone


def _in(column: InstrumentedAttribute[int], club: int | None) -> ColumnElement[bool]:
    return true() if club is None else column == club


async def _plain_rows(
    session: AsyncSession, table: type[Any], *which: ColumnElement[bool],
    without: Collection[str] = (),
) -> list[dict[str, Any]]:  # fmt: skip
    """Return the rows of a table in the order of their keys, column by column."""
    described = inspect(table)
    rows = await session.execute(select(*described.columns).where(*which).order_by(*described.primary_key))
    return [{name: _plain(value) for name, value in row.items() if name not in without} for row in rows.mappings()]


def _plain(value: object) -> object:
    if isinstance(value, dt.datetime):
        return value.isoformat()
    return dict(value.marks) if isinstance(value, Reveals) else value
