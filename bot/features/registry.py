"""All buttons and menus that work after a restart."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import discord
from discord.ext import commands

from bot.discord.buttons import CancelButton
from bot.discord.context import ClubBot
from bot.discord.visitor import ClubMenu
from bot.features.ask.cog import ConversationCog, MenuCog, QuestionCog
from bot.features.ask.views import ANSWER_BUTTONS
from bot.features.audit.cog import AuditCog
from bot.features.audit.views import AuditPageButton
from bot.features.books.cog import BookCog
from bot.features.books.views import BOOK_BUTTONS
from bot.features.ceilings.cog import CeilingCog
from bot.features.ceilings.views import CEILING_BUTTONS
from bot.features.my_data.cog import MyDataCog
from bot.features.my_data.views import MY_DATA_BUTTONS
from bot.features.order.cog import OrderCog
from bot.features.order.views import ORDER_BUTTONS
from bot.features.progress.cog import ProgressCog
from bot.features.progress.views import PROGRESS_BUTTONS
from bot.features.prompts.cog import PromptCog
from bot.features.prompts.views import DRAFT_BUTTONS, PROMPT_BUTTONS
from bot.features.reviews.cog import ReviewCog
from bot.features.reviews.views import MODAL_BUTTONS, REVIEW_BUTTONS
from bot.features.schedules.cog import ScheduleCog
from bot.features.schedules.views import PLANNING_BUTTONS, REMINDER_BUTTONS, ShownPageButton
from bot.features.setup.cog import SetupCog
from bot.features.setup.views import SETUP_BUTTONS
from bot.features.shelf.cog import ShelfCog
from bot.features.shelf.views import SHELF_BUTTONS
from bot.features.stats.cog import ClubCog
from bot.features.stats.views import ShareStatsButton
from bot.features.votes.cards import VOTE_BUTTONS, PlanButton
from bot.features.votes.cog import NominateCog, VoteCog
from bot.features.votes.views import ORGANISER_BUTTONS, NominationsPageButton
from bot.features.watch.cog import WatchCog
from bot.features.watch.views import WATCH_BUTTONS

BUTTONS: tuple[type[discord.ui.DynamicItem[Any]], ...] = (
    *ANSWER_BUTTONS,
    ClubMenu,
    *ORDER_BUTTONS,
    *BOOK_BUTTONS,
    *SHELF_BUTTONS,
    CancelButton,
    *PROGRESS_BUTTONS,
    *CEILING_BUTTONS,
    *REVIEW_BUTTONS,
    *MODAL_BUTTONS,
    *MY_DATA_BUTTONS,
    NominationsPageButton,
    *VOTE_BUTTONS,
    *ORGANISER_BUTTONS,
    PlanButton,
    *PLANNING_BUTTONS,
    *REMINDER_BUTTONS,
    ShownPageButton,
    *PROMPT_BUTTONS,
    *DRAFT_BUTTONS,
    *WATCH_BUTTONS,
    AuditPageButton,
    *SETUP_BUTTONS,
    ShareStatsButton,
)


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
