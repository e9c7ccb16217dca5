"""Discussion prompts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Protocol

from sqlalchemy import ColumnElement, and_, or_, select, update

from bot.db.base import PromptRow
from bot.db.session import Sessions, insert_into, note_member
from bot.people import Place, Shards
from bot.processes import served
from corpus.books import Reveals, Slug


class State(StrEnum):
    """What has become of a discussion prompt."""

    SUGGESTED = "suggested"
    APPROVED = "approved"
    REJECTED = "rejected"
    POSTED = "posted"


@dataclass(frozen=True, slots=True)
class Prompt:
    """A discussion prompt: `member` thought of it, `by` is the moderator who dealt with it last.

    `needs` is how far its readers must be, where that is known; otherwise its words are placed. `message` is the one
    that it was taken from, `post` the one that it became, or 0. With a `mark` it belongs to the section of its book
    that holds this mark; with `due` it is posted in its place then. `reason` says why it was rejected, or not posted;
    `claimed`, when somebody began to post it.
    """

    id: int
    place: Place
    member: int
    text: str
    at: dt.datetime
    kind: str = ""
    book: Slug | None = None
    mark: int | None = None
    needs: Reveals | None = None
    message: int = 0
    state: State = State.SUGGESTED
    reason: str = ""
    by: int = 0
    due: dt.datetime | None = None
    overridden: bool = False
    post: int = 0
    claimed: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Planned:
    """By when prompts are due: `now`; what was due before `late` is left, what was begun by `stale` is taken over."""

    now: dt.datetime
    late: dt.datetime
    stale: dt.datetime


class PromptRecords(Protocol):
    """The discussion prompts of clubs."""

    async def add(self, prompt: Prompt) -> Prompt | None:
        """Keep a new prompt and return it with its id; None where its message was suggested before."""
        ...

    async def prompt(self, club: int, prompt_id: int) -> Prompt | None:
        """Return a prompt of a club."""
        ...

    async def listed(self, club: int, states: Collection[State]) -> list[Prompt]:
        """Return a club's prompts in these states, oldest first."""
        ...

    async def save(self, prompt: Prompt, was: Prompt) -> bool:
        """Keep a change; return whether nobody else changed the prompt or began to post it meanwhile."""
        ...

    async def due(self, shards: Shards, planned: Planned) -> Sequence[Prompt]:
        """Return these shards' prompts that are to be posted, or whose posting was begun and not ended."""
        ...

    async def next_due(self, shards: Shards, planned: Planned) -> dt.datetime | None:
        """Return when the next prompt of these shards is to be posted, or its posting is to be taken over."""
        ...

    async def claim(self, prompt: Prompt, now: dt.datetime, stale: dt.datetime) -> Prompt | None:
        """Begin to post a prompt: return it as it was, or None where another has begun since `stale`, or is done.

        `claimed` of what is returned says when somebody began earlier and was stopped.
        """
        ...

    async def posted(self, prompt: Prompt, message: int) -> None:
        """Note which message a prompt became; the first one stands."""
        ...

    async def release(self, prompt: Prompt, why: str = "") -> None:
        """End a posting that came to nothing; with a reason, its time is over, and somebody has to decide anew."""
        ...


class StoredPrompts:
    """Implements `PromptRecords`."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def add(self, prompt: Prompt) -> Prompt | None:
        """Keep a new prompt and return it with its id; None where its message was suggested before, settled or not."""
        async with self._sessions.writing() as session:
            await note_member(session, prompt.place.club, prompt.member)
            values = _columns(prompt) | {"member": prompt.member, "at": prompt.at, "message": prompt.message or None}
            insert = insert_into(session, PromptRow).values(**values)
            new = insert.on_conflict_do_nothing(index_elements=["club", "message"]).returning(PromptRow.id)
            number = await session.scalar(new)
        return None if number is None else replace(prompt, id=number)

    async def prompt(self, club: int, prompt_id: int) -> Prompt | None:
        """Return a prompt of a club."""
        query = select(PromptRow).where(PromptRow.club == club, PromptRow.id == prompt_id)
        async with self._sessions.reading() as session:
            row = await session.scalar(query)
        return None if row is None else _prompt(row)

    async def listed(self, club: int, states: Collection[State]) -> list[Prompt]:
        """Return a club's prompts in these states, oldest first."""
        query = select(PromptRow).where(PromptRow.club == club, PromptRow.state.in_(states))
        async with self._sessions.reading() as session:
            return [_prompt(row) for row in await session.scalars(query.order_by(PromptRow.id))]

    async def save(self, prompt: Prompt, was: Prompt) -> bool:
        """Keep a change; return whether nobody else changed the prompt or began to post it meanwhile."""
        async with self._sessions.writing() as session:
            row = await session.get(PromptRow, was.id, with_for_update=True)
            if row is None or _prompt(row) != was:
                return False
            for name, value in _columns(prompt).items():
                setattr(row, name, value)
            return True

    async def due(self, shards: Shards, planned: Planned) -> Sequence[Prompt]:
        """Return these shards' prompts that are to be posted, or whose posting was begun and not ended."""
        row = PromptRow
        when = (_approved(shards), or_(_timed(planned), row.claimed <= planned.stale))
        query = select(row).where(*when).order_by(row.due.nulls_first(), row.id)
        async with self._sessions.reading() as session:
            return [_prompt(found) for found in await session.scalars(query)]

    async def next_due(self, shards: Shards, planned: Planned) -> dt.datetime | None:
        """Return when the next prompt of these shards is to be posted, or its posting is to be taken over."""
        row, mine = PromptRow, _approved(shards)
        due = select(row.due).where(mine, row.claimed.is_(None), row.due > planned.late).order_by(row.due)
        claimed = select(row.claimed).where(mine, row.claimed.is_not(None)).order_by(row.claimed)
        async with self._sessions.reading() as session:
            begun = await session.scalar(claimed.limit(1))
            moments = [await session.scalar(due.limit(1)), begun and begun + (planned.now - planned.stale)]
        return min((moment for moment in moments if moment), default=None)

    async def claim(self, prompt: Prompt, now: dt.datetime, stale: dt.datetime) -> Prompt | None:
        """Begin to post a prompt: return it as it was, or None where another has begun since `stale`, or is done."""
        async with self._sessions.writing() as session:
            row = await session.get(PromptRow, prompt.id, with_for_update=True)
            if row is None or row.state != State.APPROVED or (row.claimed and row.claimed >= stale):
                return None
            was = _prompt(row)
            row.claimed = now
            return was

    async def posted(self, prompt: Prompt, message: int) -> None:
        """Note which message a prompt became; the first one stands."""
        done = update(PromptRow).where(PromptRow.id == prompt.id, PromptRow.state != State.POSTED)
        async with self._sessions.writing() as session:
            await session.execute(done.values(state=State.POSTED.value, post=message, claimed=None))

    async def release(self, prompt: Prompt, why: str = "") -> None:
        """End a posting that came to nothing; with a reason, its time is over, and somebody has to decide anew."""
        row = PromptRow
        values: dict[str, Any] = {"claimed": None} | ({"due": None, "reason": why} if why else {})
        async with self._sessions.writing() as session:
            await session.execute(update(row).where(row.id == prompt.id, row.state == State.APPROVED).values(**values))


def _approved(shards: Shards) -> ColumnElement[bool]:
    return and_(PromptRow.state == State.APPROVED, served(PromptRow.club, shards))


def _timed(planned: Planned) -> ColumnElement[bool]:
    row = PromptRow
    return and_(row.claimed.is_(None), row.due > planned.late, row.due <= planned.now)


def _columns(prompt: Prompt) -> dict[str, Any]:
    """Return what may change of a prompt, by column."""
    return {
        "club": prompt.place.club,
        "place": prompt.place.id,
        "adults": prompt.place.adults,
        "text": prompt.text,
        "kind": prompt.kind,
        "book": prompt.book,
        "mark": prompt.mark,
        "needs": prompt.needs,
        "state": prompt.state.value,
        "reason": prompt.reason,
        "by": prompt.by,
        "due": prompt.due,
        "overridden": prompt.overridden,
        "post": prompt.post,
        "claimed": prompt.claimed,
    }


def _prompt(row: PromptRow) -> Prompt:
    return Prompt(
        id=row.id,
        place=Place(row.club, row.place, row.adults),
        member=row.member,
        text=row.text,
        at=row.at,
        kind=row.kind,
        book=row.book,
        mark=row.mark,
        needs=row.needs,
        message=row.message or 0,
        state=State(row.state),
        reason=row.reason,
        by=row.by,
        due=row.due,
        overridden=row.overridden,
        post=row.post,
        claimed=row.claimed,
    )
