"""Finding a message that a process posted before it was killed: by its small print, behind a moment that was noted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import discord

SLACK = dt.timedelta(minutes=2)
"""How far Discord's clock and ours may differ."""

LOOKED_THROUGH = 200
"""Messages behind that moment among which one is looked for: many for a few minutes in one channel."""


async def posted_before(channel: discord.abc.Messageable, me: int, since: dt.datetime, mark: str) -> int:
    """Return the bot's own message since a moment with a line of small print; 0 where there is none."""
    async for message in channel.history(after=since - SLACK, oldest_first=True, limit=LOOKED_THROUGH):
        if message.author.id == me and mark in small_print(message):
            return message.id
    return 0


def small_print(message: discord.Message) -> set[str]:
    """Return the lines of small print of a message."""

    def lines(parts: object) -> Iterator[str]:
        for part in parts if isinstance(parts, list) else []:
            if isinstance(part, discord.TextDisplay):
                yield from (line.removeprefix("-# ") for line in part.content.splitlines() if line.startswith("-# "))
            yield from lines(getattr(part, "children", None))

    return set(lines(message.components))
