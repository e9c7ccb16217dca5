"""`/order`: in which order to read, for its asker alone; it can be shared as far as the place goes."""

import re
from collections.abc import Mapping, Sequence

from discord import app_commands

from bot.app import App
from bot.discord import autocomplete
from bot.discord.buttons import ID, OPENINGS, PRIMARY, Opening, OwnButton, Pressed, Share, button
from bot.discord.cards import Attachment, Card, Interaction, Item, Items, Tone, safe
from bot.discord.context import Refused, app_of, deliver
from bot.discord.visitor import BY_BUTTON, AppCog, Feature, acknowledge, in_clubs_and_direct_messages, visitor
from bot.features.ask.rules import Questions
from bot.features.ask.store import Asked, AskedQuestions
from bot.features.ask.views import how_far
from bot.features.ceilings.store import Audiences
from bot.features.order.picture import alt_text, series_page
from bot.limits import Allowance
from bot.reading_order.advice import Advice, OrderKind, kind_text, listed, order_text, reading_orders
from corpus.books import Book, Slug
from corpus.errors import DogearError
from corpus.names import find_book
from retrieval.gate import Audience

TITLE = "Reading order"


def advised(book: Slug | None, series: str, books: Mapping[Slug, Book], positions: Mapping[Slug, int]) -> Advice:
    """Return the advice for readers who are at these positions. Raises DogearError where there is none."""
    advice = reading_orders(books, positions, book=book, series=series or None)
    if not advice.recommended.steps:
        names = listed(dict.fromkeys(known.series for known in books.values() if known.series))
        known = f"The library has {names}." if series and names else ""
        raise DogearError(" ".join(filter(None, (*advice.notes, known))))
    return advice


async def advice_for(app: App, asked: Asked, audience: Audience) -> Advice:
    """Return the reading order that was asked for, for its audience."""
    books = app.books_of(asked.member.club)
    return await app.workers.do(lambda: advised(asked.book, asked.text, books, audience.positions))


async def order_card(app: App, advice: Advice, tone: Tone, items: Items, footers: Sequence[str] = ()) -> Card:
    """Return the card of the recommended order, with its picture."""
    png = await app.workers.do(lambda: series_page(advice, app.books).png())
    picture = Attachment("reading-order.png", png, alt_text(advice))
    return Card(TITLE, _shown(order_text(advice)), tuple(map(safe, footers)), tone, items, picture)


def _shown(text: str) -> str:
    """Return the text of an order made safe: books in bold, what is said of each in small print below it."""
    lines = []
    for line in text.splitlines():
        bold = "**" if re.match(r"\d+\. ", line) else ""
        lines.append(f"-# {safe(line)}" if line.startswith("   ") else f"{bold}{safe(line)}{bold}")
    return "\n".join(lines)


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
        return await own_order(interaction, await self.asked(interaction), OrderKind(self.given["kind"]))


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
        footers = (f"Asked by {interaction.user.display_name}", how_far(None, audience, app.books))
        return await order_card(app, advice, Tone.PUBLIC, [my_order_button(asked.id)], footers)


@button(Pressed, "my-order", "For me", opens=True)
async def my_order_button(button: Pressed, interaction: Interaction) -> Card:
    """Shows the member who presses it, privately, in which order to read these books."""
    questions = app_of(interaction).get(AskedQuestions)
    asked = await questions.asked(button.given["asked_id"], "order")
    member, place = await visitor(interaction)
    if asked.member.club != member.club:
        raise Refused("That question was asked in another club.")
    own = await questions.keep("order", member, place, asked.text, asked.book)
    return await own_order(interaction, own)


async def own_order(interaction: Interaction, asked: Asked, kind: OrderKind = OrderKind.RECOMMENDED) -> Card:
    """Return an order for its asker alone, as far as they have read by now."""
    app = app_of(interaction)
    app.get(Allowance).take(asked.member)
    advice = await advice_for(app, asked, await app.get(Audiences).private(asked.member, asked.place))
    items = order_items(interaction, asked, advice, kind)
    if kind is OrderKind.RECOMMENDED:
        return await order_card(app, advice, Tone.ANSWER, items)
    return Card(TITLE, _shown(kind_text(kind, advice)), tone=Tone.ANSWER, buttons=items)


def order_items(interaction: Interaction, asked: Asked, advice: Advice, shown: OrderKind) -> list[Item]:
    """Return the buttons under an order that its asker alone sees: every order that is known, and sharing."""
    switch = [OrderButton(asked.id, order.kind, shown=order.kind is shown) for order in advice.orders]
    share = ShareOrderButton.here(interaction, asked.id)
    return [*(switch if len(advice.recommended.steps) > 1 else []), *share]


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
    @app_commands.default_permissions(BY_BUTTON)
    async def order(self, interaction: Interaction, book: Name | None = None, series: Name | None = None) -> None:
        """Show the order to read books in: recommended for you, by publication, by story time."""
        await show_order(interaction, book or "", series or "")


async def show_order(interaction: Interaction, book: str = "", series: str = "") -> None:
    """Show the order for a book, a series, or what its asker reads."""
    member, place = await acknowledge(interaction)
    if book and series:
        raise DogearError("Choose either a book or a series, not both.")
    app = app_of(interaction)
    slug = find_book(book, app.books_of(member.club)).slug if book else None
    at_hand = None if book or series else await app.get(Questions).meant(member, place)
    wanted = series or (at_hand.series if at_hand else "")
    asked = await app.get(AskedQuestions).keep("order", member, place, wanted, slug)
    await deliver(interaction, await own_order(interaction, asked))


OPENINGS["open-order"] = Opening("Reading order", show_order)


FEATURE = Feature("order", cogs=(OrderCog,), buttons=(OrderButton, ShareOrderButton, my_order_button))
