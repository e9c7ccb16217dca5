"""`/ask`, `/hint`, `/recap` and `/who`: private answers, which can be shared as far as the place goes."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.club.questions import MAX_QUESTION
from bot.club.schedules.schedules import LAST_MEETING
from bot.club.services import Services
from bot.discord import autocomplete
from bot.discord.answer_buttons import answer_items, hint_items, page_items
from bot.discord.answer_buttons import share as share_question
from bot.discord.answering import hint_card, out_of_tokens, page_card, private_card
from bot.discord.contexts import in_clubs_and_direct_messages
from bot.discord.delivering import deliver
from bot.discord.schedule_places import parent_of
from bot.discord.visitors import visitor
from corpus.names import find_book

BEHIND = "This place goes further than you have read, so this is for you alone."

Question = app_commands.Range[str, 1, MAX_QUESTION]
Name = app_commands.Range[str, 1, 100]


class QuestionCog(commands.Cog):
    """What members ask about a book."""

    def __init__(self, services: Services) -> None:
        self._services = services

    @app_commands.command()
    @app_commands.describe(
        question="What you want to know, in your own words",
        book="The book; otherwise the one of this place, or the one you are in",
        share="Answer for everybody here, as far as this place goes",
    )
    @app_commands.autocomplete(book=autocomplete.books)
    @in_clubs_and_direct_messages
    async def ask(
        self, interaction: discord.Interaction[Any], question: Question, book: str | None = None, share: bool = False
    ) -> None:
        """Ask about the book. Only you see the answer, and it stops where you have read to."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        member, place = await visitor(interaction)
        behind = share and await self._services.audiences.behind(member, place)
        if share and interaction.guild_id and not behind:
            await share_question(interaction, await self._services.questions.note("ask", member, place, question, book))
            return
        answer = await self._services.questions.put("ask", member, place, question, book)
        note = BEHIND if behind else out_of_tokens(answer, self._services.allowance)
        await deliver(interaction, private_card(answer, self._services.books, answer_items(answer), note))

    @app_commands.command()
    @app_commands.describe(question="What you would like to find out", book="The book")
    @app_commands.autocomplete(book=autocomplete.books)
    @in_clubs_and_direct_messages
    async def hint(self, interaction: discord.Interaction[Any], question: Question, book: str | None = None) -> None:
        """Get a hint: what to think about, where to look, and the answer once you have read that far."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        member, place = await visitor(interaction)
        answer = await self._services.questions.put("hint", member, place, question, book)
        await deliver(interaction, hint_card(answer, self._services.books, 1, hint_items(answer, 1)))

    @app_commands.command()
    @app_commands.describe(book="The book", section="A part of it, such as chapter 5, chapters 5-7, since chapter 9")
    @app_commands.autocomplete(book=autocomplete.books, section=autocomplete.sections)
    @in_clubs_and_direct_messages
    async def recap(
        self, interaction: discord.Interaction[Any], book: str | None = None, section: Name | None = None
    ) -> None:
        """Tell the story so far, and no further."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        member, place = await visitor(interaction)
        if " ".join((section or "").casefold().split()) in LAST_MEETING:
            known = find_book(book, self._services.books) if book else None
            slug, section = await self._services.schedules.since_last_meeting(place, parent_of(interaction), known)
        else:
            slug = (await self._services.questions.needed(member, place, book)).slug
        answer = await self._services.questions.put("recap", member, place, section or "", slug)
        await deliver(interaction, page_card(answer, self._services.books, 1, page_items(answer, 1)))

    @app_commands.command()
    @app_commands.describe(name="The name, or a part of it", book="The book")
    @app_commands.autocomplete(name=autocomplete.people, book=autocomplete.books)
    @in_clubs_and_direct_messages
    async def who(self, interaction: discord.Interaction[Any], name: Name, book: str | None = None) -> None:
        """Tell who somebody is, as far as you have met them."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        member, place = await visitor(interaction)
        answer = await self._services.questions.put("who", member, place, name, book)
        await deliver(interaction, private_card(answer, self._services.books, answer_items(answer)))
