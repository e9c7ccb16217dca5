"""`/club stats`: where the club is in a book, in groups from which nobody's position follows."""

from discord import app_commands

from bot.app import App
from bot.club_settings import SetUp
from bot.discord import autocomplete
from bot.discord.buttons import ID, Share
from bot.discord.cards import Attachment, Card, Interaction, Item, Tone, notice_card, safe
from bot.discord.context import Refused, app_of, deliver
from bot.discord.visitor import AppCog, Feature, acknowledge, in_clubs
from bot.features.ask.rules import Questions
from bot.features.ask.store import Asked, AskedQuestions
from bot.features.stats.rules import Figure, Group
from bot.features.stats.store import ClubFigures
from bot.limits import Allowance
from bot.pictures.canvas import GAP, HUGE, LARGE, QUIET, Page, writable
from bot.reading_order.advice import title_of
from corpus.books import Book
from corpus.names import find_book
from corpus.text import capitalised, plural

PRIVATE = (
    "Every group has at least five members. The picture changes only after five members have updated where they are."
)
NOTHING = (
    "There is nothing to show yet. To keep positions private I only show groups of five or more members, and at "
    "least two groups. Tell me where you are with /progress set; I check again after every five updates."
)
"""The same however many members there are, and wherever they are: how few they are would tell of them."""

COLOURS = ("#f5d76a", "#f2b84b", "#e8953f", "#d9734a", "#7cc4f0")
"""A group's colour, by the part of the book at which it begins: warmer from quarter to quarter, and blue at the end, as
books are that somebody has read."""


def alt_text(figure: Figure, book: Book) -> str:
    """Return what the picture shows, in words."""
    bars = "; ".join(
        f"{group.where}: {plural(group.members, 'member')}, {share(group, figure)}" for group in figure.groups
    )
    return f"Bars of where {plural(figure.members, 'member')} are in {book.title}: {bars}."


def share(group: Group, figure: Figure) -> str:
    """Return which share of all members is in a group."""
    return f"{round(100 * group.members / figure.members)}%"


def stats_page(figure: Figure, book: Book) -> Page:
    """Return the page of a figure: a bar for each group, from the beginning of the book on."""
    page = Page()
    page.write("Where the club is", size=HUGE, bold=True)
    page.write(book.title if writable(book.title) else title_of(book.slug, {}), size=LARGE)
    page.write(f"{plural(figure.members, 'member')} who said where they are", colour=QUIET)
    page.y += GAP
    for group in figure.groups:
        told = f"{group.members:,} · {share(group, figure)}"
        page.bar(capitalised(group.where), told, [(group.members / figure.members, COLOURS[group.first])])
    return page


class ShareStatsButton(Share, template=rf"share-stats:{ID}"):
    """Posts where the club is for everybody in the place."""

    of, done = ("stats",), "Shared with everybody here."

    async def public(self, interaction: Interaction, asked: Asked) -> Card:
        """Return what stands now."""
        app = app_of(interaction)
        book = find_book(asked.book or "", app.books_of(asked.member.club))
        app.get(Allowance).take(asked.member)
        figure = await app.get(ClubFigures).of_book(asked.member.club, book)
        if not figure.groups:
            raise Refused(NOTHING)
        return await _card(app, figure, book, Tone.PUBLIC)


async def _card(app: App, figure: Figure, book: Book, tone: Tone, *items: Item) -> Card:
    png = await app.workers.do(lambda: stats_page(figure, book).png())
    picture = Attachment("where-the-club-is.png", png, alt_text(figure, book))
    body = f"{plural(figure.members, 'member')} told me where they are, as of <t:{int(figure.at.timestamp())}:R>."
    return Card(safe(book.title), body, (safe(PRIVATE),), tone, items, picture)


Typed = app_commands.Range[str, 1, 200]


class ClubCog(AppCog):
    """What can be said of a club as a whole."""

    club = in_clubs(app_commands.Group(name="club", description="Figures about the club as a whole."))

    @club.command()
    @app_commands.describe(book="Which book; the club’s current one if left out")
    @app_commands.autocomplete(book=autocomplete.books)
    async def stats(self, interaction: Interaction, book: Typed | None = None) -> None:
        """Show how far the club is, in groups of five or more. Nobody’s own position is shown."""
        member, place = await acknowledge(interaction)
        clubs = (await self._app.get(SetUp).settings(member.club)).book
        typed = book or (clubs if clubs in self._app.books else None)
        known = await self._app.get(Questions).needed(member, place, typed)
        self._app.get(Allowance).take(member)
        asked = await self._app.get(AskedQuestions).keep("stats", member, place, "", known.slug)
        figure, card = await self._app.get(ClubFigures).of_book(member.club, known), notice_card(NOTHING, known.title)
        if figure.groups:
            card = await _card(self._app, figure, known, Tone.ANSWER, ShareStatsButton(asked.id))
        await deliver(interaction, card)


FEATURE = Feature("stats", cogs=(ClubCog,), buttons=(ShareStatsButton,))
