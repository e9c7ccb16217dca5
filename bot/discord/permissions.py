"""What the bot has to be allowed, and what of it a channel does not give."""

from __future__ import annotations

import discord
from discord.abc import GuildChannel

VIEW = "View Channel"
NAMES = {"read_messages": VIEW, "send_polls": "Create Polls"}
"""Permissions that Discord's apps call otherwise than its library does."""


def permissions() -> discord.Permissions:
    """Return what the bot has to be allowed in a server, and nothing more."""
    return discord.Permissions(
        view_channel=True,
        send_messages=True,
        send_messages_in_threads=True,
        create_public_threads=True,
        send_polls=True,
        attach_files=True,
        read_message_history=True,
        manage_messages=True,
        create_events=True,
        manage_events=True,
    )


def lacking(channel: GuildChannel) -> tuple[str, ...]:
    """Return which of its permissions the bot lacks in a channel, as Discord's apps call them."""
    allowed = channel.permissions_for(channel.guild.me)
    if not allowed.view_channel:
        return (VIEW,)  # without it, Discord counts all others as not given
    there = dict(allowed)
    return tuple(named(name) for name, needed in permissions() if needed and not there[name])


def named(permission: str) -> str:
    """Return a permission as Discord's apps call it."""
    return NAMES.get(permission) or permission.replace("_", " ").title().replace(" In ", " in ")
