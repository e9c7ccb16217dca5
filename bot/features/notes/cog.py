"""`/note` and the menu *Save as note*: a thought or a quote that opens for others when they get there."""

import discord
from discord import app_commands

from bot.discord import autocomplete
from bot.discord.cards import Interaction
from bot.discord.context import Refused, deliver
from bot.discord.visitor import AppCog, Feature, acknowledge, in_clubs_and_direct_messages, visitor
from bot.features.ask.rules import Questions
from bot.features.notes.store import MAX_NOTE, NoteDraft
from bot.features.notes.views import BUTTONS, NoteModal, kept_list, list_card, saved_card
from bot.features.progress.store import Progress
from bot.people import Member
from corpus.books import Book
from corpus.positions import MAX_LENGTH, describe_position

Typed = app_commands.Range[str, 1, 200]
WHERE = "Where it belongs: ch 7, p. 120, 45%; if left out, where you are"


class NoteCog(AppCog):
    """Members' notes."""

    note = in_clubs_and_direct_messages(
        app_commands.Group(name="note", description="Notes that open for others when they get there.")
    )

    async def cog_load(self) -> None:
        """Add the menu: a cog's commands are added by the library, its menus are not."""
        menu = app_commands.ContextMenu(name="Save as note", callback=self.save_message)
        self._bot.tree.add_command(in_clubs_and_direct_messages(menu))

    @note.command()
    @app_commands.describe(text="A thought or a quote", book="The book", where=WHERE)
    @app_commands.autocomplete(book=autocomplete.books, where=autocomplete.whereabouts)
    async def add(
        self, interaction: Interaction, text: app_commands.Range[str, 1, MAX_NOTE], book: Typed | None = None,
        where: app_commands.Range[str, 1, MAX_LENGTH] | None = None,
    ) -> None:  # fmt: skip
        """Keep a thought or a quote. Others see it once they have read that far."""
        member, place = await visitor(interaction)
        known = await self._app.get(Questions).needed(member, place, book)
        draft = NoteDraft(text, where or await self._where(member, known))
        if draft.where:
            await interaction.response.defer(ephemeral=True, thinking=True)
            await deliver(interaction, await saved_card(self._app, member, place, known, draft))
        else:
            await interaction.response.send_modal(NoteModal(known, draft, member.club))

    @note.command(name="list")
    @app_commands.describe(book="The book")
    @app_commands.autocomplete(book=autocomplete.books)
    async def list_(self, interaction: Interaction, book: Typed | None = None) -> None:
        """Read your notes, and those of others up to where you are."""
        member, place = await acknowledge(interaction)
        known = await self._app.get(Questions).needed(member, place, book)
        asked = await kept_list(self._app, member, place, known, 0, known.marks)
        await deliver(interaction, await list_card(interaction, asked))

    async def save_message(self, interaction: Interaction, message: discord.Message) -> None:
        """Open the form with the words of a message: one's own, or somebody else's as a quote."""
        if not message.content.strip():
            raise Refused("There is no text in that message.")
        member, place = await visitor(interaction)
        known = await self._app.get(Questions).meant(member, place)
        if known is None:
            raise Refused("I don’t know which book that is about. /note add has a field for it.")
        words = message.content if message.author.id == member.id else f"“{message.content}”"
        form = NoteModal(known, NoteDraft(words, await self._where(member, known)), member.club)
        await interaction.response.send_modal(form)

    async def _where(self, member: Member, book: Book) -> str:
        """Return where a member is in a book, in words that are understood again; empty where that is not known."""
        marks = (await self._app.get(Progress).positions(member)).get(book.slug)
        return "" if marks is None else describe_position(marks, book)


FEATURE = Feature("notes", cogs=(NoteCog,), buttons=BUTTONS)
