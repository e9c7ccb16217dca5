"""What a club keeps of watched places, and what is asked of whoever keeps it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from bot.club.people import Place
from bot.club.shards import Shards
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


class WatchRecords(Protocol):
    """Watched places, and what was found there."""

    async def watched(self, shards: Shards) -> dict[int, int]:
        """Return the watched places of these shards, each with its club."""
        ...

    async def watch(self, place: Place, by: int, at: dt.datetime) -> None:
        """Begin to watch a place."""
        ...

    async def unwatch(self, place: Place) -> bool:
        """Stop watching a place; return whether it was watched."""
        ...

    async def add(self, finding: Finding) -> Finding | None:
        """Keep a finding and return it with its id; None where its message was found before."""
        ...

    async def finding(self, finding_id: int) -> Finding | None:
        """Return a finding."""
        ...

    async def queue(self, club: int) -> list[Finding]:
        """Return the findings of a club that wait for a moderator, oldest first."""
        ...

    async def untold(self, shards: Shards, since: dt.datetime) -> list[Finding]:
        """Return waiting findings of these shards since a moment whose authors do not know of them."""
        ...

    async def claim(self, finding_id: int, now: dt.datetime, stale: dt.datetime) -> bool:
        """Begin to tell an author; return whether nobody else has begun since `stale`, or is done.

        Whoever adds a finding has begun with it.
        """
        ...

    async def tell(self, finding_id: int) -> None:
        """Note that an author knows, or cannot be told."""
        ...

    async def settle(self, finding_id: int, outcome: Outcome) -> bool:
        """Note what became of a finding that waits; return whether it still waited."""
        ...
