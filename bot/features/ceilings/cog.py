"""`/ceiling`: how far a place may go, set by moderators and told to the place; members read it in `/progress show`."""

import discord
from discord import app_commands

from bot.answering.texts import reach
from bot.discord import autocomplete
from bot.discord.buttons import ID, Cancel, Confirm, OwnButton, Undo
from bot.discord.cards import Card, Interaction, Item, Tone, notice_card, safe
from bot.discord.context import MODERATOR, app_of, deliver, is_thread, post, replace_card
from bot.discord.visitor import AppCog, Feature, acknowledge, in_clubs
from bot.features.ask.rules import Questions
from bot.features.ask.store import AskedQuestions
from bot.features.ceilings.store import CHANGE, CeilingChange, Ceilings
from bot.people import Member, Place
from corpus.books import Book
from corpus.names import find_book
from corpus.positions import MAX_LENGTH

PRIVATE = "Private answers don’t change: they go by how far each reader is."

SHOWN = 15
"""Books that a card names."""


class CeilingButton(OwnButton, template=rf"ceiling:(?P<do>set|undo):{ID}"):
    """Makes a change of a place's ceiling that a moderator has seen, or takes it back, and tells everybody there."""

    of, right = ("ceiling",), MODERATOR

    def __init__(self, do: str, asked_id: str) -> None:
        known = Confirm if do == "set" else Undo
        super().__init__(do, asked_id, label=known.label, style=known.style)

    async def pressed(self, interaction: Interaction) -> None:
        """Make the change, and tell everybody in the place: they have a right to know."""
        await interaction.response.defer()
        asked, app = await self.asked(interaction), app_of(interaction)
        before, after = change = CHANGE.validate_json(asked.text)
        await app.get(Ceilings).make(asked.place, change, asked.member)
        done, items = "Undone.", list[Item]()
        if self.given["do"] == "set":
            text = CHANGE.dump_json(CeilingChange(after, before)).decode()
            back = await app.get(AskedQuestions).keep("ceiling", asked.member, asked.place, text)
            done, items = "Changed.", [CeilingButton("undo", back.id)]
        await replace_card(interaction, notice_card(f"{done} I’m announcing it here.", buttons=items))
        lines = [_announced(app.books[slug], marks) for slug, marks in after.items() if slug in app.books]
        await post(interaction, Card(body=safe("\n".join((*lines[:SHOWN], PRIVATE))), tone=Tone.PUBLIC))


def _previewed(book: Book, before: int | None, after: int | None, place: str) -> str:
    if not after:
        return f"In {place} I’ll treat {book.title} as if nobody had started it."
    so_far = f" Until now it was {reach(book, before)}." if before is not None else ""
    return f"In {place} I’ll talk about everything up to {reach(book, after)}.{so_far}"


def _announced(book: Book, marks: int | None) -> str:
    if not marks:
        return f"From now on I treat {book.title} as if nobody here had started it."
    return f"My public answers here now go up to {reach(book, marks)}."


Where = app_commands.Range[str, 1, MAX_LENGTH]
Typed = app_commands.Range[str, 1, 200]


class CeilingCog(AppCog):
    """How far each place may go."""

    ceiling = in_clubs(
        app_commands.Group(
            name="ceiling",
            description="How far into a book my public answers here may go.",
            default_permissions=discord.Permissions(manage_threads=True),
        )
    )

    @ceiling.command()
    @app_commands.describe(where="How far: ch 8, p. 120, 45%, finished", book="The book")
    @app_commands.autocomplete(where=autocomplete.ceilings, book=autocomplete.books)
    async def set(self, interaction: Interaction, where: Where, book: Typed | None = None) -> None:
        """Set how far I may go here. You see a preview first; then I announce it."""
        member, place = await acknowledge(interaction, MODERATOR)
        known = await self._app.get(Questions).needed(member, place, book)
        await self._preview(interaction, member, place, await self._app.get(Ceilings).raised(place, known, where))

    @ceiling.command()
    async def show(self, interaction: Interaction) -> None:
        """Show how far I may go here."""
        _, place = await acknowledge(interaction)
        there, books = await self._app.get(Ceilings).show(place), self._app.books
        lines = [f"My public answers here go up to {reach(books[slug], at)}." for slug, at in there.items()]
        card = notice_card("\n".join(lines[:SHOWN]), note=PRIVATE)
        if not lines:
            text = "No ceiling is set here: my public answers assume that nobody has started."
            card = notice_card(text, note="A moderator can set one with /ceiling set.")
        await deliver(interaction, card)

    @ceiling.command()
    @app_commands.describe(book="Which book; all of them if left out")
    @app_commands.autocomplete(book=autocomplete.books)
    async def clear(self, interaction: Interaction, book: Typed | None = None) -> None:
        """Remove the ceiling: I then assume that nobody here has started."""
        member, place = await acknowledge(interaction, MODERATOR)
        known = find_book(book, self._app.books_of(place.club)) if book else None
        await self._preview(interaction, member, place, await self._app.get(Ceilings).cleared(place, known))

    async def _preview(self, interaction: Interaction, member: Member, place: Place, change: CeilingChange) -> None:
        """Show what a change would mean for the place, with *Confirm* and *Cancel*, and keep it until then."""
        asked = await self._app.get(AskedQuestions).keep("ceiling", member, place, CHANGE.dump_json(change).decode())
        here, books = "this thread" if is_thread(interaction.channel) else "this channel", self._app.books
        lines = [_previewed(books[b], marks, change.after[b], here) for b, marks in change.before.items() if b in books]
        items = [CeilingButton("set", asked.id), Cancel(member.id)]
        text = "\n".join((*lines[:SHOWN], PRIVATE))
        await deliver(interaction, notice_card(text, buttons=items, note="I’ll announce it here."))


FEATURE = Feature("ceilings", cogs=(CeilingCog,), buttons=(CeilingButton,))
