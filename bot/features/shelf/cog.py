"""`/shelf`: what a member wants to read, is reading, has finished or has set aside; nobody else sees it."""

from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.discord import autocomplete
from bot.discord.context import ClubBot, deliver
from bot.discord.visitor import in_clubs_and_direct_messages, visitor
from bot.feature import Feature
from bot.features.shelf.rules import ShelfChange, ShelfName
from bot.features.shelf.store import Shelves
from bot.features.shelf.views import SHELF_BUTTONS, change_card, shelf_card

Title = app_commands.Range[str, 1, 200]
PARTS = [app_commands.Choice(name=part.value.capitalize(), value=part.value) for part in ShelfName]


class ShelfCog(commands.Cog):
    """A member's own shelf."""

    shelf = in_clubs_and_direct_messages(
        app_commands.Group(name="shelf", description="Your own shelf: want to read, reading, finished, set aside.")
    )

    def __init__(self, bot: ClubBot) -> None:
        self._app = bot.app

    @shelf.command()
    async def show(self, interaction: discord.Interaction[Any]) -> None:
        """Show your shelf, as a picture and as a list. Only you see it."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        member, _ = await visitor(interaction)
        await deliver(interaction, await shelf_card(self._app, member))

    @shelf.command()
    @app_commands.describe(book="A book from the library, or any title", part="Which shelf; “want to read” if left out")
    @app_commands.rename(part="shelf")
    @app_commands.choices(part=PARTS)
    @app_commands.autocomplete(book=autocomplete.books)
    async def add(self, interaction: discord.Interaction[Any], book: Title, part: str = ShelfName.WANT.value) -> None:
        """Put a book on your shelf, from the library or any other."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        member, _ = await visitor(interaction)
        await self._tell(interaction, await self._app.get(Shelves).add(member, book, ShelfName(part)))

    @shelf.command()
    @app_commands.describe(book="A book on your shelf", part="Which shelf")
    @app_commands.rename(part="shelf")
    @app_commands.choices(part=PARTS)
    @app_commands.autocomplete(book=autocomplete.shelved)
    async def move(self, interaction: discord.Interaction[Any], book: Title, part: str) -> None:
        """Move a book to another of your shelves."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        member, _ = await visitor(interaction)
        await self._tell(interaction, await self._app.get(Shelves).move(member, book, ShelfName(part)))

    @shelf.command()
    @app_commands.describe(book="A book on your shelf")
    @app_commands.autocomplete(book=autocomplete.shelved)
    async def remove(self, interaction: discord.Interaction[Any], book: Title) -> None:
        """Take a book off your shelf."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        member, _ = await visitor(interaction)
        await self._tell(interaction, await self._app.get(Shelves).remove(member, book))

    async def _tell(self, interaction: discord.Interaction[Any], change: ShelfChange) -> None:
        """Tell what was done, with *Undo*."""
        member, place = await visitor(interaction)
        await deliver(interaction, await change_card(self._app, member, place, change))


FEATURE = Feature("shelf", cogs=(ShelfCog,), buttons=SHELF_BUTTONS)
