"""`/shelf`: what a member wants to read, is reading, has finished or has set aside; nobody else sees it."""

import datetime as dt
from dataclasses import astuple

from discord import app_commands
from pydantic import TypeAdapter

from bot.app import App
from bot.discord import autocomplete
from bot.discord.buttons import ID, PAGE, Page, Undo
from bot.discord.cards import Attachment, Card, Interaction, headed, notice_card, paged_card
from bot.discord.context import app_of, deliver
from bot.discord.visitor import AppCog, acknowledge, in_clubs_and_direct_messages, visitor
from bot.feature import Feature
from bot.features.ask.store import AskedQuestions
from bot.features.shelf.picture import EMPTY, alt_text, change_sentence, shelf_list, shelf_page
from bot.features.shelf.rules import ShelfChange, ShelfName, Shelved
from bot.features.shelf.store import Shelves
from bot.limits import Allowance
from bot.people import Member, Place
from corpus.books import Slug

_Fields = tuple[str, str, ShelfName, dt.datetime, Slug | None]
_CHANGE = TypeAdapter(tuple[_Fields | None, _Fields | None])


class ShelfPageButton(Page, template=rf"shelf:{PAGE}"):
    """Turns to a page of one's own shelf."""

    async def card(self, interaction: Interaction) -> Card:
        """Show the page in place of the one before."""
        member, _ = await visitor(interaction)
        return await shelf_card(app_of(interaction), member, self.page)


class ShelfUndoButton(Undo, template=rf"shelf-undo:{ID}"):
    """Takes a change of one's own shelf back."""

    of = ("shelf",)

    async def card(self, interaction: Interaction) -> Card:
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
        png = await app.workers.do(lambda: shelf_page(shelved, app.books).png())
        picture = Attachment("shelf.png", png, alt_text(shelved, app.books))
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
    asked = await app.get(AskedQuestions).keep("shelf", member, place, written_change(change))
    return notice_card(change_sentence(change), buttons=[ShelfUndoButton(asked.id)], note=note)


def written_change(change: ShelfChange) -> str:
    """Return a change as text that can be kept."""
    before, after = (astuple(each) if each else None for each in (change.before, change.after))
    return _CHANGE.dump_json((before, after)).decode()


def read_change(text: str) -> ShelfChange:
    """Return a change that was kept as text."""
    before, after = (Shelved(*each) if each else None for each in _CHANGE.validate_json(text))
    return ShelfChange(before, after)


Title = app_commands.Range[str, 1, 200]
PARTS = [app_commands.Choice(name=part.value.capitalize(), value=part.value) for part in ShelfName]


class ShelfCog(AppCog):
    """A member's own shelf."""

    shelf = in_clubs_and_direct_messages(
        app_commands.Group(name="shelf", description="Your own shelf: want to read, reading, finished, set aside.")
    )

    @shelf.command()
    async def show(self, interaction: Interaction) -> None:
        """Show your shelf, as a picture and as a list. Only you see it."""
        member, _ = await acknowledge(interaction)
        await deliver(interaction, await shelf_card(self._app, member))

    @shelf.command()
    @app_commands.describe(book="A book from the library, or any title", part="Which shelf; “want to read” if left out")
    @app_commands.rename(part="shelf")
    @app_commands.choices(part=PARTS)
    @app_commands.autocomplete(book=autocomplete.books)
    async def add(self, interaction: Interaction, book: Title, part: str = ShelfName.WANT.value) -> None:
        """Put a book on your shelf, from the library or any other."""
        member, _ = await acknowledge(interaction)
        await self._tell(interaction, await self._app.get(Shelves).add(member, book, ShelfName(part)))

    @shelf.command()
    @app_commands.describe(book="A book on your shelf", part="Which shelf")
    @app_commands.rename(part="shelf")
    @app_commands.choices(part=PARTS)
    @app_commands.autocomplete(book=autocomplete.shelved)
    async def move(self, interaction: Interaction, book: Title, part: str) -> None:
        """Move a book to another of your shelves."""
        member, _ = await acknowledge(interaction)
        await self._tell(interaction, await self._app.get(Shelves).move(member, book, ShelfName(part)))

    @shelf.command()
    @app_commands.describe(book="A book on your shelf")
    @app_commands.autocomplete(book=autocomplete.shelved)
    async def remove(self, interaction: Interaction, book: Title) -> None:
        """Take a book off your shelf."""
        member, _ = await acknowledge(interaction)
        await self._tell(interaction, await self._app.get(Shelves).remove(member, book))

    async def _tell(self, interaction: Interaction, change: ShelfChange) -> None:
        """Tell what was done, with *Undo*."""
        member, place = await visitor(interaction)
        await deliver(interaction, await change_card(self._app, member, place, change))


FEATURE = Feature("shelf", cogs=(ShelfCog,), buttons=(ShelfPageButton, ShelfUndoButton))
