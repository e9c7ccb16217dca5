"""`/book`: the card of a book, the library, what else readers liked, quotes; and a club's own books."""

import contextlib
from functools import partial

from discord import app_commands

from bot.answering import texts
from bot.app import App
from bot.discord import autocomplete
from bot.discord.buttons import ID, PAGE, OpenButton, Page, button
from bot.discord.cards import Card, Interaction, Tone, headed, notice_card, paged_card, safe
from bot.discord.context import ORGANISER, app_of, deliver
from bot.discord.visitor import AppCog, Feature, acknowledge, in_clubs_and_direct_messages, visitor
from bot.features.ask.rules import Questions
from bot.features.ask.store import Asked, AskedQuestions
from bot.features.books import sources, views
from bot.features.books.sources import SOURCES, removing_card, sources_card
from bot.features.books.store import ClubBookProblem
from bot.features.books.views import add_book
from bot.features.ceilings.store import Audiences
from bot.features.progress.store import Progress
from bot.people import Member, Place
from corpus.books import COVERS, Book
from corpus.names import find_book
from retrieval.types import BookInWork

NO_QUOTES = "There are no quotes from what you’ve read so far."  # the same whether there are some further on or not


@button(Page, rf"library:{PAGE}")
async def library_page_button(button: Page, interaction: Interaction) -> Card:
    """Turns to a page of the library."""
    member, _ = await visitor(interaction)
    return await library_card(app_of(interaction), member, button.page)


@button(Page, rf"quotes:{ID}:{PAGE}", of=("quotes",))
async def quote_page_button(button: Page, interaction: Interaction) -> Card:
    """Turns to a page of quotes."""
    asked = await button.asked(interaction)
    _, place = await visitor(interaction)
    return await quotes_card(app_of(interaction), asked, place, button.page)


async def library_card(app: App, member: Member, page: int = 1) -> Card:
    """Return a page of the library, series by series, with where a member is."""
    books = app.books_of(member.club)
    if not books:
        return notice_card("The library has no books yet.")
    items = texts.library_list(books, await app.get(Progress).positions(member))
    note = "/book show tells you more about one."
    return paged_card("The library", [headed(item) for item in items], page, library_page_button, note=note)


async def quotes_card(app: App, asked: Asked, place: Place, page: int = 1) -> Card:
    """Return a page of the quotes that a member has reached, and that are fit for the place as it is now."""
    book = app.books[asked.book or ""]
    audience = await app.get(Audiences).private(asked.member, place)
    told = await app.workers.do(lambda: app.discussion.texts(book.slug, audience, "quotes"))
    if not told:
        return notice_card(NO_QUOTES, book.title)
    items = [safe(quote) for quote in texts.quote_list(book, told)]
    return paged_card(f"Quotes from {book.title}", items, page, partial(quote_page_button, asked.id))


FROM_CARD = ("open-shelve", "open-review", "open-reviews", "open-order")  # what can be opened from the card of a book

Name = app_commands.Range[str, 1, 200]
BOOK = "Which book; if left out, the one discussed here or the one you’re reading"


class BookCog(AppCog):
    """What may be told of books."""

    book = in_clubs_and_direct_messages(
        app_commands.Group(name="book", description="The books of the library: cards, lists and quotes.")
    )

    @book.command()
    @app_commands.describe(book=BOOK)
    @app_commands.autocomplete(book=autocomplete.books)
    async def show(self, interaction: Interaction, book: Name | None = None) -> None:
        """Show a book’s card: series, year, ratings, editions, what it’s about and where you are."""
        member, place = await acknowledge(interaction)
        known = await self._app.get(Questions).needed(member, place, book)
        marks = (await self._app.get(Progress).positions(member)).get(known.slug)
        about, by = "", tuple[str, ...]()
        with contextlib.suppress(BookInWork):  # the card of a new book has its facts at once
            premise = await self._app.workers.do(lambda: self._app.discussion.premise(known.slug, known.club))
            about, by = safe(premise.body) if premise.answered else "", tuple(map(safe, premise.sources))
        body = "\n\n".join(filter(None, (safe("\n".join(texts.cover_lines(known))), about)))
        footers = (safe(texts.measure(known)), safe(texts.place_sentence(known, marks)))
        covers = [(known.cover, f"The cover of {known.title}")] if known.cover.startswith(COVERS) else []
        items = [OpenButton(what, known.slug) for what in FROM_CARD]
        await deliver(interaction, Card(safe(known.title), body, (*by, *footers), Tone.ANSWER, items, covers=covers))

    @book.command(name="list")
    async def list_books(self, interaction: Interaction) -> None:
        """List all books, series by series, and how far you are in each."""
        member, _ = await acknowledge(interaction)
        await deliver(interaction, await library_card(self._app, member))

    @book.command()
    @app_commands.describe(book=BOOK)
    @app_commands.autocomplete(book=autocomplete.books)
    async def similar(self, interaction: Interaction, book: Name | None = None) -> None:
        """Show which other books its readers liked."""
        member, place = await acknowledge(interaction)
        known = await self._app.get(Questions).needed(member, place, book)
        lines = [
            f"**{safe(other.title)}**{safe(texts.said_of_similar(other))}"
            for other in known.similar[: texts.SHOWN_SIMILAR]
        ]
        card = Card(safe(f"Readers of {known.title} also liked"), "\n".join(lines), tone=Tone.ANSWER)
        await deliver(interaction, card if lines else notice_card(texts.similar_list(known)))

    @book.command()
    @app_commands.describe(book=BOOK)
    @app_commands.autocomplete(book=autocomplete.books)
    async def quotes(self, interaction: Interaction, book: Name | None = None) -> None:
        """Show quotes from what you have read. Explicit ones only in age-restricted channels."""
        member, place = await acknowledge(interaction)
        known = await self._app.get(Questions).needed(member, place, book)
        asked = await self._app.get(AskedQuestions).keep("quotes", member, place, "", known.slug)
        await deliver(interaction, await quotes_card(self._app, asked, place))

    @book.command()
    @app_commands.describe(title="The title, if you like to write it here")
    async def add(self, interaction: Interaction, title: Name | None = None) -> None:
        """Add a book of your club’s own, or correct it: title and length are enough (organisers)."""
        await add_book(interaction, title or "")

    @book.command()
    @app_commands.describe(book="One of your club’s own books")
    @app_commands.autocomplete(book=autocomplete.own_books)
    async def sources(self, interaction: Interaction, book: Name) -> None:
        """Show what a book of your club is made of; add, move, replace, remove or export it (organisers)."""
        asked, _ = await self._asked(interaction, book)
        await deliver(interaction, await sources_card(self._app, asked))

    @book.command()
    @app_commands.describe(book="One of your club’s own books")
    @app_commands.autocomplete(book=autocomplete.own_books)
    async def remove(self, interaction: Interaction, book: Name) -> None:
        """Remove a book that your club has added. I ask you to confirm first (organisers)."""
        asked, known = await self._asked(interaction, book)
        await deliver(interaction, removing_card(asked, known))

    async def _asked(self, interaction: Interaction, typed: str) -> tuple[Asked, Book]:
        """Keep which of the club's own books an organiser wants to see to. Raises UnknownBook or ClubBookProblem."""
        member, place = await acknowledge(interaction, ORGANISER)
        known = find_book(typed, self._app.books_of(member.club))
        if not known.club:
            raise ClubBookProblem(
                f"{known.title} is in the library that came with me. Only the person who runs me can change it."
            )
        return await self._app.get(AskedQuestions).keep(SOURCES, member, place, "", known.slug), known


FEATURE = Feature(
    "books", cogs=(BookCog,), buttons=(library_page_button, quote_page_button, *views.BUTTONS, *sources.BUTTONS)
)
