"""Discussion prompts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, UniqueConstraint, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.db.base import BIG_KEY, Base, OfMember, Personal, Sessions, belongs_to_member, insert_into, note_member
from bot.db.jobs import Key, claimed, drop, finish, plan
from bot.people import Place
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
    that holds this mark; with `due` it is posted in its place then. `reason` says why it was rejected, or not posted.
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


JOBS = "prompt"


def posting(club: int, prompt_id: int) -> Key:
    """Return the job of posting a prompt."""
    return Key(JOBS, club, prompt_id, "post")


class PromptRow(OfMember, Base):
    """A discussion prompt, and whose idea it was. One that is dealt with stays: its message is not suggested again.

    `message` is empty, not 0, where there is none: any number of rows may have none. `by` is the moderator who dealt
    with it last; 0 where there is none, or where that person's data was deleted.
    """

    personal = (
        Personal("prompts", "discussion prompts that you suggested or drafted", hidden=("by", "needs", "mark")),
        Personal(
            "decisions",
            "decisions on discussion prompts: they stay, without your name",
            by="by",
            stays=True,
            hidden=("member", "text", "message", "post", "needs", "mark"),
        ),
    )

    __tablename__ = "discussion_prompts"
    __table_args__ = (
        UniqueConstraint("club", "message"),
        Index(None, "club", "state"),
        Index(None, "club", "member"),
        Index(None, "by"),
        belongs_to_member(),
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


class StoredPrompts:
    """The discussion prompts of clubs, and when each is to be posted."""

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
            if number is None:
                return None
            added = replace(prompt, id=number)
            await _plan(session, added)
            return added

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

    async def save(self, prompt: Prompt, was: Prompt, now: dt.datetime) -> bool:
        """Keep a change; return whether nobody else changed the prompt meanwhile or is posting it now."""
        async with self._sessions.writing() as session:
            row = await session.get(PromptRow, was.id, with_for_update=True)
            if row is None or _prompt(row) != was or await claimed(session, posting(row.club, row.id), now):
                return False
            for name, value in _columns(prompt).items():
                setattr(row, name, value)
            await _plan(session, prompt)
            return True

    async def posted(self, prompt: Prompt, message: int) -> None:
        """Record which message a prompt became; the first one stands."""
        done = update(PromptRow).where(PromptRow.id == prompt.id, PromptRow.state != State.POSTED)
        async with self._sessions.writing() as session:
            await session.execute(done.values(state=State.POSTED.value, post=message))
            await finish(session, posting(prompt.place.club, prompt.id), message)

    async def stopped(self, prompt: Prompt, why: str) -> None:
        """Record why a prompt is not posted: its time is over, and a moderator has to decide again."""
        row = PromptRow
        async with self._sessions.writing() as session:
            stopped = update(row).where(row.id == prompt.id, row.state == State.APPROVED)
            await session.execute(stopped.values(due=None, reason=why))
            await drop(session, posting(prompt.place.club, prompt.id))


async def _plan(session: AsyncSession, prompt: Prompt) -> None:
    """Plan the posting of a prompt that is approved for a time, and of no other."""
    key = posting(prompt.place.club, prompt.id)
    if prompt.state is State.APPROVED and prompt.due is not None:
        await plan(session, key, prompt.due)
    elif prompt.state is not State.POSTED:
        await drop(session, key)


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
    )
