"""The cards and buttons of `/ceiling`: a preview, then everybody in the place is told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import discord

from bot.answering.texts import reach
from bot.discord.buttons import ID, Cancel, Confirm, OwnButton, Undo
from bot.discord.cards import Card, Tone, notice_card, safe
from bot.discord.context import MODERATOR, app_of, is_thread, needs, post, replace_card
from bot.features.ask.rules import Questions
from bot.features.ask.store import Asked
from bot.features.ceilings.store import CeilingChange, Ceilings
from corpus.books import Book, Slug

PRIVATE = "Nothing changes for private answers: they go as far as each reader is."

SHOWN = 15
"""Books that a card names."""

Books = Mapping[Slug, Book]


class CeilingButton(Confirm, template=rf"ceiling:set:{ID}"):
    """Makes a change of a place's ceiling that a moderator has seen, and tells everybody there."""

    of = ("ceiling",)

    async def pressed(self, interaction: discord.Interaction[Any]) -> None:
        """Make the change, and offer to undo it."""
        await _change(interaction, self, "Done.", CeilingUndoButton)


class CeilingUndoButton(Undo, template=rf"ceiling:undo:{ID}"):
    """Takes a change of a place's ceiling back, and tells everybody there."""

    of = ("ceiling",)

    async def pressed(self, interaction: discord.Interaction[Any]) -> None:
        """Take the change back."""
        await _change(interaction, self, "As it was before.")


def preview_card(asked: Asked, change: CeilingChange, books: Books, channel: object) -> Card:
    """Return what a change would mean for the place, with *Confirm* and *Cancel*."""
    place = "this thread" if is_thread(channel) else "this channel"
    lines = [_preview(books[slug], before, change.after[slug], place) for slug, before in _known(change.before, books)]
    items = [CeilingButton(asked.id), Cancel(asked.member.id)]
    return notice_card("\n".join((*lines[:SHOWN], PRIVATE)), buttons=items, note="Everybody here will be told.")


def announced_card(change: CeilingChange, books: Books) -> Card:
    """Return the card that tells everybody in a place how far it goes now."""
    lines = [_announced(books[slug], marks) for slug, marks in _known(change.after, books)]
    return Card(body=safe("\n".join((*lines[:SHOWN], PRIVATE))), tone=Tone.PUBLIC)


def ceiling_card(ceiling: Mapping[Slug, int], books: Books) -> Card:
    """Return how far a place goes."""
    if not ceiling:
        text = "There is no ceiling here: what I say to everybody assumes that nobody has started."
        return notice_card(text, note="A moderator sets one with /ceiling set.")
    lines = [
        f"What I say here for everybody goes as far as {reach(books[slug], marks)}." for slug, marks in ceiling.items()
    ]
    return notice_card("\n".join(lines[:SHOWN]), note=PRIVATE)


async def _change(interaction: discord.Interaction[Any], button: OwnButton, done: str, *undo: type[Undo]) -> None:
    """Make a change, and tell everybody in the place: they have a right to know."""
    await interaction.response.defer()
    asked = await button.asked(interaction)
    await needs(interaction, MODERATOR)
    app = app_of(interaction)
    change = CeilingChange.read(asked.text)
    await app.get(Ceilings).make(asked.place, change, asked.member)
    back = await app.get(Questions).keep("ceiling", asked.member, asked.place, change.back.written())
    items = [each(back.id) for each in undo]
    await replace_card(interaction, notice_card(f"{done} I tell everybody here.", buttons=items))
    await post(interaction, announced_card(change, app.books))


def _known(marks: Mapping[Slug, int | None], books: Books) -> list[tuple[Slug, int | None]]:
    return [(slug, there) for slug, there in marks.items() if slug in books]


def _preview(book: Book, before: int | None, after: int | None, place: str) -> str:
    if after is None:
        return f"Readers of {place} will be told no more of {book.title} than what is on its cover."
    so_far = f" So far it is {reach(book, before)}." if before is not None else ""
    return f"Readers of {place} will be told as far as {reach(book, after)}.{so_far}"


def _announced(book: Book, marks: int | None) -> str:
    if marks is None:
        return f"This place has no ceiling in {book.title} any more: what I say here stops at its cover."
    return f"What I say here for everybody now goes as far as {reach(book, marks)}."


CEILING_BUTTONS = (CeilingButton, CeilingUndoButton)
