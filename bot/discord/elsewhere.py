"""Servers whose events go to another process: in a direct message, Discord itself is asked about them."""

from __future__ import annotations

import discord

from bot.discord.club_bot import ClubBot


async def server_of(bot: ClubBot, club: int) -> discord.Guild | None:
    """Return a server that the bot is in, also where another process has its shard; None where it is in it no more."""
    guild = bot.get_guild(club)
    if guild is not None or bot.presence.shards.holds(club):
        return guild
    try:
        return await bot.fetch_guild(club, with_counts=False)
    except (discord.NotFound, discord.Forbidden):
        return None
