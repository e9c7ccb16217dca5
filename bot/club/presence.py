"""Which clubs a process serves: those of its shards, for as long as the bot is in them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Protocol

from bot.club.shards import Shards

IsIn = Callable[[int], bool | None]
"""Whether the bot is in a club now; None during an outage, when Discord cannot say."""


class LeftClubs(Protocol):
    """Where the clubs that the bot has left are stored."""

    async def left(self, club: int) -> None:
        """Store that the bot has left a club."""
        ...

    async def returned(self, clubs: Collection[int]) -> None:
        """Store that the bot is in these clubs again."""
        ...

    async def away(self, shards: Shards) -> Collection[int]:
        """Return the clubs of these shards that the bot has left."""
        ...


class Presence:
    """Excludes clubs that the bot has left from timed work, until it is back."""

    def __init__(self, records: LeftClubs, shards: Shards, is_in: IsIn) -> None:
        self._records, self.shards, self._is_in = records, shards, is_in

    async def here(self, club: int) -> bool:
        """Return whether the bot can act in a club; a club that it has left is excluded from now on."""
        found = self._is_in(club)
        if found is False and self.shards.holds(club):
            await self._records.left(club)
        return bool(found)

    async def look_around(self, clubs: Collection[int]) -> None:
        """Include the clubs that Discord lists at a start again."""
        await self._records.returned(sorted(set(await self._records.away(self.shards)) & set(clubs)))

    async def come_to(self, clubs: Sequence[int]) -> None:
        """Include clubs that the bot has just joined."""
        await self._records.returned(clubs)
