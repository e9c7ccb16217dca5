"""`/progress`: where a member is in their books. Nobody else sees it, unless they share it themselves."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.answering.texts import place_line
from bot.audiences import Audiences
from bot.discord import autocomplete
from bot.discord.cards import notice_card
from bot.discord.context import ClubBot, deliver, may_share
from bot.discord.visitor import in_clubs_and_direct_messages, visitor
from bot.feature import Feature
from bot.features.ask.rules import Questions
from bot.features.ask.views import how_far
from bot.features.progress.store import Progress, Report
from bot.features.progress.views import (
    PROGRESS_BUTTONS,
    forgetting_card,
    forgotten_card,
    moved_card,
    sharing_card,
    undone_card,
)
from corpus.books import Book
from corpus.names import find_book
from corpus.positions import MAX_LENGTH

NOTHING = (
    "You have not said where you are in any book. Type /progress set, then for example: ch 7, p. 120, 45%, finished."
)

SHOWN = 40
"""Books that are listed, the latest report first; an export has all of them."""

Where = app_commands.Range[str, 1, MAX_LENGTH]
Typed = app_commands.Range[str, 1, 200]


class ProgressCog(commands.Cog):
    """A member's own positions."""

    progress = in_clubs_and_direct_messages(
        app_commands.Group(name="progress", description="Where you are in your books. Only you see it.")
    )

    def __init__(self, bot: ClubBot) -> None:
        self._app = bot.app

    @progress.command()
    @app_commands.describe(where="How far you are: ch 7, p. 120, 45%, finished", book="The book")
    @app_commands.autocomplete(where=autocomplete.whereabouts, book=autocomplete.books)
    async def set(self, interaction: discord.Interaction[Any], where: Where, book: Typed | None = None) -> None:
        """Say where you are in a book. I tell you nothing that comes later."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        member, place = await visitor(interaction)
        known = await self._app.get(Questions).needed(member, place, book)
        await deliver(interaction, moved_card(member, await self._app.get(Progress).set(member, known, where)))

    @progress.command()
    async def show(self, interaction: discord.Interaction[Any]) -> None:
        """Show where you are in every book, and how far this place goes."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        member, place = await visitor(interaction)
        books = self._app.books
        reports = await self._app.get(Progress).reports(member)
        lines = [_line(books[slug], report) for slug, report in reversed(reports.items())]
        more = [f"and {len(lines) - SHOWN} more, which /mydata export lists"] if len(lines) > SHOWN else []
        here = how_far(None, await self._app.get(Audiences).public(place), books)
        note = f"What I say here for everybody: {here[0].lower()}{here[1:]}." if interaction.guild_id else ""
        await deliver(interaction, notice_card("\n".join(lines[:SHOWN] + more) or NOTHING, "Where I am", note=note))

    @progress.command()
    async def undo(self, interaction: discord.Interaction[Any]) -> None:
        """Take back what you said last about where you are."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        member, _ = await visitor(interaction)
        await deliver(interaction, undone_card(await self._app.get(Progress).undo(member)))

    @progress.command()
    @app_commands.describe(book="The book; otherwise all of them")
    @app_commands.autocomplete(book=autocomplete.books)
    async def clear(self, interaction: discord.Interaction[Any], book: Typed | None = None) -> None:
        """Forget where you are, in one book or in all."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        member, place = await visitor(interaction)
        progress, books = self._app.get(Progress), self._app.books
        there = await progress.positions(member)
        if book or not there:
            known = find_book(book, books) if book else None
            await deliver(interaction, forgotten_card(member, await progress.clear(member, known)))
            return
        lines = [place_line(books[slug], marks) for slug, marks in there.items()]
        asked = await self._app.get(Questions).keep("clear", member, place, "")
        await deliver(interaction, forgetting_card(asked, lines))

    @progress.command()
    @app_commands.describe(book="The book")
    @app_commands.autocomplete(book=autocomplete.books)
    async def share(self, interaction: discord.Interaction[Any], book: Typed | None = None) -> None:
        """Tell everybody here where you are in a book; you see it first."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        may_share(interaction)
        member, place = await visitor(interaction)
        known = await self._app.get(Questions).needed(member, place, book)
        marks = await self._app.get(Progress).shared(member, known)
        asked = await self._app.get(Questions).keep("share", member, place, str(marks), known.slug)
        await deliver(interaction, sharing_card(asked, interaction.user.display_name, known, marks))


def _line(book: Book, report: Report) -> str:
    """Return where a member is in a book, and when they said so."""
    return f"{place_line(book, report.reached.marks_in(book))}, said <t:{int(report.at.timestamp())}:R>"


FEATURE = Feature("progress", cogs=(ProgressCog,), buttons=PROGRESS_BUTTONS)
