"""Where work for a member begins: it gets the id that its log lines carry, and is waited for when the bot leaves."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import discord

from bot.club.under_way import Leaving
from bot.discord.club_bot import ClubBot, bot_of
from bot.discord.failures import tell, tell_in_reply
from bot.requests import begin_request


def begin(interaction: discord.Interaction[Any], what: str = "") -> None:
    """Begin a command, or what else was used by its name. Raises Leaving."""
    name = interaction.command.qualified_name if interaction.command else what
    _count(bot_of(interaction), name, interaction.guild_id, lambda: tell(interaction, Leaving()))


def begin_reply(bot: ClubBot, message: discord.Message) -> None:
    """Begin a reply to a message. Raises Leaving."""
    club = message.guild.id if message.guild else None
    _count(bot, "mention" if club else "direct message", club, lambda: tell_in_reply(message, Leaving()))


def _count(bot: ClubBot, what: str, club: int | None, give_up: Callable[[], Awaitable[None]]) -> None:
    begin_request(what, club)
    try:
        bot.under_way.begin(give_up)
    except Leaving:
        bot.services.meter.refused("leaving")
        raise
