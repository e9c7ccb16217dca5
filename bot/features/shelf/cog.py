"""`/shelf`: what a member wants to read, is reading, has finished or has set aside; nobody else sees it."""

from discord import app_commands

from bot.app import App
from bot.discord import autocomplete
from bot.discord.buttons import ID, PAGE, Page, Undo
from bot.discord.cards import Attachment, Card, Interaction, headed, notice_card, paged_card
from bot.discord.context import app_of, deliver
from bot.discord.visitor import AppCog, Feature, acknowledge, in_clubs_and_direct_messages, visitor
from bot.features.ask.store import AskedQuestions
from bot.features.shelf.picture import EMPTY, alt_text, change_sentence, shelf_list, shelf_page
from bot.features.shelf.rules import CHANGE, ShelfChange, ShelfName
from bot.features.shelf.store import Shelves
from bot.limits import Allowance
from bot.people import Member


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
        change = CHANGE.validate_json(asked.text)
        await app_of(interaction).get(Shelves).undo(asked.member, change)
        return notice_card(f"Undone. {change_sentence(ShelfChange(change.after, change.before))}")


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
        await self._put(interaction, book, ShelfName(part))

    @shelf.command()
    @app_commands.describe(book="A book on your shelf", part="Which shelf")
    @app_commands.rename(part="shelf")
    @app_commands.choices(part=PARTS)
    @app_commands.autocomplete(book=autocomplete.shelved)
    async def move(self, interaction: Interaction, book: Title, part: str) -> None:
        """Move a book to another of your shelves."""
        await self._put(interaction, book, ShelfName(part), there_already=True)

    @shelf.command()
    @app_commands.describe(book="A book on your shelf")
    @app_commands.autocomplete(book=autocomplete.shelved)
    async def remove(self, interaction: Interaction, book: Title) -> None:
        """Take a book off your shelf."""
        await self._put(interaction, book, None, there_already=True)

    async def _put(
        self, interaction: Interaction, book: str, shelf: ShelfName | None, *, there_already: bool = False
    ) -> None:
        """Change the shelf, and tell what was done, with *Undo*; a book that stayed where it was needs none."""
        member, place = await acknowledge(interaction)
        before, after = change = await self._app.get(Shelves).put(member, book, shelf, there_already=there_already)
        if before and after and before.shelf is after.shelf:
            return await deliver(interaction, notice_card(change_sentence(change)))
        asked = await self._app.get(AskedQuestions).keep("shelf", member, place, CHANGE.dump_json(change).decode())
        tells = after and after.book and after.shelf in (ShelfName.READING, ShelfName.FINISHED)
        note = "This doesn’t change your position; /progress set does." if tells else ""
        return await deliver(interaction, notice_card(change_sentence(change), "", [ShelfUndoButton(asked.id)], note))


FEATURE = Feature("shelf", cogs=(ShelfCog,), buttons=(ShelfPageButton, ShelfUndoButton))
