"""`/prompt`: discussion prompts, suggested by members, drafted, decided and posted by moderators.

Discord hides the whole of a group from who lacks its permission, and `/prompt suggest` is for everybody: so the group
asks for none, and every other command checks who uses it.
"""

from __future__ import annotations

from typing import Any, Literal

import discord
from discord import app_commands
from discord.ext import commands

from bot.club_settings import SetUp
from bot.discord import autocomplete
from bot.discord.cards import CHOICE, CHOICES, notice_card, one_line
from bot.discord.context import MODERATOR, ClubBot, app_of, deliver, has, needs
from bot.discord.visitor import in_clubs, visitor
from bot.feature import Feature
from bot.features.ask.rules import Questions
from bot.features.prompts.jobs import PromptPosts
from bot.features.prompts.rules import MAX_PROMPT, MAX_REASON, Prompts
from bot.features.prompts.store import JOBS
from bot.features.prompts.views import (
    DRAFT_BUTTONS,
    PROMPT_BUTTONS,
    drafted,
    looked_at,
    posted_here,
    queue_card,
    type_about,
)
from bot.times import read_moment
from corpus.names import find_book
from corpus.positions import MAX_LENGTH

SUGGESTED = "Suggested. The moderators see it in their queue; nobody else does."

Typed = app_commands.Range[str, 1, 200]
Where = app_commands.Range[str, 1, MAX_LENGTH]
Words = app_commands.Range[str, 1, MAX_PROMPT]
Number = app_commands.Range[int, 1]
Kind = Literal["character", "theme", "craft", "prediction", "quote", "comparison", "personal"]
Shelf = Literal["the book’s own", "character", "theme", "craft", "prediction", "quote", "comparison", "personal"]


async def numbers(interaction: discord.Interaction[Any], typed: str) -> list[app_commands.Choice[int]]:
    """Offer the prompts of the queue to a moderator, by number; to anybody else, nothing."""
    if interaction.guild_id is None or not await has(interaction, MODERATOR):
        return []
    waiting = await app_of(interaction).get(Prompts).queue(interaction.guild_id)
    fitting = [prompt for prompt in waiting if str(prompt.id).startswith(str(typed or ""))]
    return [
        app_commands.Choice(name=one_line(f"{prompt.id}: {prompt.text}", CHOICE), value=prompt.id)
        for prompt in fitting[:CHOICES]
    ]


class PromptCog(commands.Cog):
    """Discussion prompts, from the idea to the post."""

    prompt = in_clubs(app_commands.Group(name="prompt", description="Questions to talk about, as far as we have read."))

    def __init__(self, bot: ClubBot) -> None:
        self._bot, self._app = bot, bot.app

    @prompt.command()
    @app_commands.describe(text="The question, in your own words", book="The book that it is about")
    @app_commands.autocomplete(book=autocomplete.books)
    async def suggest(self, interaction: discord.Interaction[Any], text: Words, book: Typed | None = None) -> None:
        """Suggest a question for everybody to talk about. The moderators look at it first."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        member, place = await visitor(interaction)
        known = find_book(book, self._app.books).slug if book else None
        await self._app.get(Prompts).suggest(member, place, text, book=known)
        await deliver(interaction, notice_card(SUGGESTED))

    @prompt.command()
    @app_commands.describe(
        kind="What it is to be about",
        book="The book",
        upto="The end of the section; otherwise as far as this place goes",
    )
    @app_commands.autocomplete(book=autocomplete.books)
    async def draft(
        self, interaction: discord.Interaction[Any], kind: Kind, book: Typed | None = None, upto: Where | None = None
    ) -> None:
        """Draft discussion prompts from what the readers of a section may see (moderators)."""
        await self._draft(interaction, kind, book, upto, library=False)

    @prompt.command()
    @app_commands.describe(
        kind="What they are about", book="The book", upto="The end of the section; otherwise as far as this place goes"
    )
    @app_commands.autocomplete(book=autocomplete.books)
    async def library(
        self, interaction: discord.Interaction[Any], kind: Shelf = "the book’s own", book: Typed | None = None,
        upto: Where | None = None,
    ) -> None:  # fmt: skip
        """Show the questions that a book comes with, and those of the library, as far as we have read (moderators)."""
        await self._draft(interaction, kind, book, upto, library=True)

    async def _draft(
        self, interaction: discord.Interaction[Any], kind: str, book: str | None, upto: str | None, *, library: bool
    ) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        member, place = await needs(interaction, MODERATOR)
        known = await self._app.get(Questions).needed(member, place, book)
        await deliver(interaction, await drafted(self._app, member, place, known, kind, upto or "", library=library))

    @prompt.command()
    async def queue(self, interaction: discord.Interaction[Any]) -> None:
        """Show what members suggested and what is approved, one by one (moderators)."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        member, place = await needs(interaction, MODERATOR)
        await deliver(interaction, await queue_card(self._app, member, place, 1))

    @prompt.command()
    @app_commands.describe(number="The number of the prompt")
    @app_commands.autocomplete(number=numbers)
    async def approve(self, interaction: discord.Interaction[Any], number: Number) -> None:
        """Approve a discussion prompt, so that it can be posted (moderators)."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        member, place = await needs(interaction, MODERATOR)
        approved = await self._app.get(Prompts).approve(member, number)
        await deliver(interaction, await looked_at(self._app, place, approved))

    @prompt.command()
    @app_commands.describe(number="The number of the prompt")
    @app_commands.autocomplete(number=numbers)
    async def edit(self, interaction: discord.Interaction[Any], number: Number) -> None:
        """Give a discussion prompt other words (moderators)."""
        await type_about(interaction, "edit", number)

    @prompt.command()
    @app_commands.describe(number="The number of the prompt", reason="Why, for the other moderators")
    @app_commands.autocomplete(number=numbers)
    async def reject(
        self, interaction: discord.Interaction[Any], number: Number,
        reason: app_commands.Range[str, 1, MAX_REASON] | None = None,
    ) -> None:  # fmt: skip
        """Reject a discussion prompt (moderators)."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        member, place = await needs(interaction, MODERATOR)
        rejected = await self._app.get(Prompts).reject(member, number, reason or "")
        await deliver(interaction, await looked_at(self._app, place, rejected))

    @prompt.command()
    @app_commands.describe(number="The number of the prompt", when="Such as Friday 8pm or in 3 hours; otherwise now")
    @app_commands.autocomplete(number=numbers)
    async def post(self, interaction: discord.Interaction[Any], number: Number, when: Typed | None = None) -> None:
        """Post a discussion prompt here, now or later (moderators)."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        member, place = await needs(interaction, MODERATOR)
        now, zone = self._app.now(), (await self._app.get(SetUp).settings(member.club)).zone
        due = await self._app.workers.do(lambda: read_moment(when, now, zone)) if when else None
        await deliver(interaction, await posted_here(interaction, member, place, number, due))


FEATURE = Feature(
    "prompts",
    cogs=(PromptCog,),
    buttons=(*PROMPT_BUTTONS, *DRAFT_BUTTONS),
    jobs={JOBS: lambda bot: PromptPosts(bot).do},
)
