"""Who is in which club, also where another process has the club's shard, and how soon a lost shard connects again."""

from collections.abc import Callable, Collection, Sequence
from datetime import timedelta

import discord
from cachetools import TTLCache
from discord.shard import ShardInfo

from bot.people import EVERY, Shards
from bot.processes import StoredPresence

IsIn = Callable[[int], bool | None]
"""Whether the bot is in a club now; None during an outage, when Discord cannot say."""


class Presence:
    """Excludes clubs that the bot has left from timed work, until it is back."""

    def __init__(self, records: StoredPresence, shards: Shards, is_in: IsIn) -> None:
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


REMEMBERED = timedelta(minutes=10)
"""How long an answer about a member is kept: somebody who leaves a club loses access to its texts after this time."""

LONGEST_BACKOFF, QUIET = 8, 90
"""discord.py waits up to 2 ** 10 seconds between two attempts to connect, and starts again from one second only after
half an hour without a failure. With these, the bot is back within 256 seconds of the end of an outage, and a shard that
fails every 91 seconds still stays below Discord's 1,000 session starts a day (Gateway, Session Start Limit)."""


def limit_backoff(shard: ShardInfo) -> None:
    """Limit the time that a shard waits before it connects again."""
    backoff = shard._parent._backoff
    backoff._max, backoff._reset_time = LONGEST_BACKOFF, QUIET


class Membership:
    """Asks Discord whether somebody is a member of a club, also of one whose shard another process has."""

    def __init__(self, client: discord.Client, shards: Shards = EVERY) -> None:
        self._client, self._shards = client, shards
        self._known: TTLCache[tuple[int, int], bool] = TTLCache(10_000, REMEMBERED.total_seconds())

    async def holds(self, club: int, person: int) -> bool:
        """Return whether a person is in a club in which the bot is, too."""
        guild = self._client.get_guild(club)
        if guild is None and self._shards.holds(club):
            return False
        known = self._known.get((club, person))
        if known is None:
            known = self._known[club, person] = await self._found(club, guild, person)
        return known

    async def _found(self, club: int, guild: discord.Guild | None, person: int) -> bool:
        if guild is not None and guild.get_member(person) is not None:
            return True
        try:
            await self._client.http.get_member(club, person)
        except (discord.NotFound, discord.Forbidden):  # also for a server that the bot is not in
            return False
        return True
