"""`/club stats`: where the club is in a book, in groups from which nobody's position follows."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.discord import autocomplete
from bot.discord.context import ClubBot
from bot.discord.send import deliver
from bot.discord.visitor import in_clubs, visitor
from bot.feature import Feature
from bot.features.ask.rules import Questions
from bot.features.stats.views import ShareStatsButton, meant, stats_card
from bot.limits import Allowance

Typed = app_commands.Range[str, 1, 200]


class ClubCog(commands.Cog):
    """What can be said of a club as a whole."""

    club = in_clubs(app_commands.Group(name="club", description="What can be said of the club as a whole."))

    def __init__(self, bot: ClubBot) -> None:
        self._app = bot.app

    @club.command()
    @app_commands.describe(book="The book; otherwise the one that the club reads")
    @app_commands.autocomplete(book=autocomplete.books)
    async def stats(self, interaction: discord.Interaction[Any], book: Typed | None = None) -> None:
        """Show where the club is, in groups of five members and more. Nobody’s own place is told."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        member, place = await visitor(interaction)
        known = await meant(self._app, member, place, book)
        self._app.get(Allowance).take(member)
        asked = await self._app.get(Questions).keep("stats", member, place, "", known.slug)
        await deliver(interaction, await stats_card(self._app, asked, known))


FEATURE = Feature("stats", cogs=(ClubCog,), buttons=(ShareStatsButton,))
