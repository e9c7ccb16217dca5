"""Lists of books and of quotes as cards, and the buttons that turn their pages."""

from __future__ import annotations

from functools import partial
from typing import Any

import discord

from bot.answering.texts import SHOWN_SIMILAR, library_list, quote_list, said_of_similar, similar_list
from bot.app import App
from bot.audiences import Audiences
from bot.discord.buttons import ID, PAGE, Page
from bot.discord.cards import Card, Tone, headed, notice_card, paged_card
from bot.discord.context import Refused, app_of
from bot.discord.text import safe
from bot.discord.visitor import visitor
from bot.features.progress.rules import Progress
from bot.people import Member, Place
from bot.saved_questions import Asked
from corpus.books import Book

NO_QUOTES = "There are no quotes up to your page."
"""The same whether there are some further on or not."""


class LibraryPageButton(Page, template=rf"library:{PAGE}"):
    """Turns to a page of the library."""

    async def card(self, interaction: discord.Interaction[Any]) -> Card:
        """Show the page in place of the one before, with where its reader is."""
        member, _ = await visitor(interaction)
        return await library_card(app_of(interaction), member, self.page)


class QuotePageButton(Page, template=rf"quotes:{ID}:{PAGE}"):
    """Turns to a page of quotes."""

    of = ("quotes",)

    async def card(self, interaction: discord.Interaction[Any]) -> Card:
        """Show the page in place of the one before, as far as its reader has read by now."""
        asked = await self.asked(interaction)
        _, place = await visitor(interaction)
        return await quotes_card(app_of(interaction), asked, place, self.page)


async def library_card(app: App, member: Member, page: int = 1) -> Card:
    """Return a page of the library, series by series, with where a member is."""
    if not app.books:
        return notice_card("The library has no books yet.")
    items = library_list(app.books, await app.get(Progress).positions(member))
    note = "/book show tells more of a book."
    return paged_card("The library", [headed(item) for item in items], page, LibraryPageButton, note=note)


def similar_card(book: Book) -> Card:
    """Return the card of what else readers of a book liked."""
    if not book.similar:
        return notice_card(similar_list(book))
    lines = (f"**{safe(other.title)}**{safe(said_of_similar(other))}" for other in book.similar[:SHOWN_SIMILAR])
    return Card(safe(f"Readers of {book.title} also liked"), "\n".join(lines), tone=Tone.ANSWER)


async def quotes_card(app: App, asked: Asked, place: Place, page: int = 1) -> Card:
    """Return a page of the quotes that a member has reached, and that are fit for the place as it is now."""
    book = app.books.get(asked.book or "")
    if book is None:
        raise Refused("The library does not have that book any more.")
    audience = await app.get(Audiences).private(asked.member, place)
    told = await app.workers.do(lambda: app.discussion.texts(book.slug, audience, "quotes"))
    if not told:
        return notice_card(NO_QUOTES, book.title)
    items = [safe(quote) for quote in quote_list(book, told)]
    return paged_card(f"Quotes from {book.title}", items, page, partial(QuotePageButton, asked.id))


BOOK_BUTTONS = (LibraryPageButton, QuotePageButton)
