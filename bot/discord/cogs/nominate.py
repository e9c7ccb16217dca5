"""`/nominate`: which books members would like to read next."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.club.services import Services
from bot.discord import autocomplete
from bot.discord.contexts import in_clubs
from bot.discord.delivering import deliver
from bot.discord.nomination_cards import nominated_card, nominations_card, withdrawn_card
from bot.discord.visitors import is_organiser, visitor

Title = app_commands.Range[str, 1, 200]


class NominateCog(commands.Cog):
    """The list of books from which the next one is chosen."""

    nominate = in_clubs(app_commands.Group(name="nominate", description="Books that we could read next."))

    def __init__(self, services: Services) -> None:
        self._services = services

    @nominate.command()
    @app_commands.describe(book="A book of the library, or any title")
    @app_commands.autocomplete(book=autocomplete.books)
    async def add(self, interaction: discord.Interaction[Any], book: Title) -> None:
        """Nominate a book: one of the library, or any title. If it is on the list, you support it."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        member, _ = await visitor(interaction)
        await deliver(interaction, nominated_card(await self._services.nominations.add(member, book), member))

    @nominate.command(name="list")
    async def show(self, interaction: discord.Interaction[Any]) -> None:
        """Show the books that are nominated, with how many would like to read each."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        member, _ = await visitor(interaction)
        await deliver(interaction, nominations_card(await self._services.nominations.listed(member.club), member))

    @nominate.command()
    @app_commands.describe(book="A book on the list")
    @app_commands.autocomplete(book=autocomplete.nominated)
    async def withdraw(self, interaction: discord.Interaction[Any], book: Title) -> None:
        """Take your nomination back; organisers take a book off the list altogether."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        member, _ = await visitor(interaction)
        organiser = await is_organiser(interaction)
        book_gone, number = await self._services.nominations.withdraw(member, book, organiser=organiser)
        await deliver(interaction, withdrawn_card(book_gone, number, organiser=organiser))
