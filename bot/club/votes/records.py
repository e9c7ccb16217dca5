"""What is kept of nominations, votes and ballots, and what is asked of whoever keeps it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from bot.club.people import Member, Place
from bot.club.shards import Shards
from bot.club.votes.counting import Ballot, Count
from corpus.books import Slug


@dataclass(frozen=True, slots=True)
class Candidate:
    """A book that can be voted for: `book` is its slug, where the library has it; `key` tells books apart."""

    key: str
    title: str
    book: Slug | None = None


@dataclass(frozen=True, slots=True)
class Nomination:
    """A book that a member would like to read next."""

    member: Member
    candidate: Candidate
    at: dt.datetime


class Kind(StrEnum):
    """How a vote is held: by Discord's own poll, or by ballots that rank the books."""

    POLL = "poll"
    RANKED = "ranked"


class State(StrEnum):
    """How far a vote is. While it is being opened or closed, the process that does so holds a claim on it."""

    OPENING = "opening"
    OPEN = "open"
    CLOSING = "closing"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Draft:
    """A vote as it is about to be held."""

    place: Place
    kind: Kind
    candidates: tuple[Candidate, ...]
    closes: dt.datetime
    hidden: bool


@dataclass(frozen=True, slots=True)
class Vote:
    """A vote in a place.

    `seed` decides lots, and is fixed and shown from the start. `message` is the post with the poll or the *Vote*
    button, `result` the one that tells the outcome; 0 where there is none (yet). `count` is there once ballots were
    counted, at `counted`: from then on nothing about the outcome changes.
    """

    id: int
    draft: Draft
    seed: str
    opened: dt.datetime
    state: State
    message: int = 0
    result: int = 0
    count: Count | None = None
    counted: dt.datetime | None = None

    @property
    def place(self) -> Place:
        """Where it is held."""
        return self.draft.place

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        """The books."""
        return self.draft.candidates

    def candidate(self, key: str) -> Candidate:
        """Return a book of the vote."""
        return next(candidate for candidate in self.candidates if candidate.key == key)


class NominationRecords(Protocol):
    """The books that members would like to read next."""

    async def nominations(self, club: int) -> list[Nomination]:
        """Return a club's nominations, oldest first."""
        ...

    async def nominate(self, nomination: Nomination) -> bool:
        """Keep a nomination; return False where the member has nominated that book before."""
        ...

    async def withdraw(self, club: int, key: str, member_id: int | None = None) -> int:
        """Take a book's nominations away, of one member or of all; return how many there were."""
        ...


class VoteRecords(NominationRecords, Protocol):
    """Votes and their ballots. Of each club one vote at most is running."""

    async def begin(self, draft: Draft, name: str, seed: str, at: dt.datetime) -> Vote | None:
        """Keep a new vote, claimed for opening; None where the club has one running, or had one of that name."""
        ...

    async def give_up(self, vote_id: int) -> None:
        """Delete a vote that could not be opened."""
        ...

    async def opened(self, vote_id: int, message: int) -> None:
        """Note that a vote was posted: it takes ballots now."""
        ...

    async def vote(self, vote_id: int) -> Vote | None:
        """Return a vote."""
        ...

    async def latest(self, club: int) -> Vote | None:
        """Return a club's latest vote."""
        ...

    async def due(self, shards: Shards, at: dt.datetime, stale: dt.datetime) -> list[Vote]:
        """Return these shards' votes that have to be closed, or whose claim is older than `stale`: its process died."""
        ...

    async def next_due(self, shards: Shards, patience: dt.timedelta) -> dt.datetime | None:
        """Return from when these shards' next vote has to be closed, or its claim is that much old."""
        ...

    async def claim(self, vote_id: int, at: dt.datetime, stale: dt.datetime, *, early: bool = False) -> Vote | None:
        """Claim a vote that is due, or with `early` any that is open, and return it; None where another has it.

        An open vote is closing from then on, and takes no more ballots.
        """
        ...

    async def counted(self, vote_id: int, count: Count, at: dt.datetime) -> Vote | None:
        """Keep the outcome of a vote, unless one is kept already; return the vote with the one that is."""
        ...

    async def closed(self, vote_id: int, result: int) -> None:
        """Note that the outcome was posted. The ballots are deleted: the count is all that is left of them."""
        ...

    async def ballot(self, vote_id: int, member: Member) -> Ballot:
        """Return a member's ballot; an empty one where they have not voted."""
        ...

    async def change_ballot(
        self, vote_id: int, member: Member, change: Callable[[Ballot], Ballot], at: dt.datetime
    ) -> Ballot | None:
        """Change a member's ballot; None where the vote takes none any more."""
        ...

    async def ballots(self, vote_id: int) -> Sequence[Ballot]:
        """Return all ballots, in an order that says nothing about who cast them."""
        ...
