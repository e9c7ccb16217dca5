"""`/schedule show`: all sections, page by page, with reminders, and for organisers what waits for their decision."""

from __future__ import annotations

from typing import Any

import discord

from bot.club.schedules.records import Kept
from bot.discord.cards import Card
from bot.discord.club_bot import services_of
from bot.discord.delivering import replace_card
from bot.discord.pressing import Pressed
from bot.discord.schedule_buttons import SCHEDULE, RemindButton, late_items
from bot.discord.schedule_cards import lines_card, pages_in, shown_lines
from bot.discord.visitors import is_organiser, visitor

DECIDED_AT_ONCE = 8
"""Sections with their two buttons on a card."""


class ShownPageButton(Pressed, template=rf"schedule-shown:{SCHEDULE}:(?P<page>\d{{1,3}})"):
    """Turns to a page of a schedule."""

    def __init__(self, schedule: int | str, page: int | str, label: str = "Page") -> None:
        super().__init__(label, f"schedule-shown:{schedule}:{page}")
        self._schedule, self._page = int(schedule), int(page)

    async def pressed(self, interaction: discord.Interaction[Any]) -> None:
        """Show the page in place of the one before."""
        await interaction.response.defer()
        member, _ = await visitor(interaction)
        kept = await services_of(interaction).schedules.kept(self._schedule, member.club)
        await replace_card(interaction, await shown(interaction, kept, self._page))


async def shown(interaction: discord.Interaction[Any], kept: Kept, page: int) -> Card:
    """Return a page of a schedule for whoever asks."""
    schedule = kept.schedule
    lines = shown_lines(schedule)
    last = pages_in(lines)
    before = [ShownPageButton(schedule.id, page - 1, "Back")] if page > 1 else []
    behind = [ShownPageButton(schedule.id, page + 1, "More")] if page < last else []
    undecided = services_of(interaction).schedules.undecided(kept) if await is_organiser(interaction) else ()
    items = [RemindButton(schedule.id, 0, "show"), *late_items(schedule.id, undecided[:DECIDED_AT_ONCE])]
    return lines_card("", lines, page, [*before, *behind], items)
