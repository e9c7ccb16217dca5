"""All buttons and menus that work after a restart."""

from __future__ import annotations

from typing import Any

import discord

from bot.discord.answer_buttons import ANSWER_BUTTONS
from bot.discord.audit_cards import AuditPageButton
from bot.discord.book_buttons import BOOK_BUTTONS
from bot.discord.ceiling_buttons import CEILING_BUTTONS
from bot.discord.club_menu import ClubMenu
from bot.discord.confirming import CancelButton
from bot.discord.my_data_buttons import MY_DATA_BUTTONS
from bot.discord.nomination_cards import NominationsPageButton
from bot.discord.order_buttons import ORDER_BUTTONS
from bot.discord.plan_button import PlanButton
from bot.discord.progress_buttons import PROGRESS_BUTTONS
from bot.discord.prompt_buttons import PROMPT_BUTTONS
from bot.discord.prompt_drafts import DRAFT_BUTTONS
from bot.discord.review_buttons import REVIEW_BUTTONS
from bot.discord.review_modal import MODAL_BUTTONS
from bot.discord.schedule_buttons import REMINDER_BUTTONS
from bot.discord.schedule_organising import PLANNING_BUTTONS
from bot.discord.schedule_showing import ShownPageButton
from bot.discord.setup_walk import SETUP_BUTTONS
from bot.discord.shelf_buttons import SHELF_BUTTONS
from bot.discord.stats_cards import ShareStatsButton
from bot.discord.vote_buttons import VOTE_BUTTONS
from bot.discord.vote_organising import ORGANISER_BUTTONS
from bot.discord.watch_buttons import WATCH_BUTTONS

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
