"""The cogs: each translates between Discord and one part of the club, and decides nothing."""

from __future__ import annotations

from collections.abc import Iterator

from discord.ext import commands

from bot.discord.club_bot import ClubBot
from bot.discord.cogs.conversation import ConversationCog
from bot.discord.cogs.menus import MenuCog
from bot.discord.cogs.questions import QuestionCog


def cogs(bot: ClubBot) -> Iterator[commands.Cog]:
    """Yield every cog."""
    yield QuestionCog(bot.services)
    yield ConversationCog(bot)
    yield MenuCog(bot.services, bot.tree)
