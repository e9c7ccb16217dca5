"""Discussion prompts in the database: drafts, the queue, what moderators decide, and when each is to be posted."""

import datetime as dt
import math
from collections.abc import Collection
from dataclasses import replace
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, UniqueConstraint, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.answering.drafts import DRAFTS, PromptDraft
from bot.app import App
from bot.audit import Audit, Did
from bot.db.base import BIG_KEY, Base, InPlace, OfMember, Personal, belongs_to_member, insert_into, note_member
from bot.db.jobs import Key, claimed, drop, finish, plan
from bot.features.ceilings.store import Audiences
from bot.limits import Allowance
from bot.people import Member, Place, club_name
from corpus.books import Book, Reveals, Slug
from corpus.errors import DogearError
from corpus.positions import parse_position
from retrieval.gate import Audience

BOOKS_OWN = "the book’s own"  # the kind of the questions for discussion that a book comes with
MAX_PROMPT = 1_000  # characters of a discussion prompt
MAX_OWN = 10  # suggestions of one member that wait, so that nobody fills the queue alone
MAX_REASON = 300  # characters of why a prompt was rejected
LATE = dt.timedelta(days=1)
"""A prompt that is late by more than this is not posted by itself: what it was for may be over."""


class PromptProblem(DogearError):
    """A discussion prompt cannot be kept, changed or posted, or is no longer there."""


class PromptState(StrEnum):
    """What has become of a discussion prompt."""

    SUGGESTED = "suggested"
    APPROVED = "approved"
    REJECTED = "rejected"
    POSTED = "posted"


OPEN = (PromptState.SUGGESTED, PromptState.APPROVED)  # states in which something is still to be decided or done


JOBS = "prompt"


def posting(club: int, prompt_id: int) -> Key:
    """Return the job of posting a prompt."""
    return Key(JOBS, club, prompt_id, "post")


class Prompt(InPlace, OfMember, Base):
    """A discussion prompt: `member` thought of it, `by` is the moderator who dealt with it last, or 0.

    `needs` is how far its readers must be, where that is known; otherwise its words are placed. `message` is the one
    that it was taken from, and empty, not 0, where there is none: any number of rows may have none. `post` is the one
    that it became, or 0. With a `mark` it belongs to the section of its book that holds this mark; with `due` it is
    posted in its place then. `reason` says why it was rejected, or not posted. One that is dealt with stays: its
    message is not suggested again.
    """

    personal = (
        Personal("prompts", "discussion prompts that you suggested or drafted", hidden=("by", "needs", "mark")),
        Personal("decisions", "decisions about discussion prompts (kept, but without your name)", by="by", stays=True,
                 hidden=("member", "text", "message", "post", "needs", "mark"))
    )  # fmt: skip

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


class Prompts:
    """The discussion prompts of clubs. Who is a moderator is for the caller to check."""

    def __init__(self, app: App) -> None:
        self._app, self._database, self._audiences = app, app.database, app.get(Audiences)

    # Coming in

    async def draft(
        self, member: Member, place: Place, book: Book, kind: str, *, where: str = "", turn: int = 0,
        library: bool = False
    ) -> list[PromptDraft]:  # fmt: skip
        """Return a few drafts of a kind; another `turn` gives others. From the library, no model is asked."""
        allowance, discussion, workers = self._app.get(Allowance), self._app.discussion, self._app.workers
        allowance.take(member)
        audience = await self._readers(member, place, book, where)
        if kind == BOOKS_OWN:
            own = await workers.do(lambda: discussion.library_questions(audience, book.slug))
            turns = max(1, math.ceil(len(own) / DRAFTS))
            return own[turn % turns * DRAFTS :][:DRAFTS]
        quote_only = library or not await allowance.has_tokens(member)
        found, tokens = await workers.do(
            lambda: discussion.drafts(audience, book.slug, kind, turn, quote_only=quote_only)
        )
        await allowance.spend(member, tokens)
        return found

    async def _readers(self, member: Member, place: Place, book: Book, where: str) -> Audience:
        """Return the readers: no further than the place goes, or than who asks has read."""
        there = await self._audiences.public(place)
        own = (await self._audiences.positions(member)).get(book.slug, 0)
        mark = parse_position(where, book) if where.strip() else there.at(book.slug)
        if mark > max(there.at(book.slug), own):
            raise PromptProblem(
                "That is past the ceiling here, and past where you are. Raise one of them first, with /ceiling set or "
                f"/progress set; then I can draft up to {book.reading_name(mark)}."
            )
        return replace(there, positions={**there.positions, book.slug: mark})

    async def suggest(
        self, member: Member, place: Place, text: str, message: int = 0, book: Slug | None = None
    ) -> Prompt:
        """Put a member's prompt on the queue. Raises PromptProblem."""
        text = checked_text(text)
        async with self._database.writing() as session:
            await note_member(session, member.club, member.id)
            waiting = await listed_prompts(session, member.club, [PromptState.SUGGESTED])
            if sum(prompt.member == member.id for prompt in waiting) >= MAX_OWN:
                raise PromptProblem(
                    f"{MAX_OWN} of your suggestions are waiting. Suggest more once the moderators have seen them."
                )
            return await add_prompt(
                session, place, member.id, text, self._app.now(), book=book, message=message or None
            )

    async def keep(self, member: Member, place: Place, draft: PromptDraft, book: Slug) -> Prompt:
        """Put a draft on the queue, with what is known of it: its words come from passages whose place is certain.

        One that is there already is returned as it is: a button may be pressed twice.
        """
        text, now = checked_text(draft.text), self._app.now()
        async with self._database.writing() as session:
            await note_member(session, member.club, member.id)
            for there in await listed_prompts(session, member.club, OPEN):
                if there.text == draft.text:
                    return there
            more = {"kind": draft.kind, "book": book, "needs": draft.needs}
            return await add_prompt(session, place, member.id, text, now, **more)

    # Looking

    async def prompt(self, club: int, prompt_id: int) -> Prompt:
        """Return a prompt. Raises PromptProblem where the club has none of that number."""
        async with self._database.reading() as session:
            return await _row(session, club, prompt_id)

    async def queue(self, club: int) -> list[Prompt]:
        """Return what waits: suggestions first, then what is approved and not posted, each the oldest first."""
        async with self._database.reading() as session:
            found = await listed_prompts(session, club, OPEN)
        return sorted(found, key=lambda prompt: (prompt.state == PromptState.APPROVED, prompt.id))

    # Deciding

    async def approve(self, by: Member, prompt_id: int) -> Prompt:
        """Approve a prompt: it can be posted, and goes with its section, if it has one. Raises PromptProblem."""
        return await self._change(by, prompt_id, state=PromptState.APPROVED, reason="")

    async def edit(self, by: Member, prompt_id: int, text: str) -> Prompt:
        """Give a prompt other words; how far they go has to be looked at anew. Raises PromptProblem."""
        return await self._change(by, prompt_id, text=checked_text(text), needs=None, overridden=False)

    async def reject(self, by: Member, prompt_id: int, reason: str = "") -> Prompt:
        """Reject a prompt. Raises PromptProblem."""
        reason = " ".join(reason.split())[:MAX_REASON]
        return await self._change(by, prompt_id, state=PromptState.REJECTED, reason=reason, due=None)

    async def in_section(self, by: Member, prompt_id: int, book: Book, where: str) -> Prompt:
        """Approve a prompt for the section of a book that holds a place. Raises PositionError or PromptProblem."""
        mark = parse_position(where, book)
        prompt = await self.prompt(by.club, prompt_id)
        needs = await self._needs(prompt, book.slug)
        if needs.marks.get(book.slug, 0) > mark:
            there = book.reading_name(needs.marks[book.slug])
            raise PromptProblem(
                f"This is about {there} of {book.title}, which comes after that section. Choose a later one."
            )
        if any(marks for slug, marks in needs.marks.items() if slug != book.slug):
            raise PromptProblem(
                f"This is about more than {book.title}. Post it with /prompt post where everybody has read that, too."
            )
        place: dict[str, Any] = {"book": book.slug, "mark": mark, "needs": needs}
        return await self._change(by, prompt_id, prompt, state=PromptState.APPROVED, due=None, reason="", **place)

    async def plan(
        self, by: Member, prompt_id: int, place: Place, due: dt.datetime | None = None, *, override: bool = False
    ) -> Prompt:
        """Have a prompt posted in a place, now or when it is due. Raises PromptProblem."""
        when: dict[str, Any] = {"due": due or self._app.now(), "overridden": override}
        there: dict[str, Any] = {"place": place.id, "adults": place.adults}
        return await self._change(by, prompt_id, state=PromptState.APPROVED, reason="", **there, **when)

    async def _change(self, by: Member, prompt_id: int, was: Prompt | None = None, **changes: object) -> Prompt:
        """Change a prompt that is not being posted now, and with `was` only while it still is so."""
        async with self._database.writing() as session:
            prompt = await _row(session, by.club, prompt_id, lock=True)
            if prompt.state == PromptState.POSTED:
                raise PromptProblem("That one has already been posted.")
            busy = await claimed(session, posting(by.club, prompt_id), self._app.now())
            if busy or (was and (was.text, was.state, was.due) != (prompt.text, prompt.state, prompt.due)):
                raise PromptProblem("Somebody else has just dealt with that one. Look at it again.")
            for name, value in {"by": by.id, **changes}.items():
                setattr(prompt, name, value)
            await _plan(session, prompt)
            return prompt

    # Posting

    async def beyond(self, prompt: Prompt, place: Place) -> dict[Slug, int]:
        """Return where a prompt belongs in each book in which it goes further than a place; empty, it may be posted."""
        audience = await self._audiences.public(place)
        here = next(iter(audience.positions)) if len(audience.positions) == 1 else None
        needs = await self._needs(prompt, here)
        return _further(needs, audience)

    async def looked_at(self, prompt: Prompt, by: Member, place: Place) -> tuple[dict[Slug, int], dict[Slug, int]]:
        """Return where a prompt belongs where it goes further than a place, and than a moderator has read.

        The latter is empty for the member who thought of it.
        """
        there, own = await self._audiences.public(place), await self._audiences.private(by, place)
        needs = await self._needs(prompt, next(iter(there.positions)) if len(there.positions) == 1 else None)
        return _further(needs, there), {} if prompt.member == by.id else _further(needs, own)

    async def planned(self, club: int, prompt_id: int) -> Prompt | None:
        """Return a prompt that is still to be posted; None where it is not."""
        async with self._database.reading() as session:
            found = await listed_prompts(session, club, [PromptState.APPROVED])
        return next((prompt for prompt in found if prompt.id == prompt_id and prompt.due is not None), None)

    def too_late(self, prompt: Prompt) -> bool:
        """Return whether the time of a prompt is over, so that it is not posted without a moderator."""
        return prompt.due is not None and prompt.due < self._app.now() - LATE

    async def posted(self, prompt: Prompt, message: int) -> None:
        """Record which message a prompt became, who had it posted, and whether in spite of a warning.

        The audit comes first and holds each message once: killed in between, this is simply done again. The first
        message stands.
        """
        about = f"discussion prompt {prompt.id}"
        for did in (Did.PROMPT, Did.OVERRIDE) if prompt.overridden else (Did.PROMPT,):
            await self._app.get(Audit).note(did, prompt.where, prompt.by, message=message, about=about)
        done = update(Prompt).where(Prompt.id == prompt.id, Prompt.state != PromptState.POSTED)
        async with self._database.writing() as session:
            await session.execute(done.values(state=PromptState.POSTED.value, post=message))
            await finish(session, posting(prompt.club, prompt.id), message)

    async def stopped(self, prompt: Prompt, why: str) -> None:
        """Record why a prompt is not posted: its time is over, and a moderator has to decide again."""
        waiting = update(Prompt).where(Prompt.id == prompt.id, Prompt.state == PromptState.APPROVED)
        async with self._database.writing() as session:
            await session.execute(waiting.values(due=None, reason=why))
            await drop(session, posting(prompt.club, prompt.id))

    async def approved_for(self, club: int, book: Slug, first: int, last: int) -> list[Prompt]:
        """Return the approved prompts that go with a section, which holds the marks from `first` to `last`."""
        found = await self.of_section(club, book, first, last)
        return [prompt for prompt in found if prompt.state == PromptState.APPROVED and prompt.due is None]

    async def of_section(self, club: int, book: Slug, first: int, last: int) -> list[Prompt]:
        """Return the prompts of a section that are approved, or were posted."""
        async with self._database.reading() as session:
            found = await listed_prompts(session, club, [PromptState.APPROVED, PromptState.POSTED])
        return [p for p in found if p.book == book and p.mark is not None and first <= p.mark <= last]

    async def _needs(self, prompt: Prompt, here: Slug | None) -> Reveals:
        """Return how far readers must be for a prompt: as is known of it, or by where its words belong."""
        if prompt.needs is not None:
            return prompt.needs
        book, club = prompt.book or here, club_name(prompt.club)
        return await self._app.workers.do(lambda: self._app.discussion.reveals(prompt.text, book, club))


def _further(needs: Reveals, audience: Audience) -> dict[Slug, int]:
    return {book: marks for book, marks in needs.marks.items() if marks > audience.at(book)}


async def listed_prompts(session: AsyncSession, club: int, states: Collection[PromptState]) -> list[Prompt]:
    """Return a club's prompts in these states, oldest first."""
    query = select(Prompt).where(Prompt.club == club, Prompt.state.in_(states)).order_by(Prompt.id)
    return list(await session.scalars(query))


NEW: dict[str, Any] = {
    "kind": "", "book": None, "mark": None, "needs": None, "message": None, "state": PromptState.SUGGESTED,
    "reason": "", "by": 0, "due": None, "overridden": False, "post": 0,
}  # fmt: skip
"""What stands in a prompt that has just been suggested, besides its words."""


async def add_prompt(
    session: AsyncSession, place: Place, member: int, text: str, at: dt.datetime, **more: object
) -> Prompt:
    """Keep a new prompt, and return it. Raises PromptProblem for a message that was suggested before."""
    values = NEW | {"club": place.club, "place": place.id, "adults": place.adults, "member": member} | more
    insert = insert_into(session, Prompt).values(text=text, at=at, **values)
    new = insert.on_conflict_do_nothing(index_elements=["club", "message"]).returning(Prompt)
    added: Prompt | None = await session.scalar(new)
    if added is None:
        raise PromptProblem("That message has already been suggested.")
    await _plan(session, added)
    return added


async def _row(session: AsyncSession, club: int, prompt_id: int, *, lock: bool = False) -> Prompt:
    query = select(Prompt).where(Prompt.club == club, Prompt.id == prompt_id)
    row = await session.scalar(query.with_for_update() if lock else query)
    if row is None:
        raise PromptProblem(f"There is no discussion prompt {prompt_id}. /prompt queue shows them all.")
    return row


async def _plan(session: AsyncSession, prompt: Prompt) -> None:
    """Plan the posting of a prompt that is approved for a time, and of no other."""
    key = posting(prompt.club, prompt.id)
    if prompt.state == PromptState.APPROVED and prompt.due is not None:
        await plan(session, key, prompt.due)
    elif prompt.state != PromptState.POSTED:
        await drop(session, key)


def checked_text(text: str) -> str:
    """Return the words of a prompt, tidied. Raises PromptProblem."""
    text = " ".join(text.split())
    if not any(map(str.isalnum, text)):
        raise PromptProblem("That has no text. Write the discussion prompt as a question.")
    if len(text) > MAX_PROMPT:
        raise PromptProblem(f"A discussion prompt has at most {MAX_PROMPT:,} characters.")
    return text
