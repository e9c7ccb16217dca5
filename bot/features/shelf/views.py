"""The buttons of shelves: turning the page, and taking a change back."""

import datetime as dt
from dataclasses import astuple
from typing import Any

import discord
from pydantic import TypeAdapter

from bot.app import App
from bot.discord.buttons import ID, PAGE, Page, Undo
from bot.discord.cards import ALT_TEXT, Card, Picture, headed, notice_card, one_line, paged_card
from bot.discord.context import app_of
from bot.discord.visitor import visitor
from bot.features.ask.rules import Questions
from bot.features.shelf.picture import EMPTY, alt_text, change_sentence, draw_shelf, shelf_list
from bot.features.shelf.rules import ShelfChange, ShelfName, Shelved
from bot.features.shelf.store import Shelves
from bot.limits import Allowance
from bot.people import Member, Place
from corpus.books import Slug

_Fields = tuple[str, str, ShelfName, dt.datetime, Slug | None]
_CHANGE = TypeAdapter(tuple[_Fields | None, _Fields | None])


class ShelfPageButton(Page, template=rf"shelf:{PAGE}"):
    """Turns to a page of one's own shelf."""

    async def card(self, interaction: discord.Interaction[Any]) -> Card:
        """Show the page in place of the one before."""
        member, _ = await visitor(interaction)
        return await shelf_card(app_of(interaction), member, self.page)


class ShelfUndoButton(Undo, template=rf"shelf-undo:{ID}"):
    """Takes a change of one's own shelf back."""

    of = ("shelf",)

    async def card(self, interaction: discord.Interaction[Any]) -> Card:
        """Put the book back to where it was."""
        asked = await self.asked(interaction)
        change = read_change(asked.text)
        await app_of(interaction).get(Shelves).undo(asked.member, change)
        undone = ShelfChange(change.after, change.before)
        return notice_card(f"Undone. {change_sentence(undone)}")


async def shelf_card(app: App, member: Member, page: int = 1) -> Card:
    """Return a page of a member's shelf, the first one with its picture."""
    shelved = await app.get(Shelves).show(member)
    if not shelved:
        return notice_card(EMPTY, "My shelf")
    picture = None
    if page == 1:
        app.get(Allowance).take(member)
        png = await app.workers.do(lambda: draw_shelf(shelved, app.books))
        picture = Picture("shelf.png", png, one_line(alt_text(shelved, app.books), ALT_TEXT))
    items = [headed(part) for part in shelf_list(shelved, app.books)]
    return paged_card("My shelf", items, page, ShelfPageButton, picture)


async def change_card(app: App, member: Member, place: Place, change: ShelfChange) -> Card:
    """Return the card of a change, with a button that takes it back; a book that stayed where it was needs none."""
    before, after = change.before, change.after
    if before and after and before.shelf is after.shelf:
        return notice_card(change_sentence(change))
    known = app.books.get(after.book or "") if after else None
    tells = known is not None and after is not None and after.shelf in (ShelfName.READING, ShelfName.FINISHED)
    note = "This doesn’t change your position; /progress set does." if tells else ""
    asked = await app.get(Questions).keep("shelf", member, place, written_change(change))
    return notice_card(change_sentence(change), buttons=[ShelfUndoButton(asked.id)], note=note)


def written_change(change: ShelfChange) -> str:
    """Return a change as text that can be kept."""
    before, after = (astuple(each) if each else None for each in (change.before, change.after))
    return _CHANGE.dump_json((before, after)).decode()


def read_change(text: str) -> ShelfChange:
    """Return a change that was kept as text."""
    before, after = (Shelved(*each) if each else None for each in _CHANGE.validate_json(text))
    return ShelfChange(before, after)


SHELF_BUTTONS = (ShelfPageButton, ShelfUndoButton)
