"""The cogs: each translates between Discord and one part of the club, and decides nothing."""

from __future__ import annotations

from collections.abc import Iterator

from discord.ext import commands

from bot.discord.club_bot import ClubBot
from bot.discord.cogs.audit import AuditCog
from bot.discord.cogs.books import BookCog
from bot.discord.cogs.ceiling import CeilingCog
from bot.discord.cogs.club import ClubCog
from bot.discord.cogs.conversation import ConversationCog
from bot.discord.cogs.menus import MenuCog
from bot.discord.cogs.my_data import MyDataCog
from bot.discord.cogs.nominate import NominateCog
from bot.discord.cogs.order import OrderCog
from bot.discord.cogs.progress import ProgressCog
from bot.discord.cogs.prompts import PromptCog
from bot.discord.cogs.questions import QuestionCog
from bot.discord.cogs.reviews import ReviewCog
from bot.discord.cogs.schedule import ScheduleCog
from bot.discord.cogs.setup import SetupCog
from bot.discord.cogs.shelf import ShelfCog
from bot.discord.cogs.vote import VoteCog
from bot.discord.cogs.watch import WatchCog


def cogs(bot: ClubBot) -> Iterator[commands.Cog]:
    """Yield every cog."""
    yield QuestionCog(bot.services)
    yield ConversationCog(bot)
    yield MenuCog(bot.services, bot.tree)
    yield OrderCog(bot.services)
    yield BookCog(bot.services)
    yield ShelfCog(bot.services)
    yield ProgressCog(bot.services)
    yield CeilingCog(bot.services)
    yield ReviewCog(bot.services)
    yield MyDataCog(bot.services.my_data)
    yield NominateCog(bot.services)
    yield VoteCog(bot)
    yield ScheduleCog(bot)
    yield PromptCog(bot)
    yield WatchCog(bot)
    yield AuditCog(bot.services)
    yield SetupCog(bot.services)
    yield ClubCog(bot.services)
