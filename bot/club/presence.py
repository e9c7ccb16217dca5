"""Which clubs a process sees to: those of its shards, for as long as the bot is in them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from itertools import islice

from bot.club.processes import PresenceRecords
from bot.club.shards import Shards

IsIn = Callable[[int], bool | None]
"""Tells whether the bot is in a club now; None while Discord cannot say, as during an outage of its own."""

BATCH = 1_000
"""Clubs that are noted together."""


class Presence:
    """Has timed work left alone in clubs that the bot has left, until it is back."""

    def __init__(self, records: PresenceRecords, shards: Shards, is_in: IsIn) -> None:
        self._records, self.shards, self._is_in = records, shards, is_in

    async def here(self, club: int) -> bool:
        """Return whether something can be done in a club. Of one that the bot has left, nothing is due from now on."""
        found = self._is_in(club)
        if found is False and self.shards.holds(club):
            await self._records.left(club)
        return bool(found)

    async def look_around(self, clubs: Collection[int]) -> None:
        """Note in which clubs the bot is again, as Discord tells at a start."""
        back = iter(sorted(set(await self._records.away(self.shards)) & set(clubs)))
        while batch := list(islice(back, BATCH)):
            await self._records.returned(batch)

    async def come_to(self, clubs: Sequence[int]) -> None:
        """Note that the bot has come to clubs, for the first time or again."""
        await self._records.returned(clubs)
