"""Who may use what is for moderators: asked when it is used, since Discord's own setting can be changed by a server."""

from __future__ import annotations

from typing import Any

import discord

from bot.club.people import Member, Place
from bot.discord.failures import Refused
from bot.discord.visitors import keeps_place, visitor

KEEPERS = "Only moderators do that: you need the permission Manage Messages, Manage Threads or Manage Channels here."


async def keeper(interaction: discord.Interaction[Any]) -> tuple[Member, Place]:
    """Return who asks and where, where that is a moderator of the place. Raises Refused."""
    if interaction.guild_id is None or not keeps_place(interaction):
        raise Refused(KEEPERS)
    return await visitor(interaction)
