"""The menus of messages: ask about one, see whether it would spoil, suggest it for discussion."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.club.questions import MAX_QUESTION
from bot.club.services import Services
from bot.discord.answer_buttons import answer_items
from bot.discord.answer_cards import notice_card
from bot.discord.answering import private_card
from bot.discord.club_bot import services_of
from bot.discord.contexts import in_clubs, in_clubs_and_direct_messages
from bot.discord.delivering import deliver
from bot.discord.failures import Refused
from bot.discord.pressing import Dialogue
from bot.discord.visitors import visitor

NO_TEXT = "There is no text in that message."


class MenuCog(commands.Cog):
    """The menus of messages. Discord sends the text of a message whose menu is used, whoever wrote it."""

    def __init__(self, services: Services, tree: app_commands.CommandTree[Any]) -> None:
        self._services, self._tree = services, tree
        self._menus = [
            in_clubs_and_direct_messages(app_commands.ContextMenu(name="Ask about this", callback=self.ask_about)),
            in_clubs_and_direct_messages(app_commands.ContextMenu(name="Would this spoil?", callback=self.would_spoil)),
            in_clubs(app_commands.ContextMenu(name="Suggest as discussion prompt", callback=self.suggest)),
        ]

    async def cog_load(self) -> None:
        """Add the menus: a cog's commands are added by the library, its menus are not."""
        for menu in self._menus:
            self._tree.add_command(menu)

    async def ask_about(self, interaction: discord.Interaction[Any], message: discord.Message) -> None:
        """Ask for a question about a message."""
        if not message.content.strip():
            raise Refused(NO_TEXT)
        await interaction.response.send_modal(AskAbout(message.content))

    async def would_spoil(self, interaction: discord.Interaction[Any], message: discord.Message) -> None:
        """Say whether a message might go further than its reader, and than this place."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        if not message.content.strip():
            raise Refused(NO_TEXT)
        member, place = await visitor(interaction)
        for_me, for_here = await self._services.questions.check(member, place, message.content)
        lines = [f"It {'might go' if for_me else 'goes no'} further than you have read."]
        if interaction.guild_id is not None:
            lines.append(f"It {'might go' if for_here else 'goes no'} further than this place.")
        await deliver(interaction, notice_card("\n".join(lines)))

    async def suggest(self, interaction: discord.Interaction[Any], message: discord.Message) -> None:
        """Put a message on the moderators' queue of discussion prompts."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        member, place = await visitor(interaction)
        await self._services.prompts.suggest(member, place, message.content, message.id)
        await deliver(interaction, notice_card("Suggested. The moderators see it in their queue; nobody else does."))


class AskAbout(Dialogue, title="Ask about this"):
    """A question about a message."""

    question: discord.ui.TextInput[AskAbout] = discord.ui.TextInput(
        label="Your question", placeholder="Why is this important?", max_length=MAX_QUESTION
    )

    def __init__(self, message: str) -> None:
        super().__init__()
        self._message = message

    async def on_submit(self, interaction: discord.Interaction[Any], /) -> None:
        """Answer in private."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        services = services_of(interaction)
        member, place = await visitor(interaction)
        answer = await services.questions.about(member, place, self.question.value, self._message)
        await deliver(interaction, private_card(answer, services.books, answer_items(answer)))
