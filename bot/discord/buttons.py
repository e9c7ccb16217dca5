"""All buttons and menus that work after a restart."""

from __future__ import annotations

from typing import Any

import discord

from bot.discord.answer_buttons import ANSWER_BUTTONS
from bot.discord.club_menu import ClubMenu

BUTTONS: tuple[type[discord.ui.DynamicItem[Any]], ...] = (*ANSWER_BUTTONS, ClubMenu)
