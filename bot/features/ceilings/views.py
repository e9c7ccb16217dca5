"""The cards and buttons of `/ceiling`: a preview, then everybody in the place is told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import discord

from bot.answering.texts import reach
from bot.discord.buttons import CONFIRM, CancelButton, Pressed
from bot.discord.cards import Card, Tone, notice_card
from bot.discord.context import Refused, app_of
from bot.discord.send import post, replace_card
from bot.discord.text import safe
from bot.discord.visitor import is_moderator, is_thread
from bot.features.ask.rules import Questions
from bot.features.ask.views import ID, own_question
from bot.features.ceilings.rules import CeilingChange, Ceilings
from bot.saved_questions import Asked
from corpus.books import Book, Slug

KEEPERS = (
    "Only who keeps this place sets how far it goes: you need the permission Manage Threads, Manage Channels or "
    "Manage Messages here, or the club’s role of moderators."
)
PRIVATE = "Nothing changes for private answers: they go as far as each reader is."

SHOWN = 15
"""Books that a card names."""

Books = Mapping[Slug, Book]


class CeilingButton(Pressed, template=rf"ceiling:(?P<do>set|undo):(?P<asked_id>{ID})"):
    """Makes a change of a place's ceiling that a moderator has seen, or takes it back."""

    def __init__(self, do: str, asked_id: str) -> None:
        undo = do == "undo"
        style = discord.ButtonStyle.secondary if undo else discord.ButtonStyle.primary
        super().__init__("Undo" if undo else CONFIRM, f"ceiling:{do}:{asked_id}", style)
        self._undo, self._asked_id = undo, asked_id

    async def pressed(self, interaction: discord.Interaction[Any]) -> None:
        """Make the change, and tell everybody in the place: they have a right to know."""
        await interaction.response.defer()
        asked = await own_question(interaction, self._asked_id, "ceiling")
        if not await is_moderator(interaction):
            raise Refused(KEEPERS)
        app = app_of(interaction)
        change = CeilingChange.read(asked.text)
        await app.get(Ceilings).make(asked.place, change, asked.member)
        back = await app.get(Questions).keep("ceiling", asked.member, asked.place, change.back.written())
        done = "As it was before." if self._undo else "Done."
        items = [] if self._undo else [CeilingButton("undo", back.id)]
        await replace_card(interaction, notice_card(f"{done} I tell everybody here.", buttons=items))
        await post(interaction, announced_card(change, app.books))


def preview_card(asked: Asked, change: CeilingChange, books: Books, channel: object) -> Card:
    """Return what a change would mean for the place, with *Confirm* and *Cancel*."""
    place = "this thread" if is_thread(channel) else "this channel"
    lines = [_preview(books[slug], before, change.after[slug], place) for slug, before in _known(change.before, books)]
    items = [CeilingButton("set", asked.id), CancelButton(asked.member.id)]
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


CEILING_BUTTONS = (CeilingButton,)
