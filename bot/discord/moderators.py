"""Who may use what is for moderators and organisers: asked when it is used, as a server can change Discord's list."""

from __future__ import annotations

from typing import Any

import discord

from bot.club.people import Member, Place
from bot.discord.failures import Refused
from bot.discord.visitors import is_moderator, is_organiser, visitor

KEEPERS = (
    "Only moderators do that: you need the club’s moderator role, or the permission Manage Messages, Manage Threads "
    "or Manage Channels here."
)
ORGANISERS = (
    "Only organisers do that: you need the club’s organiser role, or the permission Manage Events or Manage Server."
)


async def keeper(interaction: discord.Interaction[Any]) -> tuple[Member, Place]:
    """Return who asks and where, where that is a moderator of the place. Raises Refused."""
    if interaction.guild_id is None or not await is_moderator(interaction):
        raise Refused(KEEPERS)
    return await visitor(interaction)


async def organises(interaction: discord.Interaction[Any]) -> None:
    """See that the one who asks organises the club. Raises Refused."""
    if not await is_organiser(interaction):
        raise Refused(ORGANISERS)
