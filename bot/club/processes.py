"""What is asked of whoever keeps what several processes tell one another."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol

from bot.club.shards import Shards

REVIEWS, WATCHES = "reviews", "watches"
"""Things that a process keeps a copy of, and whose changes are counted."""


@dataclass(frozen=True, slots=True)
class Changes:
    """Reviews that were changed up to a revision: their clubs and ids, each once."""

    revision: int
    reviews: tuple[tuple[int, int], ...]


class ClaimRecords(Protocol):
    """What one process at a time may do."""

    async def take(self, name: str, now: dt.datetime, until: dt.datetime) -> dt.datetime | None:
        """Take a turn until a moment; where another process has it, return until when."""
        ...

    async def hold(self, name: str, until: dt.datetime) -> None:
        """Let the next one wait until a moment; whoever calls this has the turn."""
        ...


class PresenceRecords(Protocol):
    """Clubs that the bot has left."""

    async def left(self, club: int) -> None:
        """Note that the bot is in a club no more."""
        ...

    async def returned(self, clubs: Collection[int]) -> None:
        """Note that the bot is in these clubs after all."""
        ...

    async def away(self, shards: Shards) -> Collection[int]:
        """Return the clubs of these shards that the bot has left."""
        ...


class ChangeRecords(Protocol):
    """What was changed, by whichever process."""

    async def revisions(self) -> dict[str, int]:
        """Return how often each thing was changed that processes keep in memory or in a store of their own."""
        ...

    async def reviews(self, after: int, shards: Shards) -> Changes | None:
        """Return which reviews other processes changed after a revision; None where that is not known any more.

        They are those of the shards' clubs, or of every club where direct messages come here, too.
        """
        ...
