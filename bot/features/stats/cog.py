"""`/club stats`: where the club is in a book: those who agreed to be counted, and the others in larger groups."""

from discord import app_commands

from bot.app import App
from bot.club_settings import SetUp
from bot.discord import autocomplete
from bot.discord.buttons import ID, OPENINGS, Opening, OwnButton, Share
from bot.discord.cards import Attachment, Card, Interaction, Item, Tone, notice_card, safe
from bot.discord.context import Refused, app_of, deliver
from bot.discord.visitor import FOR_ORGANISERS, AppCog, Feature, acknowledge, few_servers, with_names
from bot.features.ask.rules import Questions
from bot.features.ask.store import Asked, AskedQuestions, DirectMessages
from bot.features.ask.views import ClubMenu
from bot.features.history.views import history_card
from bot.features.stats.store import ClubFigures, Figure, Group
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
AGREE = (
    "In a small club, you can agree to be counted. From two members on, the picture then shows which quarter of the "
    "book they have reached. It has no names, but others may work out which one is you."
)
AGREED = "You agreed to be counted, in every book of this club. “Don’t count me” takes that back at once."
WHO = ("{} agreed to be counted", "{} told me where they are, in groups of five or more")
"""Of whom a figure is."""

COLOURS = ("#f5d76a", "#f2b84b", "#e8953f", "#d9734a", "#7cc4f0")
"""A group's colour, by the part of the book at which it begins: warmer from quarter to quarter, and blue at the end, as
books are that somebody has read."""


Figures = tuple[Figure, Figure]
"""Of those who agreed to be counted, and of all others."""


def alt_text(figures: Figures, book: Book) -> str:
    """Return what the picture shows, in words."""
    told = [f"Bars of where members are in {book.title}."]
    for figure, who in _shown(figures):
        bars = (f"{group.where}: {plural(group.members, 'member')}, {share(group, figure)}" for group in figure.groups)
        told.append(f"{who}: {'; '.join(bars)}.")
    return " ".join(told)


def _shown(figures: Figures) -> list[tuple[Figure, str]]:
    """Return the figures that have groups, and of whom each is."""
    return [
        (figure, who.format(plural(figure.members, "member")))
        for figure, who in zip(figures, WHO, strict=True)
        if figure.groups
    ]


def share(group: Group, figure: Figure) -> str:
    """Return which share of all members is in a group."""
    return f"{round(100 * group.members / figure.members)}%"


def stats_page(figures: Figures, book: Book) -> Page:
    """Return the page of figures: a bar for each group, from the beginning of the book on."""
    page = Page()
    page.write("Where the club is", size=HUGE, bold=True)
    page.write(book.title if writable(book.title) else title_of(book.slug, {}), size=LARGE)
    for figure, who in _shown(figures):
        page.write(who, colour=QUIET)
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
        figures = await app.get(ClubFigures).of_book(asked.member.club, book)
        if not _shown(figures):
            raise Refused(NOTHING)
        return await _card(app, figures, book, Tone.PUBLIC)


class CountMeButton(OwnButton, template=rf"count-me:{ID}:(?P<agreed>[01])"):
    """Has its presser counted in the open, or not any more."""

    of = ("stats",)

    def __init__(self, asked_id: str, agreed: int | str) -> None:
        super().__init__(asked_id, agreed, label="Count me in" if int(agreed) else "Don’t count me")

    async def card(self, interaction: Interaction) -> Card:
        """Note it, and show the picture as it is now."""
        asked, app = await self.asked(interaction), app_of(interaction)
        await app.get(ClubFigures).agree(asked.member, self.given["agreed"] == "1")
        return await stats_card(interaction, asked)


async def stats_card(interaction: Interaction, asked: Asked) -> Card:
    """Return where the club is, for the one who asks, and whether they are counted."""
    app = app_of(interaction)
    book = find_book(asked.book or "", app.books_of(asked.member.club))
    app.get(Allowance).take(asked.member)
    agreed = await app.get(ClubFigures).agreed(asked.member)
    figures = await app.get(ClubFigures).of_book(asked.member.club, book)
    items: list[Item] = [*ShareStatsButton.here(interaction, asked.id)] if _shown(figures) else []
    offered = agreed or not figures[1].groups
    items += [CountMeButton(asked.id, int(not agreed))] if offered else []
    note = AGREED if agreed else AGREE if offered else ""
    if _shown(figures):
        return await _card(app, figures, book, Tone.ANSWER, *items, note=note)
    return notice_card(NOTHING, book.title, items, note)


async def _card(app: App, figures: Figures, book: Book, tone: Tone, *items: Item, note: str = "") -> Card:
    png = await app.workers.do(lambda: stats_page(figures, book).png())
    picture = Attachment("where-the-club-is.png", png, alt_text(figures, book))
    body = "\n".join(f"{who}, as of <t:{int(figure.at.timestamp())}:R>." for figure, who in _shown(figures))
    private = (safe(PRIVATE),) if figures[1].groups else ()
    return Card(safe(book.title), body, private, tone, items, picture, safe(note))


Typed = app_commands.Range[str, 1, 200]


class ClubCog(AppCog):
    """What can be said of a club as a whole."""

    club = app_commands.allowed_installs(guilds=True, users=False)(
        app_commands.allowed_contexts(guilds=True, dms=True, private_channels=False)(
            app_commands.Group(
                name="club",
                description="Your club in a picture, what it has read, and which club our direct messages are about.",
                default_permissions=FOR_ORGANISERS,
            )
        )
    )

    @club.command()
    @app_commands.describe(book="Which book; the club’s current one if left out")
    @app_commands.autocomplete(book=autocomplete.books)
    async def stats(self, interaction: Interaction, book: Typed | None = None) -> None:
        """Show how far the club is. Nobody’s own position is shown, unless they agreed to be counted."""
        await show_stats(interaction, book or "")

    @club.command()
    async def switch(self, interaction: Interaction) -> None:
        """Choose which club our direct messages are about, or none."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        person, here = interaction.user.id, [interaction.guild_id] if interaction.guild_id else []
        told = await self._app.get(DirectMessages).clubs(person)
        known = filter(None, dict.fromkeys([*here, *told, *few_servers(self._bot)]))
        clubs = await with_names(self._bot, [club for club in known if await self._bot.is_member(club, person)])
        await deliver(interaction, notice_card("Which club are our direct messages about?", "", [ClubMenu.of(clubs)]))

    @club.command()
    async def history(self, interaction: Interaction) -> None:
        """Show what the club has read, when, and the stars of its own members."""
        await show_history(interaction)


async def show_history(interaction: Interaction, _: str = "") -> None:
    """Show what the club has read."""
    member, _place = await acknowledge(interaction)
    await deliver(interaction, await history_card(app_of(interaction), member.club))


async def show_stats(interaction: Interaction, book: str = "") -> None:
    """Show where the club is in a book, or in the one that it reads."""
    app, (member, place) = app_of(interaction), await acknowledge(interaction)
    if not member.club:
        raise Refused("That works in a club’s server.")
    clubs = (await app.get(SetUp).settings(member.club)).book
    typed = book or (clubs if clubs in app.books else None)
    known = await app.get(Questions).needed(member, place, typed)
    asked = await app.get(AskedQuestions).keep("stats", member, place, "", known.slug)
    await deliver(interaction, await stats_card(interaction, asked))


OPENINGS["open-history"] = Opening("What we have read", show_history)
OPENINGS["open-club"] = Opening("Where the club is", show_stats)
FEATURE = Feature("stats", cogs=(ClubCog,), buttons=(ShareStatsButton, CountMeButton))
