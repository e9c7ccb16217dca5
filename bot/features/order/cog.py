"""`/order`: in which order to read, for its asker alone; it can be shared as far as the place goes."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from discord import app_commands

from bot.app import App
from bot.discord import autocomplete
from bot.discord.buttons import ID, PRIMARY, OwnButton, Pressed, Share
from bot.discord.cards import Card, Interaction, Item, Items, Picture, Tone, safe
from bot.discord.context import Refused, app_of, deliver
from bot.discord.visitor import AppCog, acknowledge, in_clubs_and_direct_messages, visitor
from bot.feature import Feature
from bot.features.ask.rules import Questions
from bot.features.ask.store import Asked, AskedQuestions
from bot.features.ask.views import how_far
from bot.features.ceilings.store import Audiences
from bot.features.order.picture import alt_text, draw_series
from bot.limits import Allowance
from bot.reading_order.advice import Advice, OrderKind
from bot.reading_order.plan import reading_orders
from bot.reading_order.text import kind_text, listed, order_text
from corpus.books import Book, Slug
from corpus.errors import DogearError
from corpus.names import find_book
from retrieval.gate import Audience

TITLE = "Reading order"


class NoOrder(DogearError):
    """There is nothing to put into an order, or too much was asked for at once."""


@dataclass(frozen=True, slots=True)
class OrderRequest:
    """The way to a book, or a series; neither means the whole library."""

    book: Slug | None = None
    series: str = ""


def wanted_order(
    typed_book: str | None, typed_series: str | None, at_hand: Book | None, books: Mapping[Slug, Book]
) -> OrderRequest:
    """Return what an order is wanted of: what was typed, or the series of the current book, or else everything.

    Raises UnknownBook or NoOrder.
    """
    if typed_book and typed_series:
        raise NoOrder("Choose either a book or a series, not both.")
    if typed_book:
        return OrderRequest(book=find_book(typed_book, books).slug)
    return OrderRequest(series=typed_series or (at_hand.series if at_hand else ""))


def advised(wanted: OrderRequest, books: Mapping[Slug, Book], positions: Mapping[Slug, int]) -> Advice:
    """Return the advice for readers who are at these positions. Raises NoOrder where there is no book to read."""
    advice = reading_orders(books, positions, book=wanted.book, series=wanted.series or None)
    if not advice.recommended.steps:
        series = list(dict.fromkeys(book.series for book in books.values() if book.series))
        known = f"The library has {listed(series)}." if wanted.series and series else ""
        raise NoOrder(" ".join(filter(None, (*advice.notes, known))))
    return advice


async def advice_for(app: App, asked: Asked, audience: Audience) -> Advice:
    """Return the reading order that was asked for, for its audience. Raises NoOrder."""
    wanted, books = OrderRequest(asked.book, asked.text), app.books_of(asked.member.club)
    return await app.workers.do(lambda: advised(wanted, books, audience.positions))


async def order_card(app: App, advice: Advice, kind: OrderKind, items: Items) -> Card:
    """Return the card of one order, for its asker alone."""
    if kind is not OrderKind.RECOMMENDED:
        return Card(TITLE, _shown(kind_text(kind, advice)), tone=Tone.ANSWER, buttons=items)
    picture = await _picture(app, advice)
    return Card(TITLE, _shown(order_text(advice)), tone=Tone.ANSWER, buttons=items, picture=picture)


async def public_order_card(
    app: App, advice: Advice, audience: Audience, items: Items, asker: str
) -> Card:  # fmt: skip
    """Return the card of the recommended order for everybody in a place."""
    footers = (safe(f"Asked by {asker}"), safe(how_far(None, audience, app.books)))
    picture = await _picture(app, advice)
    return Card(TITLE, _shown(order_text(advice)), footers, Tone.PUBLIC, items, picture)


async def _picture(app: App, advice: Advice) -> Picture:
    png = await app.workers.do(lambda: draw_series(advice, app.books))
    return Picture("reading-order.png", png, alt_text(advice))


def _shown(text: str) -> str:
    """Return the text of an order made safe: books in bold, what is said of each in small print below it."""
    return "\n".join(map(_shown_line, text.splitlines()))


def _shown_line(line: str) -> str:
    if line.startswith("   "):
        return f"-# {safe(line)}"
    return f"**{safe(line)}**" if re.match(r"\d+\. ", line) else safe(line)


LABELS = {OrderKind.RECOMMENDED: "Recommended", OrderKind.PUBLICATION: "Publication", OrderKind.STORY: "Story time"}

BEHIND = (
    "I haven’t posted anything: this channel is further on than you are, and the reasons for the order could "
    "spoil something for you."
)


class OrderButton(OwnButton, template=rf"order:{ID}:(?P<kind>recommended|publication|story)"):
    """Shows another order in place of the one that is shown."""

    of = ("order",)

    def __init__(self, asked_id: str, kind: str, *, shown: bool = False) -> None:
        super().__init__(asked_id, kind, label=LABELS[OrderKind(kind)], style=PRIMARY if shown else None)

    async def card(self, interaction: Interaction) -> Card:
        """Return the order, for what its reader has read by now."""
        app, kind = app_of(interaction), OrderKind(self.given["kind"])
        asked = await self.asked(interaction)
        if kind is OrderKind.RECOMMENDED:
            app.get(Allowance).take(asked.member)
        advice = await advice_for(app, asked, await app.get(Audiences).private(asked.member, asked.place))
        return await order_card(app, advice, kind, order_items(interaction, asked, advice, kind))


class ShareOrderButton(Share, template=rf"share-order:{ID}"):
    """Posts the recommended order for everybody in the place."""

    of = ("order",)

    async def public(self, interaction: Interaction, asked: Asked) -> Card:
        """Make the advice anew for the place, as far as it goes and never as far as its sharer is."""
        app = app_of(interaction)
        if await app.get(Audiences).behind(asked.member, asked.place):
            raise Refused(BEHIND)
        app.get(Allowance).take(asked.member)
        audience = await app.get(Audiences).public(asked.place)
        advice = await advice_for(app, asked, audience)
        items = [MyOrderButton(asked.id)]
        return await public_order_card(app, advice, audience, items, interaction.user.display_name)


class MyOrderButton(Pressed, template=rf"my-order:{ID}"):
    """Shows the member who presses it, privately, in which order to read these books."""

    label = "For me"

    async def pressed(self, interaction: Interaction) -> None:
        """Advise in private."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        questions = app_of(interaction).get(AskedQuestions)
        asked = await questions.asked(self.given["asked_id"], "order")
        member, place = await visitor(interaction)
        if asked.member.club != member.club:
            raise Refused("That question was asked in another club.")
        await send_order(interaction, await questions.keep("order", member, place, asked.text, asked.book))


async def send_order(interaction: Interaction, asked: Asked) -> None:
    """Answer with the recommended order, for its asker alone. The interaction has been deferred in private."""
    app = app_of(interaction)
    app.get(Allowance).take(asked.member)
    advice = await advice_for(app, asked, await app.get(Audiences).private(asked.member, asked.place))
    kind = OrderKind.RECOMMENDED
    items = order_items(interaction, asked, advice, kind)
    await deliver(interaction, await order_card(app, advice, kind, items))


def order_items(interaction: Interaction, asked: Asked, advice: Advice, shown: OrderKind) -> list[Item]:
    """Return the buttons under an order that its asker alone sees: every order that is known, and sharing."""
    known = [kind for kind in OrderKind if any(kind in (order.kind, *order.also) for order in advice.orders)]
    switch = [OrderButton(asked.id, kind, shown=kind is shown) for kind in known]
    share = [ShareOrderButton(asked.id)] if interaction.guild_id is not None else []
    return [*(switch if len(advice.recommended.steps) > 1 and len(switch) > 1 else []), *share]


Name = app_commands.Range[str, 1, 100]


class OrderCog(AppCog):
    """The reading order."""

    @app_commands.command()
    @app_commands.describe(
        book="A book you want to get to: I list what is best read before it",
        series="Which series; if left out, the one you’re reading, or all books",
    )
    @app_commands.autocomplete(book=autocomplete.books, series=autocomplete.series)
    @in_clubs_and_direct_messages
    async def order(self, interaction: Interaction, book: Name | None = None, series: Name | None = None) -> None:
        """Show the order to read books in: recommended for you, by publication, by story time."""
        member, place = await acknowledge(interaction)
        at_hand = None if book or series else await self._app.get(Questions).meant(member, place)
        wanted = wanted_order(book, series, at_hand, self._app.books_of(member.club))
        keep = self._app.get(AskedQuestions).keep
        await send_order(interaction, await keep("order", member, place, wanted.series, wanted.book))


FEATURE = Feature("order", cogs=(OrderCog,), buttons=(OrderButton, ShareOrderButton, MyOrderButton))
