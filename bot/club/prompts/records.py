"""What a club keeps of discussion prompts, and what is asked of whoever keeps it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from bot.club.people import Place
from bot.club.shards import Shards
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
