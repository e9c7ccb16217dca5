"""`/book`: the card of a book, the library, what else readers liked, and quotes."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.answering.texts import cover_lines, measure, place_sentence
from bot.discord import autocomplete
from bot.discord.cards import Card, Tone
from bot.discord.context import ClubBot
from bot.discord.send import deliver
from bot.discord.text import safe
from bot.discord.visitor import in_clubs_and_direct_messages, visitor
from bot.feature import Feature
from bot.features.ask.rules import Questions
from bot.features.books.views import BOOK_BUTTONS, library_card, quotes_card, similar_card
from bot.features.progress.rules import Progress

Name = app_commands.Range[str, 1, 200]
BOOK = "The book; otherwise the one of this place, or the one you are in"


class BookCog(commands.Cog):
    """What may be told of books."""

    book = in_clubs_and_direct_messages(
        app_commands.Group(name="book", description="The books of the library: cards, lists and quotes.")
    )

    def __init__(self, bot: ClubBot) -> None:
        self._app = bot.app

    @book.command()
    @app_commands.describe(book=BOOK)
    @app_commands.autocomplete(book=autocomplete.books)
    async def show(self, interaction: discord.Interaction[Any], book: Name | None = None) -> None:
        """Show a book’s card: series, year, ratings, editions, what it is about, and where you are."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        member, place = await visitor(interaction)
        known = await self._app.get(Questions).needed(member, place, book)
        premise = await self._app.workers.do(lambda: self._app.discussion.premise(known.slug))
        marks = (await self._app.get(Progress).positions(member)).get(known.slug)
        about = safe(premise.body) if premise.answered else ""
        body = "\n\n".join(filter(None, (safe("\n".join(cover_lines(known))), about)))
        footers = (safe(measure(known)), safe(place_sentence(known, marks)))
        await deliver(interaction, Card(safe(known.title), body, footers, Tone.ANSWER))

    @book.command(name="list")
    async def list_books(self, interaction: discord.Interaction[Any]) -> None:
        """List the library, series by series, with where you are."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        member, _ = await visitor(interaction)
        await deliver(interaction, await library_card(self._app, member))

    @book.command()
    @app_commands.describe(book=BOOK)
    @app_commands.autocomplete(book=autocomplete.books)
    async def similar(self, interaction: discord.Interaction[Any], book: Name | None = None) -> None:
        """Show what else readers of a book liked."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        member, place = await visitor(interaction)
        known = await self._app.get(Questions).needed(member, place, book)
        await deliver(interaction, similar_card(known))

    @book.command()
    @app_commands.describe(book=BOOK)
    @app_commands.autocomplete(book=autocomplete.books)
    async def quotes(self, interaction: discord.Interaction[Any], book: Name | None = None) -> None:
        """Show quotes from what you have read. What is explicit stays in age-restricted channels."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        member, place = await visitor(interaction)
        known = await self._app.get(Questions).needed(member, place, book)
        asked = await self._app.get(Questions).keep("quotes", member, place, "", known.slug)
        await deliver(interaction, await quotes_card(self._app, asked, place))


FEATURE = Feature("books", cogs=(BookCog,), buttons=BOOK_BUTTONS)
