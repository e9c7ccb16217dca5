"""What is asked of whoever keeps what was asked, and what was said before."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Protocol

from bot.club.people import Member, Place
from corpus.books import Reveals, Slug


@dataclass(frozen=True, slots=True)
class Turn:
    """A question and its answer in a place; `needs` is what the readers of the answer had read."""

    member: int
    question: str
    answer: str
    book: Slug | None
    needs: Reveals
    at: dt.datetime


class ConversationRecords(Protocol):
    """What was said in a place, as far as it is context for what comes next."""

    async def turns(self, place: Place, limit: int) -> list[Turn]:
        """Return the latest turns of a place, oldest first."""
        ...

    async def add(self, place: Place, turn: Turn) -> None:
        """Keep a turn; what is far older than any that is asked for may go."""
        ...


# Questions that buttons come back to


@dataclass(frozen=True, slots=True)
class Asked:
    """What a member asked, kept so that a button under the reply can ask it again; `id` is "" in a new one."""

    id: str
    member: Member
    place: Place
    do: str
    text: str
    book: Slug | None
    at: dt.datetime


class AskedRecords(Protocol):
    """Questions, for as long as their buttons may be pressed."""

    async def keep(self, asked: Asked) -> Asked:
        """Keep a question, and return it with an id of at most 16 letters that nobody can guess."""
        ...

    async def asked(self, asked_id: str) -> Asked | None:
        """Return a question."""
        ...

    async def forget_before(self, moment: dt.datetime) -> int:
        """Forget questions that are older; return how many."""
        ...


# What else there is to remember
