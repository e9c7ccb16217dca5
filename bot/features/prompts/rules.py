"""The queue of discussion prompts: who thought of one, what a moderator made of it, and how it comes to be posted."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable
from dataclasses import replace
from typing import Self

from bot.answering.drafts import DRAFTS, PromptDraft
from bot.answering.engine import Discussion
from bot.app import App
from bot.audiences import Audiences
from bot.audit import Audit, Did
from bot.features.prompts.store import Prompt, State, StoredPrompts
from bot.limits import Allowance
from bot.people import Member, Place
from bot.workers import Workers
from corpus.books import Book, Reveals, Slug
from corpus.errors import DogearError
from corpus.positions import parse_position
from retrieval.gate import Audience

BOOKS_OWN = "the book’s own"
"""The kind of the questions for discussion that a book comes with."""


class TooFarAhead(DogearError):
    """A section that neither the place nor who asks has reached."""

    def __init__(self, book: Book, mark: int) -> None:
        super().__init__(
            "That is further than this place goes, and than you have read. /ceiling set moves the place on, "
            f"/progress set moves you; then I draft up to {book.reading_name(mark)}."
        )


class Drafts:
    """Drafts discussion prompts. Who is a moderator is for the door to check."""

    def __init__(self, discussion: Discussion, audiences: Audiences, allowance: Allowance, workers: Workers) -> None:
        self._discussion, self._audiences = discussion, audiences
        self._allowance, self._workers = allowance, workers

    @classmethod
    def build(cls, app: App) -> Self:
        """Build it from the app."""
        return cls(app.discussion, app.get(Audiences), app.get(Allowance), app.workers)

    async def of(
        self, member: Member, place: Place, book: Book, kind: str, *, where: str = "", turn: int = 0,
        library: bool = False,
    ) -> list[PromptDraft]:  # fmt: skip
        """Return a few drafts of a kind, which may be BOOKS_OWN; another `turn` gives others.

        From the library, no model is asked. Raises PositionError, TooFarAhead, AskedTooMuch.
        """
        self._allowance.take(member)
        audience = await self._audience(member, place, book, where)
        if kind == BOOKS_OWN:
            own = await self._workers.do(lambda: self._discussion.library_questions(audience, book.slug))
            turns = max(1, math.ceil(len(own) / DRAFTS))
            return own[turn % turns * DRAFTS :][:DRAFTS]
        quote_only = library or not await self._allowance.has_tokens(member.club)
        found, tokens = await self._workers.do(
            lambda: self._discussion.drafts(audience, book.slug, kind, turn, quote_only=quote_only)
        )
        await self._allowance.spend(member.club, tokens)
        return found

    async def _audience(self, member: Member, place: Place, book: Book, where: str) -> Audience:
        """Return the readers: no further than the place goes, or than who asks has read."""
        there = await self._audiences.public(place)
        own = (await self._audiences.positions(member)).get(book.slug, 0)
        mark = parse_position(where, book) if where.strip() else there.at(book.slug)
        if mark > max(there.at(book.slug), own):
            raise TooFarAhead(book, mark)
        return replace(there, positions={**there.positions, book.slug: mark})


MAX_PROMPT = 1_000
"""Characters of a discussion prompt."""

MAX_WAITING = 200
"""Suggestions of a club that wait: more than anybody looks through."""

MAX_OWN = 10
"""Suggestions of one member that wait, so that nobody fills the queue alone."""

MAX_REASON = 300
"""Characters of why a prompt was rejected."""

LATE = dt.timedelta(days=1)
"""A prompt that is late by more than this is not posted by itself: what it was for may be over."""

OPEN = (State.SUGGESTED, State.APPROVED)
"""States in which something is still to be decided or done."""


class PromptProblem(DogearError):
    """A discussion prompt cannot be kept, changed or posted, or is no longer there."""


class Prompts:
    """Keeps the discussion prompts of clubs. Who is a moderator is for the door to check."""

    def __init__(
        self, discussion: Discussion, audiences: Audiences, records: StoredPrompts, audit: Audit, workers: Workers,
        now: Callable[[], dt.datetime],
    ) -> None:  # fmt: skip
        self._discussion, self._audiences, self._records = discussion, audiences, records
        self._audit, self._workers, self._now = audit, workers, now

    @classmethod
    def build(cls, app: App) -> Self:
        """Build it from the app."""
        return cls(
            app.discussion, app.get(Audiences), StoredPrompts(app.database), app.get(Audit), app.workers, app.now
        )

    # Coming in

    async def suggest(
        self, member: Member, place: Place, text: str, message: int = 0, book: Slug | None = None
    ) -> Prompt:
        """Put a member's prompt on the queue. Raises PromptProblem."""
        waiting = await self._records.listed(member.club, [State.SUGGESTED])
        if sum(prompt.member == member.id for prompt in waiting) >= MAX_OWN:
            raise PromptProblem(f"{MAX_OWN} of your suggestions wait. Suggest more when the moderators have seen them.")
        if len(waiting) >= MAX_WAITING:
            raise PromptProblem("The moderators' queue is full. Try again when they have looked through it.")
        return await self._add(Prompt(0, place, member.id, _checked(text), self._now(), book=book, message=message))

    async def keep(self, member: Member, place: Place, draft: PromptDraft, book: Slug) -> Prompt:
        """Put a draft on the queue, with what is known of it: its words come from passages whose place is certain.

        One that is there already is returned as it is: a button may be pressed twice.
        """
        for there in await self._records.listed(member.club, OPEN):
            if there.text == draft.text:
                return there
        kept = Prompt(0, place, member.id, _checked(draft.text), self._now(), draft.kind, book, needs=draft.needs)
        return await self._add(kept)

    async def _add(self, prompt: Prompt) -> Prompt:
        kept = await self._records.add(prompt)
        if kept is None:
            raise PromptProblem("That message was suggested before.")
        return kept

    # Looking

    async def prompt(self, club: int, prompt_id: int) -> Prompt:
        """Return a prompt. Raises PromptProblem where the club has none of that number."""
        found = await self._records.prompt(club, prompt_id)
        if found is None:
            raise PromptProblem(f"There is no discussion prompt {prompt_id}. /prompt queue shows those that there are.")
        return found

    async def queue(self, club: int) -> list[Prompt]:
        """Return what waits: suggestions first, then what is approved and not posted, each the oldest first."""
        found = await self._records.listed(club, OPEN)
        return sorted(found, key=lambda prompt: (prompt.state is State.APPROVED, prompt.id))

    # Deciding

    async def approve(self, by: Member, prompt_id: int) -> Prompt:
        """Approve a prompt: it can be posted, and goes with its section, if it has one. Raises PromptProblem."""
        return await self._change(by, prompt_id, state=State.APPROVED, reason="")

    async def edit(self, by: Member, prompt_id: int, text: str) -> Prompt:
        """Give a prompt other words; how far they go has to be looked at anew. Raises PromptProblem."""
        return await self._change(by, prompt_id, text=_checked(text), needs=None, overridden=False)

    async def reject(self, by: Member, prompt_id: int, reason: str = "") -> Prompt:
        """Reject a prompt. Raises PromptProblem."""
        reason = " ".join(reason.split())[:MAX_REASON]
        return await self._change(by, prompt_id, state=State.REJECTED, reason=reason, due=None)

    async def in_section(self, by: Member, prompt_id: int, book: Book, where: str) -> Prompt:
        """Approve a prompt for the section of a book that ends at a place, or holds it.

        Raises PositionError, or PromptProblem for a prompt that goes further than that.
        """
        mark = parse_position(where, book)
        prompt = await self.prompt(by.club, prompt_id)
        needs = await self._needs(prompt, book.slug)
        if needs.marks.get(book.slug, 0) > mark:
            there = book.reading_name(needs.marks[book.slug])
            raise PromptProblem(f"This belongs at {there} of {book.title}, beyond that section. Choose a later one.")
        if any(marks for slug, marks in needs.marks.items() if slug != book.slug):
            raise PromptProblem(f"This tells of more than {book.title}. Post it with /prompt post where that is known.")
        return await self._change(
            by, prompt_id, state=State.APPROVED, book=book.slug, mark=mark, needs=needs, due=None, reason=""
        )

    async def _change(self, by: Member, prompt_id: int, **changes: object) -> Prompt:
        was = await self.prompt(by.club, prompt_id)
        if was.state is State.POSTED:
            raise PromptProblem("That one is posted already.")
        changed = replace(was, by=by.id, **changes)  # type: ignore[arg-type]
        if not await self._records.save(changed, was, self._now()):
            raise PromptProblem("Somebody else has just dealt with that one. Look at it again.")
        return changed

    # Posting

    async def beyond(self, prompt: Prompt, place: Place) -> dict[Slug, int]:
        """Return where a prompt belongs in each book in which it goes further than a place; empty, it may be posted."""
        audience = await self._audiences.public(place)
        needs = await self._needs(prompt, _only(audience))
        return {book: marks for book, marks in needs.marks.items() if marks > audience.at(book)}

    async def plan(
        self, by: Member, prompt_id: int, place: Place, due: dt.datetime | None = None, *, override: bool = False
    ) -> Prompt:
        """Have a prompt posted in a place, now or when it is due. Raises PromptProblem."""
        return await self._change(
            by, prompt_id, state=State.APPROVED, place=place, due=due or self._now(), overridden=override, reason=""
        )

    async def planned(self, club: int, prompt_id: int) -> Prompt | None:
        """Return a prompt that is still to be posted; None where it is not."""
        found = await self._records.prompt(club, prompt_id)
        return found if found is not None and found.state is State.APPROVED and found.due is not None else None

    def too_late(self, prompt: Prompt) -> bool:
        """Return whether the time of a prompt is over, so that it is not posted without a moderator."""
        return prompt.due is not None and prompt.due < self._now() - LATE

    async def posted(self, prompt: Prompt, message: int) -> None:
        """Record which message a prompt became, who had it posted, and whether in spite of a warning.

        The audit comes first and holds each message once: killed in between, this is simply done again.
        """
        about = f"discussion prompt {prompt.id}"
        for did in (Did.PROMPT, Did.OVERRIDE) if prompt.overridden else (Did.PROMPT,):
            await self._audit.note(did, prompt.place, prompt.by, message=message, about=about)
        await self._records.posted(prompt, message)

    async def stopped(self, prompt: Prompt, why: str) -> None:
        """Record why a prompt is not posted, and leave it to a moderator."""
        await self._records.stopped(prompt, why)

    async def approved_for(self, club: int, book: Slug, first: int, last: int) -> list[Prompt]:
        """Return the approved prompts that go with a section, which holds the marks from `first` to `last`.

        Whoever posts them with the section's opening claims each, and says by `posted` which message it became.
        """
        return [
            prompt
            for prompt in await self._records.listed(club, [State.APPROVED])
            if prompt.book == book and prompt.due is None and prompt.mark is not None and first <= prompt.mark <= last
        ]

    async def _needs(self, prompt: Prompt, here: Slug | None) -> Reveals:
        """Return how far readers must be for a prompt: as is known of it, or by where its words belong."""
        if prompt.needs is not None:
            return prompt.needs
        book = prompt.book or here
        return await self._workers.do(lambda: self._discussion.reveals(prompt.text, book))


def _only(audience: Audience) -> Slug | None:
    """Return the book that a place is about, where it is about one."""
    return next(iter(audience.positions)) if len(audience.positions) == 1 else None


def _checked(text: str) -> str:
    """Return the words of a prompt, tidied. Raises PromptProblem."""
    text = " ".join(text.split())
    if not any(map(str.isalnum, text)):
        raise PromptProblem("There is no text in that. A discussion prompt is a question in words.")
    if len(text) > MAX_PROMPT:
        raise PromptProblem(f"A discussion prompt has at most {MAX_PROMPT:,} characters.")
    return text
