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
    items: list[cards.Item] = [*menu, more_button(asked.id), export_button(asked.id), remove_book_button(asked.id)]
    items += [*cards.turns(partial(sources_page_button, asked.id), page, last), *views.CatalogueMenu.of(app, asked.id)]
    return cards.Card(cards.safe(f"Sources of {book.title}"), "\n".join(lines), buttons=items)


@buttons.button(buttons.Page, rf"book-sources:{buttons.ID}:{buttons.PAGE}", of=(SOURCES,), right=ORGANISER)
async def sources_page_button(button: buttons.Page, interaction: cards.Interaction) -> cards.Card:
    """Turns to a page of a book's sources."""
    return await sources_card(app_of(interaction), await button.asked(interaction), button.page)


@buttons.button(views.BookButton, "book-more", "Add or correct", style=buttons.PRIMARY, of=(SOURCES,), answers=True)
async def more_button(button: views.BookButton, interaction: cards.Interaction) -> None:
    """Opens the form of a book, to correct it and to add more."""
    asked = await button.asked(interaction)
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
        moves = [views.without_words_button(asked.id)]
    items = [*moves, replace_button(asked.id), drop_button(asked.id)]
    return cards.notice_card(rules.document_line(text.documents[name]), name, items)


@buttons.button(views.BookButton, "book-replace", "Replace", of=(views.DOCUMENT,), answers=True)
async def replace_button(button: views.BookButton, interaction: cards.Interaction) -> None:
    """Asks for what shall stand in place of a document."""
    asked = await button.asked(interaction)
    form = views.form_of(app_of(interaction).books[asked.book or ""])
    await interaction.response.send_modal(views.BookModal(form, asked.book or "", instead_of=asked.text))


@buttons.button(views.BookButton, "book-drop", "Remove", style=buttons.DANGER, of=(views.DOCUMENT,))
async def drop_button(button: views.BookButton, interaction: cards.Interaction) -> cards.Card:
    """Asks whether a document shall be removed."""
    asked, app = await button.asked(interaction), app_of(interaction)
    now = await app.get(ClubBooks).read(asked.book or "")
    kept = views.KeptDraft(views.form_of(app.books[now.slug]), "", now.digest, removes=asked.text)
    draft = await views.keep_draft(app, asked.member, asked.place, now.without(asked.text), kept)
    return await views.preview_card(app, draft)


@buttons.button(views.BookButton, "book-export", "Export", opens=True, of=(SOURCES,))
async def export_button(button: views.BookButton, interaction: cards.Interaction) -> cards.Card:
    """Sends all files of a book in one archive."""
    asked, app = await button.asked(interaction), app_of(interaction)
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
        raise Refused("That is more than Discord lets me send in one file. The person who runs me can copy it for you.")
    document = cards.Attachment(f"{name}.zip", data)
    return cards.Card(body="All files of the book, in the library’s format.", document=document)


@buttons.button(views.BookButton, "book-remove", "Remove the book", style=buttons.DANGER, of=(SOURCES,))
async def remove_book_button(button: views.BookButton, interaction: cards.Interaction) -> cards.Card:
    """Asks whether a book shall be removed."""
    asked = await button.asked(interaction)
    return removing_card(asked, app_of(interaction).books[asked.book or ""])


def removing_card(asked: Asked, book: Book) -> cards.Card:
    """Return the preview of removing a book."""
    text = (
        f"Remove {book.title} by {book.author} from your club’s books? Everything that you added about it is deleted. "
        "Members’ positions and reviews are kept, and come back if you add the book again."
    )
    return cards.notice_card(text, buttons=[removed_button(asked.id), buttons.Cancel(asked.member.id, label="Keep it")])


@buttons.button(views.BookButton, "book-removed", "Remove", style=buttons.DANGER, of=(SOURCES,))
async def removed_button(button: views.BookButton, interaction: cards.Interaction) -> cards.Card:
    """Removes a book, once that is confirmed."""
    asked, app = await button.asked(interaction), app_of(interaction)
    book = app.books[asked.book or ""]
    await app.get(ClubBooks).remove(asked.member, book.slug)
    kept = await app.get(AskedQuestions).keep(GONE, asked.member, asked.place, "", book.slug)
    undo = [put_back_button(kept.id)]
    return cards.notice_card(f"Removed: {book.title}. You can undo this for a day.", buttons=undo)


@buttons.button(views.BookButton, "book-back", "Undo", of=(GONE,))
async def put_back_button(button: views.BookButton, interaction: cards.Interaction) -> cards.Card:
    """Puts a removed book back."""
    asked, app = await button.asked(interaction), app_of(interaction)
    book = await app.get(ClubBooks).put_back(asked.member, asked.book or "")
    return cards.notice_card(f"Undone. {book.title} is back.")


BUTTONS = (
    sources_page_button, more_button, DocumentMenu, replace_button, drop_button, export_button,
    remove_book_button, removed_button, put_back_button,
)  # fmt: skip
