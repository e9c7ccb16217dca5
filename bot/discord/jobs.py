"""How jobs find what they have posted in Discord: our own messages since a moment, by the marks that they carry."""

import datetime as dt
from collections.abc import Callable, Iterator

import discord

SLACK = dt.timedelta(minutes=2)  # how far Discord's clock and ours may differ
LOOKED_THROUGH = 200  # messages since a moment among which one is looked for: many for a few minutes in one channel
GONE = (discord.NotFound, discord.Forbidden)  # the channel or the message was deleted, or the bot may not see it


async def find_message(
    channel: discord.abc.Messageable, me: int, since: dt.datetime, is_it: Callable[[discord.Message], bool]
) -> int:
    """Return the id of the bot's own message that was posted since a moment; 0 where there is none."""
    async for message in channel.history(after=since - SLACK, oldest_first=True, limit=LOOKED_THROUGH):
        if message.author.id == me and is_it(message):
            return message.id
    return 0


def says(message: discord.Message, text: str) -> bool:
    """Return whether a message has a text in it."""
    return any(text in part.content for part in _parts(message.components) if isinstance(part, discord.TextDisplay))


def button_ids(message: discord.Message) -> set[str]:
    """Return the ids of the buttons and menus under a message, nested ones too."""
    return {name for part in _parts(message.components) if (name := getattr(part, "custom_id", None))}


def _parts(parts: object) -> Iterator[object]:
    for part in parts if isinstance(parts, list) else []:
        yield part
        yield from _parts(getattr(part, "children", None))
