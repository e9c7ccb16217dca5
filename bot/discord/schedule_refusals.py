"""What Discord does not let the bot do for a schedule, as one sentence that says which permission is lacking, where."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence

import discord
from discord.abc import GuildChannel

from bot.club.schedules.stage import Unwelcome
from bot.discord.permissions import named

THREADS = ("read_messages", "create_public_threads", "send_messages_in_threads", "read_message_history")
POSTS = ("read_messages", "send_messages", "send_messages_in_threads", "read_message_history")
EVENTS = ("create_events", "manage_events")
WRITING = ("read_messages", "send_messages_in_threads", "read_message_history")

FULL = 30038
"""Discord: a server has 100 events that are open."""

TOO_MANY, FAILED = 429, 500
"""HTTP: asked too often; from 500 on, the server itself failed. Both pass."""

GONE = "The channel of the schedule is gone, so I cannot {what}. Choose another one with the channel of /schedule edit."


def needed_in(channel: object) -> Sequence[str]:
    """Return what the bot needs in a channel to open the threads of a schedule there, or its posts."""
    return POSTS if isinstance(channel, discord.ForumChannel) else THREADS


def lacking_in(channel: GuildChannel, needed: Sequence[str]) -> list[str]:
    """Return which of some permissions the bot lacks in a channel, as Discord's apps call them."""
    allowed = dict(channel.permissions_for(channel.guild.me))
    return [named(name) for name in needed if not allowed[name]]


def lacking_for_events(guild: discord.Guild) -> list[str]:
    """Return which permissions the bot lacks in a server to keep its events."""
    allowed = dict(guild.me.guild_permissions)
    return [named(name) for name in EVENTS if not allowed[name]]


@contextlib.contextmanager
def allowed_to(what: str, channel: GuildChannel | None, needed: Sequence[str]) -> Iterator[None]:
    """Turn what Discord refuses into Unwelcome; what is Discord's own fault goes on as it is."""
    try:
        yield
    except discord.Forbidden as refused:
        raise Unwelcome(_lacking(what, channel, needed)) from refused
    except discord.NotFound as gone:
        raise Unwelcome(GONE.format(what=what)) from gone
    except discord.HTTPException as refused:
        if refused.status == TOO_MANY or refused.status >= FAILED:
            raise
        if refused.code == FULL:
            why = "this server has 100 events already, the most that Discord allows. Delete some"
        else:
            why = f"Discord refuses it ({refused.code or refused.status})"
        raise Unwelcome(f"I cannot {what}: {why}.") from refused


def _lacking(what: str, channel: GuildChannel | None, needed: Sequence[str]) -> str:
    if needed is EVENTS:
        names = lacking_for_events(channel.guild) if channel else []
        where = "in this server"
    else:
        names = lacking_in(channel, needed) if channel else []
        where = f"in #{channel.name}" if channel else "there"
    lacks = " and ".join(names or map(named, needed))
    return f"I lack the permission {lacks} {where}, so I cannot {what}. Allow me that; I try again every hour."
