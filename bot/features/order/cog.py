"""`/order`: in which order to read, for its asker alone; it can be shared as far as the place goes."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.discord import autocomplete
from bot.discord.context import ClubBot
from bot.discord.visitor import in_clubs_and_direct_messages, visitor
from bot.feature import Feature
from bot.features.ask.rules import Questions
from bot.features.order.rules import wanted_order
from bot.features.order.views import ORDER_BUTTONS, send_order

Name = app_commands.Range[str, 1, 100]


class OrderCog(commands.Cog):
    """The reading order."""

    def __init__(self, bot: ClubBot) -> None:
        self._app = bot.app

    @app_commands.command()
    @app_commands.describe(
        book="The way to this book: what is best read before it",
        series="All of a series; otherwise the series of the book you are in, or everything",
    )
    @app_commands.autocomplete(book=autocomplete.books, series=autocomplete.series)
    @in_clubs_and_direct_messages
    async def order(
        self, interaction: discord.Interaction[Any], book: Name | None = None, series: Name | None = None
    ) -> None:
        """Show in which order to read: recommended for you, as published, by story time."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        member, place = await visitor(interaction)
        questions = self._app.get(Questions)
        at_hand = None if book or series else await questions.meant(member, place)
        wanted = wanted_order(book, series, at_hand, self._app.books)
        await send_order(interaction, await questions.keep("order", member, place, wanted.series, wanted.book))


FEATURE = Feature("order", cogs=(OrderCog,), buttons=ORDER_BUTTONS)
