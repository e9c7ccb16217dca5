"""*Plan the schedule*, under the outcome of a vote: the way from the next book to reading it together."""

from __future__ import annotations

from typing import Any

import discord

from bot.club.votes.records import Candidate
from bot.discord.answer_cards import notice_card
from bot.discord.club_bot import services_of
from bot.discord.delivering import deliver
from bot.discord.failures import Refused
from bot.discord.moderators import organises
from bot.discord.pressing import Pressed


class PlanButton(Pressed, template=r"plan:(?P<key>[^:]{1,90})"):
    """Says how a schedule for a book is made, to whoever may make one; `key` is the book's slug or its title's key."""

    def __init__(self, key: str) -> None:
        super().__init__("Plan the schedule", f"plan:{key}", discord.ButtonStyle.primary)
        self._key = key

    async def pressed(self, interaction: discord.Interaction[Any]) -> None:
        """Show the command."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await organises(interaction)
        book = services_of(interaction).books.get(self._key)
        if book is None:
            raise Refused("The library does not have that book yet. Once it does, /schedule create plans its reading.")
        line = f"/schedule create book:{book.slug}"
        await deliver(interaction, notice_card(f"Write this, and I ask for the rest: {line}", book.title))


def plan_items(winner: Candidate) -> list[discord.ui.Item[Any]]:
    """Return what stands under the outcome of a vote, to plan the reading of its winner."""
    return [PlanButton(winner.book or winner.key)]
