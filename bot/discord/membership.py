"""Who is in which club now: asked of Discord, and remembered for a few minutes."""

from __future__ import annotations

import datetime as dt
from collections import OrderedDict
from typing import Protocol

import discord
from discord.http import HTTPClient

from bot.club.shards import EVERY, Shards

REMEMBERED = dt.timedelta(minutes=10)
"""How long Discord's answer is taken to hold: whoever leaves a club loses its texts after this long."""

KEPT = 10_000
"""Answers that are remembered; the oldest go first."""


class HasGuilds(Protocol):
    """The part of the library's client that is used."""

    @property
    def http(self) -> HTTPClient:
        """What asks Discord."""
        ...

    def get_guild(self, id: int, /) -> discord.Guild | None:  # noqa: A002 (the library's own name)
        """Return a server that the bot is in."""
        ...


class Membership:
    """Asks Discord whether somebody is in a club, also in one whose events go to another process."""

    def __init__(self, client: HasGuilds, shards: Shards = EVERY) -> None:
        self._client, self._shards = client, shards
        self._known: OrderedDict[tuple[int, int], tuple[dt.datetime, bool]] = OrderedDict()

    async def holds(self, club: int, person: int) -> bool:
        """Return whether a person is in a club in which the bot is, too."""
        guild = self._client.get_guild(club)
        if guild is None and self._shards.holds(club):
            return False
        now = discord.utils.utcnow()
        known = self._known.get((club, person))
        if known is None or known[0] < now - REMEMBERED:
            known = self._known[club, person] = (now, await self._found(club, guild, person))
            self._known.move_to_end((club, person))
        while len(self._known) > KEPT:
            self._known.popitem(last=False)
        return known[1]

    async def _found(self, club: int, guild: discord.Guild | None, person: int) -> bool:
        if guild is not None and guild.get_member(person) is not None:
            return True
        try:
            await self._client.http.get_member(club, person)
        except (discord.NotFound, discord.Forbidden):  # also of a server that the bot is in no more
            return False
        return True
