"""A menu of clubs, for a direct message that could be about several."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Self

import discord

from bot.discord.answer_cards import notice_card
from bot.discord.club_bot import bot_of, services_of
from bot.discord.delivering import replace_card
from bot.discord.elsewhere import server_of
from bot.discord.failures import Choice, Refused
from bot.discord.limits import OPTION, OPTIONS
from bot.discord.pressing import Picked
from bot.discord.safe_text import visible


class ClubUnclear(Choice):
    """A direct message from somebody who is in several clubs, given by id and name."""

    def __init__(self, among: Iterable[tuple[int, str]]) -> None:
        super().__init__("You are in several clubs. Which one is this about?", [ClubMenu.of(among)])


class ClubMenu(Picked, template=r"club"):
    """Picks the club that somebody's direct messages are about."""

    @classmethod
    def of(cls, clubs: Iterable[tuple[int, str]]) -> Self:
        """Return a menu of clubs, by id and name."""
        options = [
            discord.SelectOption(label=visible(name)[:OPTION] or str(club), value=str(club)) for club, name in clubs
        ]
        return cls(discord.ui.Select(custom_id="club", placeholder="Which club?", options=options[:OPTIONS]))

    async def picked(self, interaction: discord.Interaction[Any], values: list[str]) -> None:
        """Note the choice."""
        club = int(values[0])
        if not await bot_of(interaction).is_member(club, interaction.user.id):
            raise Refused("You are not in that club any more.")
        await services_of(interaction).direct.choose(interaction.user.id, club)
        guild = await server_of(bot_of(interaction), club)
        name = guild.name if guild else "that club"
        await replace_card(interaction, notice_card(f"Direct messages are about {name} now. Ask once more."))
