"""`/shelf`: what a member wants to read, is reading, has finished or has set aside; nobody else sees it."""

from typing import Any

import discord
from discord import app_commands

from bot.app import App
from bot.discord import autocomplete
from bot.discord.buttons import OPENINGS, PAGE, Dialogue, OpenButton, Opening, Page, Pressed, Undo, button
from bot.discord.cards import Attachment, Card, Interaction, headed, notice_card, paged_card
from bot.discord.context import CURES, app_of, deliver
from bot.discord.visitor import BY_BUTTON, AppCog, Feature, acknowledge, in_clubs_and_direct_messages, visitor
from bot.features.ask.store import AskedQuestions
from bot.features.notes.store import Notes
from bot.features.shelf.picture import EMPTY, alt_text, change_sentence, shelf_list, shelf_page
from bot.features.shelf.rules import CHANGE, ShelfChange, ShelfName, ShelfProblem, brought
from bot.features.shelf.store import Shelves
from bot.limits import Allowance
from bot.people import Member, Place
from corpus.positions import StoppedReading
from corpus.text import plural


@button(Page, rf"shelf:{PAGE}")
async def shelf_page_button(button: Page, interaction: Interaction) -> Card:
    """Turns to a page of one's own shelf."""
    member, _ = await visitor(interaction)
    return await shelf_card(app_of(interaction), member, button.page)


@button(Undo, "shelf-undo", of=("shelf",))
async def shelf_undo_button(button: Undo, interaction: Interaction) -> Card:
    """Takes a change of one's own shelf back."""
    asked = await button.asked(interaction)
    change = CHANGE.validate_json(asked.text)
    await app_of(interaction).get(Shelves).undo(asked.member, change)
    return notice_card(f"Undone. {change_sentence(ShelfChange(change.after, change.before))}")


async def shelf_card(app: App, member: Member, page: int = 1) -> Card:
    """Return a page of a member's shelf, the first one with its picture."""
    shelved = await app.get(Shelves).show(member)
    items = [OpenButton("open-shelve"), OpenButton("open-import")]
    if not shelved:
        return notice_card(EMPTY, "My shelf", items)
    picture = None
    if page == 1:
        app.get(Allowance).take(member)
        png = await app.workers.do(lambda: shelf_page(shelved, app.books).png())
        picture = Attachment("shelf.png", png, alt_text(shelved, app.books))
    parts = [headed(part) for part in shelf_list(shelved, app.books)]
    return paged_card("My shelf", parts, page, shelf_page_button, picture, items=items)


async def show_shelf(interaction: Interaction, _: str = "") -> None:
    """Show its asker their shelf."""
    member, _place = await acknowledge(interaction)
    await deliver(interaction, await shelf_card(app_of(interaction), member))


async def shelve(interaction: Interaction, book: str, shelf: ShelfName | None, *, there_already: bool = False) -> None:
    """Change a shelf, and tell what was done, with *Undo*; a book that stayed where it was needs none."""
    member, place = await acknowledge(interaction)
    change = await app_of(interaction).get(Shelves).put(member, book, shelf, there_already=there_already)
    await deliver(interaction, await changed_card(app_of(interaction), member, place, change))


class ShelfModal(Dialogue):
    """A book, and where it goes."""

    OFF = "off"

    def __init__(self, title: str) -> None:
        super().__init__(title="My shelf")
        self.book = self.line("Book", "book", title, max_length=200, description="From the library, or any title")
        self.part = discord.ui.RadioGroup[ShelfModal](custom_id="part")
        for part in ShelfName:
            self.part.add_option(label=part.capitalize(), value=part.value, default=part is ShelfName.WANT)
        self.part.add_option(label="Take it off my shelf", value=self.OFF)
        self.add_item(discord.ui.Label(text="Where does it go?", component=self.part))

    async def on_submit(self, interaction: Interaction, /) -> None:
        """Put it there."""
        off = self.part.value == self.OFF
        shelf = None if off else ShelfName(self.part.value or ShelfName.WANT)
        await shelve(interaction, self.book.value, shelf, there_already=off)


async def open_shelf_form(interaction: Interaction, slug: str) -> None:
    """Open the form, with a book where one is given."""
    await visitor(interaction)  # of several clubs, one is chosen before anything is typed
    book = app_of(interaction).books.get(slug)
    await interaction.response.send_modal(ShelfModal(book.title if book else ""))


OPENINGS["open-shelf"] = Opening("My shelf", show_shelf)
OPENINGS["open-shelve"] = Opening("Put a book on my shelf", open_shelf_form)


async def changed_card(app: App, member: Member, place: Place, change: ShelfChange) -> Card:
    """Return what was done to a shelf, with *Undo*; a book that stayed where it was needs none."""
    before, after = change
    if before and after and before.shelf is after.shelf:
        return notice_card(change_sentence(change))
    asked = await app.get(AskedQuestions).keep("shelf", member, place, CHANGE.dump_json(change).decode())
    tells = after and after.book and after.shelf in (ShelfName.READING, ShelfName.FINISHED)
    note = "This doesn’t change your position; /progress set does." if tells else ""
    return notice_card(change_sentence(change), "", [shelf_undo_button(asked.id)], note)


class SetAsideButton(Pressed, template=r"shelf-aside:(?P<book>[^:]{1,80})"):
    """Sets a book aside on the shelf of a member who has stopped reading it."""

    label = "Set it aside"

    @classmethod
    def of(cls, stopped: StoppedReading) -> "list[SetAsideButton]":
        """Return what is offered to who says so."""
        return [cls(stopped.book)] if len(stopped.book) <= MAX_SLUG else []

    async def card(self, interaction: Interaction) -> Card:
        """Set it aside, and offer to undo."""
        (member, place), app = await visitor(interaction), app_of(interaction)
        change = await app.get(Shelves).put(member, self.given["book"], ShelfName.ASIDE)
        return await changed_card(app, member, place, change)


class ImportModal(Dialogue):
    """A member's own file."""

    def __init__(self) -> None:
        super().__init__(title="Import your books")
        self.file: discord.ui.FileUpload[Any] = discord.ui.FileUpload(custom_id="file", min_values=1, max_values=1)
        told = "Goodreads or StoryGraph (CSV), or a Kindle’s My Clippings.txt. I read it once, and don’t keep it."
        self.add_item(discord.ui.Label(text="Your export", description=told, component=self.file))

    async def on_submit(self, interaction: Interaction, /) -> None:
        """Put on the shelf, and among the notes, what the file holds for its member alone."""
        (member, _), app = await acknowledge(interaction), app_of(interaction)
        (file,), at = self.file.values, app.now()
        app.get(Allowance).take(member)
        if file.size > MAX_FILE:
            raise ShelfProblem(f"That file is larger than {MAX_FILE // 1_000_000} MB: it can’t be the export.")
        data, books = await file.read(), app.books_of(member.club)
        found = await app.workers.do(lambda: brought(file.filename[:60], data, books))
        added = await app.get(Shelves).take_in(member, found.books, at)
        notes = app.get(Notes)
        kept = [await notes.keep_quotes(member, books[slug], texts, at) for slug, texts in found.quotes.items()]
        told = [f"{plural(added, 'book')} of {len(found.books)} put on your shelf."] if found.books else []
        if not found.books:
            told.append(f"{plural(sum(kept), 'quote')} kept in your notes, for you alone: /note list shows them.")
        lost = sum(map(len, found.quotes.values())) - sum(kept) or len(found.books) - added
        told += [f"{lost} were there already, or there was no more room."] if lost else []
        await deliver(interaction, notice_card(" ".join(told), "Imported", note="Only you see this."))


async def open_import(interaction: Interaction, _: str = "") -> None:
    """Open the form for a member's own file."""
    await visitor(interaction)
    await interaction.response.send_modal(ImportModal())


OPENINGS["open-import"] = Opening("Import my books", open_import)


CURES[StoppedReading] = SetAsideButton.of

MAX_SLUG = 80  # characters of a slug that a button carries
MAX_FILE = 5_000_000  # bytes of an export: thousands of books, or of highlights
Title = app_commands.Range[str, 1, 200]
PARTS = [app_commands.Choice(name=part.value.capitalize(), value=part.value) for part in ShelfName]


class ShelfCog(AppCog):
    """A member's own shelf."""

    shelf = in_clubs_and_direct_messages(
        app_commands.Group(
            name="shelf",
            description="Your own shelf: want to read, reading, finished, set aside.",
            default_permissions=BY_BUTTON,
        )
    )

    @shelf.command()
    async def show(self, interaction: Interaction) -> None:
        """Show your shelf, as a picture and as a list. Only you see it."""
        await show_shelf(interaction)

    @shelf.command()
    @app_commands.describe(book="A book from the library, or any title", part="Which shelf; “want to read” if left out")
    @app_commands.rename(part="shelf")
    @app_commands.choices(part=PARTS)
    @app_commands.autocomplete(book=autocomplete.books)
    async def add(self, interaction: Interaction, book: Title, part: str = ShelfName.WANT.value) -> None:
        """Put a book on your shelf, from the library or any other."""
        await shelve(interaction, book, ShelfName(part))

    @shelf.command()
    @app_commands.describe(book="A book on your shelf", part="Which shelf")
    @app_commands.rename(part="shelf")
    @app_commands.choices(part=PARTS)
    @app_commands.autocomplete(book=autocomplete.shelved)
    async def move(self, interaction: Interaction, book: Title, part: str) -> None:
        """Move a book to another of your shelves."""
        await shelve(interaction, book, ShelfName(part), there_already=True)

    @shelf.command()
    @app_commands.describe(book="A book on your shelf")
    @app_commands.autocomplete(book=autocomplete.shelved)
    async def remove(self, interaction: Interaction, book: Title) -> None:
        """Take a book off your shelf."""
        await shelve(interaction, book, None, there_already=True)

    @shelf.command(name="import")
    async def bring_in(self, interaction: Interaction) -> None:
        """Import your Goodreads, StoryGraph or Kindle export. Only you see it."""
        await open_import(interaction)


FEATURE = Feature("shelf", cogs=(ShelfCog,), buttons=(shelf_page_button, shelf_undo_button, SetAsideButton))
