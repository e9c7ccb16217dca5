"""What a club's own book is made of: its documents, listed, moved, replaced, removed and exported; and removing it."""

import io
import zipfile
from functools import partial
from typing import Self

import discord

from bot.app import App
from bot.discord import buttons, cards
from bot.discord.context import ORGANISER, Refused, app_of, needs, replace_card
from bot.features.ask.store import Asked, AskedQuestions
from bot.features.books import rules, views
from bot.features.books.store import ClubBooks
from bot.features.ceilings.store import Audiences
from bot.workers import in_daemon_thread
from corpus.books import Book

SOURCES, GONE = views.SOURCES, "book-gone"  # what is kept for a button: a book as it is, and one that was removed


async def sources_card(app: App, asked: Asked, page: int = 1) -> cards.Card:
    """Return what a club's book is made of, with what can be done about it."""
    text = await app.get(ClubBooks).read(asked.book or "")
    book = app.books[text.slug]
    names = sorted(text.documents)
    last = max(1, -(-len(names) // cards.OPTIONS))
    page = min(page, last)
    shown = names[(page - 1) * cards.OPTIONS : page * cards.OPTIONS]
    if not names:
        lines = ["There is nothing to read about it yet. Press “Add or correct” to attach files or paste text."]
    else:
        lines = [f"**{cards.safe(name)}**\n{cards.safe(rules.document_line(text.documents[name]))}" for name in shown]
    menu = [DocumentMenu.of(asked.id, shown)] if shown else []
    items: list[cards.Item] = [*menu, MoreButton(asked.id), ExportButton(asked.id), RemoveBookButton(asked.id)]
    items += [*cards.turns(partial(SourcesPageButton, asked.id), page, last), *views.CatalogueMenu.of(app, asked.id)]
    return cards.Card(cards.safe(f"Sources of {book.title}"), "\n".join(lines), buttons=items)


class SourcesPageButton(buttons.Page, template=rf"book-sources:{buttons.ID}:{buttons.PAGE}"):
    """Turns to a page of a book's sources."""

    of, right = (SOURCES,), ORGANISER

    async def card(self, interaction: cards.Interaction) -> cards.Card:
        """Show the page in place of the one before."""
        return await sources_card(app_of(interaction), await self.asked(interaction), self.page)


class MoreButton(buttons.OwnButton, template=rf"book-more:{buttons.ID}"):
    """Opens the form of a book, to correct it and to add more."""

    label, style, of, right = "Add or correct", buttons.PRIMARY, (SOURCES,), ORGANISER

    async def pressed(self, interaction: cards.Interaction) -> None:
        """Open the form."""
        asked = await self.asked(interaction)
        book = app_of(interaction).books[asked.book or ""]
        await interaction.response.send_modal(views.BookModal(views.form_of(book), book.slug))


class DocumentMenu(buttons.Picked, template=rf"book-document:{buttons.ID}"):
    """Picks a document of a book, to change it."""

    @classmethod
    def of(cls, asked_id: str, names: list[str]) -> Self:
        """Return the menu of these documents."""
        labels = [(cards.one_line(name, cards.OPTION), name[: cards.OPTION]) for name in names]
        options = [discord.SelectOption(label=label, value=value) for label, value in labels]
        menu_id = f"book-document:{asked_id}"
        return cls(discord.ui.Select(custom_id=menu_id, placeholder="Change a source", options=options))

    async def picked(self, interaction: cards.Interaction, values: list[str]) -> None:
        """Show the document, and what can be done about it."""
        await interaction.response.defer()
        await needs(interaction, ORGANISER)
        asked = await buttons.own_question(interaction, self.custom_id.partition(":")[2], SOURCES)
        app = app_of(interaction)
        kept = await app.get(AskedQuestions).keep(views.DOCUMENT, asked.member, asked.place, values[0], asked.book)
        await replace_card(interaction, await document_card(app, kept))


async def document_card(app: App, asked: Asked) -> cards.Card:
    """Return what a document holds, with what can be done about it; no words but those that its organiser has read."""
    books, name = app.get(ClubBooks), asked.text
    text = await books.read(asked.book or "")
    audience = await app.get(Audiences).private(asked.member, asked.place)
    parts = await in_daemon_thread(lambda: books.parts(text, audience, name))
    parts.sort(key=lambda part: part.doubt is None)  # the doubtful ones first: a menu has room for so many
    moves: list[cards.Item] = [views.MoveMenu.of(asked.id, parts, "Move a text", whole=name)] if parts else []
    if not parts and rules.with_words(text):
        moves = [views.WithoutWordsButton(asked.id)]
    items = [*moves, ReplaceButton(asked.id), DropButton(asked.id)]
    return cards.notice_card(rules.document_line(text.documents[name]), name, items)


class ReplaceButton(buttons.OwnButton, template=rf"book-replace:{buttons.ID}"):
    """Asks for what shall stand in place of a document."""

    label, of, right = "Replace", (views.DOCUMENT,), ORGANISER

    async def pressed(self, interaction: cards.Interaction) -> None:
        """Open the form."""
        asked = await self.asked(interaction)
        form = views.form_of(app_of(interaction).books[asked.book or ""])
        await interaction.response.send_modal(views.BookModal(form, asked.book or "", instead_of=asked.text))


class DropButton(buttons.OwnButton, template=rf"book-drop:{buttons.ID}"):
    """Asks whether a document shall be removed."""

    label, style, of, right = "Remove", buttons.DANGER, (views.DOCUMENT,), ORGANISER

    async def card(self, interaction: cards.Interaction) -> cards.Card:
        """Show what would be left without it."""
        asked, app = await self.asked(interaction), app_of(interaction)
        now = await app.get(ClubBooks).read(asked.book or "")
        kept = views.KeptDraft(views.form_of(app.books[now.slug]), "", now.digest, removes=asked.text)
        draft = await views.keep_draft(app, asked.member, asked.place, now.without(asked.text), kept)
        return await views.preview_card(app, draft)


class ExportButton(buttons.OwnButton, template=rf"book-export:{buttons.ID}"):
    """Sends all files of a book in one archive."""

    label, opens, of, right = "Export", True, (SOURCES,), ORGANISER

    async def card(self, interaction: cards.Interaction) -> cards.Card:
        """Return the archive: a folder of a library."""
        asked, app = await self.asked(interaction), app_of(interaction)
        text = await app.get(ClubBooks).read(asked.book or "")
        name = text.slug.rpartition("-")[0]

        def packed() -> bytes:
            into = io.BytesIO()
            with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as archive:
                for file, words in text.files.items():
                    archive.writestr(f"{name}/{file}", words)
            return into.getvalue()

        data = await app.workers.do(packed)  # a club's text may take seconds
        if len(data) > cards.FILE:
            raise Refused("That is more than Discord lets me send in one file. My operator can copy it for you.")
        document = cards.Attachment(f"{name}.zip", data)
        return cards.Card(body="All files of the book, in the library’s format.", document=document)


class RemoveBookButton(buttons.OwnButton, template=rf"book-remove:{buttons.ID}"):
    """Asks whether a book shall be removed."""

    label, style, of, right = "Remove the book", buttons.DANGER, (SOURCES,), ORGANISER

    async def card(self, interaction: cards.Interaction) -> cards.Card:
        """Show what would be removed."""
        asked = await self.asked(interaction)
        return removing_card(asked, app_of(interaction).books[asked.book or ""])


def removing_card(asked: Asked, book: Book) -> cards.Card:
    """Return the preview of removing a book."""
    text = (
        f"Remove {book.title} by {book.author} from your club’s books? Everything that you added about it goes. "
        "Members keep where they are, and their reviews wait for it: they are back if you add the book again."
    )
    return cards.notice_card(text, buttons=[RemovedButton(asked.id), buttons.Cancel(asked.member.id, label="Keep it")])


class RemovedButton(buttons.Confirm, template=rf"book-removed:{buttons.ID}"):
    """Removes a book, once that is confirmed."""

    label, style, of, right = "Remove", buttons.DANGER, (SOURCES,), ORGANISER

    async def card(self, interaction: cards.Interaction) -> cards.Card:
        """Remove it, and offer to undo."""
        asked, app = await self.asked(interaction), app_of(interaction)
        book = app.books[asked.book or ""]
        await app.get(ClubBooks).remove(asked.member, book.slug)
        kept = await app.get(AskedQuestions).keep(GONE, asked.member, asked.place, "", book.slug)
        undo = [PutBackButton(kept.id)]
        return cards.notice_card(f"Removed: {book.title}. You can undo this for a day.", buttons=undo)


class PutBackButton(buttons.Undo, template=rf"book-back:{buttons.ID}"):
    """Puts a removed book back."""

    of, right = (GONE,), ORGANISER

    async def card(self, interaction: cards.Interaction) -> cards.Card:
        """Put it back."""
        asked, app = await self.asked(interaction), app_of(interaction)
        book = await app.get(ClubBooks).put_back(asked.member, asked.book or "")
        return cards.notice_card(f"Undone. {book.title} is back.")


BUTTONS = (
    SourcesPageButton, MoreButton, DocumentMenu, ReplaceButton, DropButton, ExportButton,
    RemoveBookButton, RemovedButton, PutBackButton,
)  # fmt: skip
