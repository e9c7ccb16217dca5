"""`/ceiling`: how far a place may go. Moderators set it, and everybody in the place is told.

Discord hides the whole of a group from who lacks its permission; members read the ceiling with `/progress show`.
"""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.discord import autocomplete
from bot.discord.context import MODERATOR, ClubBot, deliver, needs
from bot.discord.visitor import in_clubs, visitor
from bot.feature import Feature
from bot.features.ask.rules import Questions
from bot.features.ceilings.store import CeilingChange, Ceilings
from bot.features.ceilings.views import CEILING_BUTTONS, ceiling_card, preview_card
from bot.people import Member, Place
from corpus.names import find_book
from corpus.positions import MAX_LENGTH

Where = app_commands.Range[str, 1, MAX_LENGTH]
Typed = app_commands.Range[str, 1, 200]


class CeilingCog(commands.Cog):
    """How far each place may go."""

    ceiling = in_clubs(
        app_commands.Group(
            name="ceiling",
            description="How far this place may go in a book, for everybody who reads here.",
            default_permissions=discord.Permissions(manage_threads=True),
        )
    )

    def __init__(self, bot: ClubBot) -> None:
        self._app = bot.app

    @ceiling.command()
    @app_commands.describe(where="How far: ch 8, p. 120, 45%, finished", book="The book")
    @app_commands.autocomplete(where=autocomplete.ceilings, book=autocomplete.books)
    async def set(self, interaction: discord.Interaction[Any], where: Where, book: Typed | None = None) -> None:
        """Set how far I may go here; you see first what it means, then everybody here is told."""
        member, place = await self._keeper(interaction)
        known = await self._app.get(Questions).needed(member, place, book)
        await self._preview(interaction, member, place, await self._app.get(Ceilings).raised(place, known, where))

    @ceiling.command()
    async def show(self, interaction: discord.Interaction[Any]) -> None:
        """Show how far I may go here."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        _, place = await visitor(interaction)
        await deliver(interaction, ceiling_card(await self._app.get(Ceilings).show(place), self._app.books))

    @ceiling.command()
    @app_commands.describe(book="The book; otherwise all of them")
    @app_commands.autocomplete(book=autocomplete.books)
    async def clear(self, interaction: discord.Interaction[Any], book: Typed | None = None) -> None:
        """Take the ceiling away: here I then stop at the cover."""
        member, place = await self._keeper(interaction)
        known = find_book(book, self._app.books) if book else None
        await self._preview(interaction, member, place, await self._app.get(Ceilings).cleared(place, known))

    async def _keeper(self, interaction: discord.Interaction[Any]) -> tuple[Member, Place]:
        """Return who asks and where, once it is clear that they keep this place."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        return await needs(interaction, MODERATOR)

    async def _preview(
        self, interaction: discord.Interaction[Any], member: Member, place: Place, change: CeilingChange
    ) -> None:
        """Show what a change would mean, and keep it until it is confirmed."""
        asked = await self._app.get(Questions).keep("ceiling", member, place, change.written())
        await deliver(interaction, preview_card(asked, change, self._app.books, interaction.channel))


FEATURE = Feature("ceilings", cogs=(CeilingCog,), buttons=CEILING_BUTTONS)
