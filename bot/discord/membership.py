"""Who is in which club now: asked of Discord, and remembered for a few minutes."""

from __future__ import annotations

import datetime as dt
from collections import OrderedDict
from typing import Protocol

import discord

REMEMBERED = dt.timedelta(minutes=10)
"""How long Discord's answer is taken to hold: whoever leaves a club loses its texts after this long."""

KEPT = 10_000
"""Answers that are remembered; the oldest go first."""


class HasGuilds(Protocol):
    """The part of the library's client that is used."""

    def get_guild(self, id: int, /) -> discord.Guild | None:  # noqa: A002 (the library's own name)
        """Return a server that the bot is in."""
        ...


class Membership:
    """Asks Discord whether somebody is in a club."""

    def __init__(self, client: HasGuilds) -> None:
        self._client = client
        self._known: OrderedDict[tuple[int, int], tuple[dt.datetime, bool]] = OrderedDict()

    async def holds(self, club: int, person: int) -> bool:
        """Return whether a person is in a club in which the bot is, too."""
        guild = self._client.get_guild(club)
        if guild is None:
            return False
        now = discord.utils.utcnow()
        known = self._known.get((club, person))
        if known is None or known[0] < now - REMEMBERED:
            known = self._known[club, person] = (now, await _found(guild, person))
            self._known.move_to_end((club, person))
        while len(self._known) > KEPT:
            self._known.popitem(last=False)
        return known[1]


async def _found(guild: discord.Guild, person: int) -> bool:
    if guild.get_member(person) is not None:
        return True
    try:
        await guild.fetch_member(person)
    except discord.NotFound:
        return False
    return True
