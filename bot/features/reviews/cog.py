"""`/review`: what members think of a book, for those who have read as far."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.discord import autocomplete
from bot.discord.context import ClubBot, deliver
from bot.discord.visitor import in_clubs_and_direct_messages, visitor
from bot.feature import Feature
from bot.features.ask.rules import Questions
from bot.features.progress.store import Progress
from bot.features.reviews.rules import Draft, Reviews
from bot.features.reviews.views import MODAL_BUTTONS, REVIEW_BUTTONS, ReviewModal, deleting_card, reviews_card

Typed = app_commands.Range[str, 1, 200]
Stars = app_commands.Range[int, 1, 5]
SINCE = [
    app_commands.Choice(name=name, value=value)
    for name, value in (("Last week", "week"), ("Last month", "month"), ("Last year", "year"), ("Any time", "any"))
]


class ReviewCog(commands.Cog):
    """Members' reviews, and the library's."""

    review = in_clubs_and_direct_messages(
        app_commands.Group(name="review", description="Reviews: your own, and those that you have read far enough for.")
    )

    def __init__(self, bot: ClubBot) -> None:
        self._app = bot.app

    @review.command()
    @app_commands.describe(book="The book")
    @app_commands.autocomplete(book=autocomplete.books)
    async def write(self, interaction: discord.Interaction[Any], book: Typed | None = None) -> None:
        """Write a review: stars, a text, and for readers of how far. Yours is there to edit if you wrote one."""
        member, place = await visitor(interaction)
        self._app.get(Reviews).check(member)
        known = await self._app.get(Questions).needed(member, place, book)
        earlier = await self._app.get(Reviews).mine(member, known)
        marks = (await self._app.get(Progress).positions(member)).get(known.slug, 0)
        await interaction.response.send_modal(ReviewModal(known, Draft.begun(known, earlier, marks)))

    @review.command()
    @app_commands.describe(book="The book", stars="At least so many stars", since="Not older than")
    @app_commands.choices(since=SINCE)
    @app_commands.autocomplete(book=autocomplete.books)
    async def read(
        self, interaction: discord.Interaction[Any], book: Typed | None = None, stars: Stars = 1, since: str = "any"
    ) -> None:
        """Read reviews of a book, up to where you are. Only you see them."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        member, place = await visitor(interaction)
        known = await self._app.get(Questions).needed(member, place, book)
        asked = await self._app.get(Questions).keep("reviews", member, place, f"{stars} {since}", known.slug)
        await deliver(interaction, await reviews_card(self._app, member, place, asked))

    @review.command()
    @app_commands.describe(book="The book")
    @app_commands.autocomplete(book=autocomplete.books)
    async def edit(self, interaction: discord.Interaction[Any], book: Typed | None = None) -> None:
        """Edit your review of a book."""
        member, place = await visitor(interaction)
        known = await self._app.get(Questions).needed(member, place, book)
        earlier = await self._app.get(Reviews).needed(member, known)
        await interaction.response.send_modal(ReviewModal(known, Draft.begun(known, earlier, 0)))

    @review.command()
    @app_commands.describe(book="The book")
    @app_commands.autocomplete(book=autocomplete.books)
    async def delete(self, interaction: discord.Interaction[Any], book: Typed | None = None) -> None:
        """Delete your review of a book; you are asked once more."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        member, place = await visitor(interaction)
        known = await self._app.get(Questions).needed(member, place, book)
        review = await self._app.get(Reviews).needed(member, known)
        asked = await self._app.get(Questions).keep("review", member, place, "", known.slug)
        await deliver(interaction, deleting_card(asked, known, review))


FEATURE = Feature("reviews", cogs=(ReviewCog,), buttons=(*REVIEW_BUTTONS, *MODAL_BUTTONS))
