"""`/review`: what members think of a book, for those who have read as far."""

import datetime as dt
import math
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from itertools import groupby
from typing import Any, NamedTuple, Self

import discord
from discord import app_commands
from pydantic import TypeAdapter

from bot.answering.texts import reach
from bot.app import App
from bot.discord import autocomplete, buttons
from bot.discord.buttons import (
    DANGER,
    ID,
    PAGE,
    PRIMARY,
    Cancel,
    Confirm,
    Dialogue,
    OwnButton,
    Page,
    Picked,
    Undo,
    button,
)
from bot.discord.cards import INPUT, MODAL_TITLE, Card, Interaction, notice_card, one_line, opening, paged_card, safe
from bot.discord.context import Choice, Refused, app_of, deliver
from bot.discord.visitor import BY_BUTTON, AppCog, Feature, acknowledge, in_clubs_and_direct_messages, visitor
from bot.features.ask.rules import Questions
from bot.features.ask.store import Asked, AskedQuestions
from bot.features.ceilings.store import Audiences
from bot.features.progress.store import Progress
from bot.features.reviews.store import GONE, Review, Reviews
from bot.limits import Allowance
from bot.people import Member, Place
from corpus.books import Book, Slug
from corpus.errors import DogearError
from corpus.passages import Passage
from corpus.positions import MAX_LENGTH, describe_position
from corpus.text import plural
from retrieval.gate import Audience

DAYS = {"week": 7, "month": 31, "year": 366}  # days that a review may be old


class ReadReview(NamedTuple):
    """A review as somebody reads it; `member` wrote it, or a reader outside of the club where that is None."""

    stars: int | None
    text: str
    at: dt.datetime | None = None
    likes: int = 0
    member: int | None = None


async def reviews_for(
    app: App, member: Member, place: Place, book: Book, stars: int = 1, since: str = ""
) -> list[ReadReview]:
    """Return the reviews that a member may read in private: their own first, then the latest first.

    They have at least so many stars, and are of the last week, month or year, or of any day.
    """
    audience = await app.get(Audiences).private(member, place)
    club = await app.get(Reviews).read(member, book, audience)
    told = await app.workers.do(lambda: app.discussion.texts(book.slug, audience, "review"))
    found = [ReadReview(each.stars, each.text, each.at, member=each.member) for each in club]
    first = app.now() - dt.timedelta(days=DAYS[since]) if since in DAYS else None
    return sorted(
        (
            each
            for each in (*found, *_from_library(told))
            if (each.stars or 1) >= stars and (first is None or (each.at is not None and each.at >= first))
        ),
        key=lambda each: (each.member != member.id, -each.at.timestamp() if each.at else math.inf),
    )


def _from_library(passages: Iterable[Passage]) -> Iterator[ReadReview]:
    """Yield the library's reviews: what may be seen of one stands together."""
    in_order = sorted(passages, key=lambda passage: passage.order)
    for _, group in groupby(in_order, key=lambda passage: (passage.document, passage.group)):
        first, *others = group
        at = dt.datetime.combine(first.date, dt.time(), dt.UTC) if first.date else None
        yield ReadReview(first.rating, " ".join(part.text for part in (first, *others)), at, first.likes)


SHOWN = 300  # characters of a review in a preview of its end


@button(Page, rf"reviews:{ID}:{PAGE}")
async def review_page_button(button: Page, interaction: Interaction) -> Card:
    """Turns to a page of reviews, for whoever presses, at their position."""
    app = app_of(interaction)
    asked = await app.get(AskedQuestions).asked(button.given["asked_id"], "reviews")
    member, place = await visitor(interaction)
    if asked.member.club != member.club or asked.place.id != place.id:
        raise Refused("That list belongs to somebody else or another server. Open it from the book’s card: /book show.")
    return await reviews_card(app, member, place, asked, button.page)


FILTERS = {"1 any": "All reviews", "5 any": "Five stars", "4 any": "Four stars or more", "3 any": "Three or more"}
FILTERS |= {f"1 {since}": f"Of the last {since}" for since in DAYS}


class FilterMenu(Picked, template=r"reviews-filter:(?P<book>.{1,80})"):
    """Picks which of the reviews of a book are shown, by their stars or their age."""

    @classmethod
    def of(cls, slug: Slug) -> Self:
        """Return the menu."""
        options = [discord.SelectOption(label=label, value=value) for value, label in FILTERS.items()]
        return cls(discord.ui.Select(custom_id=f"reviews-filter:{slug}", placeholder="Which ones?", options=options))

    async def card(self, interaction: Interaction, values: list[str]) -> Card:
        """Show those in place of the list."""
        app, (member, place) = app_of(interaction), await visitor(interaction)
        known = await app.get(Questions).needed(member, place, self.custom_id.partition(":")[2])
        chosen = values[0] if values[0] in FILTERS else "1 any"
        asked = await app.get(AskedQuestions).keep("reviews", member, place, chosen, known.slug)
        return await reviews_card(app, member, place, asked)


async def of_button(button: OwnButton, interaction: Interaction) -> tuple[App, Asked, Book]:
    """Return the app, and what is kept for a button, with its book. Raises Refused for anybody else."""
    asked, app = await button.asked(interaction), app_of(interaction)
    return app, asked, app.books[asked.book or ""]


@button(OwnButton, "review-delete", "Delete", of=("review",))
async def review_delete_button(button: OwnButton, interaction: Interaction) -> Card:
    """Shows what would be deleted."""
    app, asked, book = await of_button(button, interaction)
    return deleting_card(asked, book, await app.get(Reviews).needed(asked.member, book))


@button(Confirm, "review-gone", style=DANGER, of=("review",))
async def review_gone_button(button: Confirm, interaction: Interaction) -> Card:
    """Deletes one's own review, once that is confirmed."""
    app, asked, book = await of_button(button, interaction)
    gone = await app.get(Reviews).delete(asked.member, book)
    kept = await app.get(AskedQuestions).keep(GONE, asked.member, asked.place, gone.dump(), book.slug)
    text = f"Deleted: your review of {book.title}. Nobody can read it any more."
    return notice_card(text, buttons=[review_back_button(kept.id)])


@button(Undo, "review-back", of=(GONE,))
async def review_back_button(button: Undo, interaction: Interaction) -> Card:
    """Puts a deleted review back."""
    app, asked, book = await of_button(button, interaction)
    await app.get(Reviews).put_back(Review.load(asked.text))
    return notice_card(f"Undone. Your review of {book.title} is back.")


def deleting_card(asked: Asked, book: Book, review: Review) -> Card:
    """Return the preview of deleting a review."""
    items = [review_gone_button(asked.id), Cancel(asked.member.id, label="Keep it")]
    more = " …" if len(review.text) > SHOWN else ""
    text = f"Delete this review?\n{_stars(review.stars)}\n{opening(review.text, SHOWN)}{more}"
    return notice_card(text, f"Your review of {book.title}", items)


async def reviews_card(app: App, member: Member, place: Place, asked: Asked, page: int = 1) -> Card:
    """Return a page of the reviews that a member wants to read, of those that they may."""
    book = app.books[asked.book or ""]
    stars, _, since = asked.text.partition(" ")
    found = await reviews_for(app, member, place, book, int(stars), since)
    if not found:
        filters = [FilterMenu.of(book.slug)] if asked.text != "1 any" else []
        return notice_card("There are no such reviews for what you’ve read so far.", book.title, filters)
    items = [_item(review, member) for review in found]
    return paged_card(book.title, items, page, partial(review_page_button, asked.id), items=[FilterMenu.of(book.slug)])


def _item(review: ReadReview, reader: Member) -> str:
    """Return a review as a list shows it, safe. A mention shows a name and, in our messages, calls nobody."""
    who = f"<@{review.member}>" if review.member else "**A reader**"
    when = ""
    if review.at:
        when = f"<t:{int(review.at.timestamp())}:D>" if review.member else f"{review.at.day} {review.at:%B %Y}"
    likes = plural(review.likes, "like") if review.likes else ""
    own = "**Your review**" if review.member == reader.id else who
    return f"{' · '.join(filter(None, (own, _stars(review.stars), when, likes)))}\n{safe(review.text)}".strip()


def _stars(stars: int | None) -> str:
    return f"{'★' * stars}{'☆' * (5 - stars)}" if stars else "no stars"


class ReviewDraft(NamedTuple):
    """What somebody types as a review: stars, a text, and how far it reveals, in their own words."""

    stars: str = ""
    text: str = ""
    said: str = ""

    @classmethod
    def begun(cls, book: Book, earlier: Review | None, marks: int = 0) -> Self:
        """Return what stands in the fields at first: the earlier review, or where its author is in the book."""
        if earlier is None:
            return cls(said=describe_position(marks, book))
        return cls(str(earlier.stars or ""), earlier.text, describe_position(min(earlier.said, book.marks), book))


DRAFT = TypeAdapter(ReviewDraft)  # a draft as text that can be kept


class ReviewModal(Dialogue):
    """Stars, a text, and how far it reveals."""

    def __init__(self, book: Book, draft: ReviewDraft) -> None:
        super().__init__(title=one_line(f"Review: {book.title}", MODAL_TITLE))
        self._book = book
        options = [
            discord.SelectOption(label="★" * n, value=f"{n}", default=draft.stars == f"{n}") for n in range(1, 6)
        ]
        self.stars: discord.ui.Select[Any] = discord.ui.Select(
            custom_id="stars", placeholder="No stars", options=options, min_values=0, required=False
        )
        self.add_item(discord.ui.Label(text="Stars", component=self.stars))
        seen = "Members of this club who have read that far can see it, with your name."
        far = "For example ch 5, 45% or finished. “Not started” if your review has no spoilers."
        self.text = self.line(
            "Review", "text", draft.text, description=seen, style=discord.TextStyle.paragraph, required=False,
            max_length=INPUT,
        )  # fmt: skip
        self.said = self.line("How far must readers be?", "said", draft.said, description=far, max_length=MAX_LENGTH)

    async def on_submit(self, interaction: Interaction, /) -> None:
        """Keep the review; where that cannot be, what was typed is not lost."""
        app, book = app_of(interaction), self._book
        member, place = await acknowledge(interaction)
        stars, text, said = draft = ReviewDraft("".join(self.stars.values), self.text.value, self.said.value)
        try:
            app.get(Allowance).take(member)
            kept = await app.get(Reviews).write(member, book, int(stars) if stars else None, text, said)
        except DogearError as error:
            typed = DRAFT.dump_json(draft).decode()
            asked = await app.get(AskedQuestions).keep("review-draft", member, place, typed, book.slug)
            raise Choice(str(error), [review_draft_button(asked.id)]) from error
        asked = await app.get(AskedQuestions).keep("review", member, place, "", book.slug)
        told = saved_text(kept, book, app.books, await app.get(Audiences).private(member, place))
        buttons = [review_edit_button(asked.id), review_delete_button(asked.id)]
        await deliver(interaction, notice_card(told, book.title, buttons))


def saved_text(review: Review, book: Book, books: Mapping[Slug, Book], author: Audience) -> str:
    """Return what tells the author of a saved review who can read it now, and who can later.

    Where that is further than they have read, they are not told how far: they may only be guessing.
    """
    if review.needs.within({book.slug: review.said}):
        readers = f"who have read up to {reach(book, review.said)}" if review.said else "of this club"
        return f"Saved. Members {readers} can read your review, with your name."
    if not author.may_see(review.needs):
        return "Saved. It might go further than you say, so it waits for readers who are further on than you."
    far = " and ".join(reach(books[slug], mark) for slug, mark in review.needs.marks.items() if mark and slug in books)
    return f"Saved. It goes further than you say, so it waits. It opens for readers who have read up to {far}."


async def review_form(app: App, member: Member, book: Book) -> ReviewModal:
    """Return the form for a member's review, with what they wrote before, or where they are."""
    earlier = await app.get(Reviews).mine(member, book)
    marks = (await app.get(Progress).positions(member)).get(book.slug, 0)
    return ReviewModal(book, ReviewDraft.begun(book, earlier, marks))


@button(OwnButton, "review-draft", "Keep writing", style=PRIMARY, of=("review-draft",), answers=True)
async def review_draft_button(button: OwnButton, interaction: Interaction) -> None:
    """Opens the modal again with what was typed."""
    _, asked, book = await of_button(button, interaction)
    await interaction.response.send_modal(ReviewModal(book, DRAFT.validate_json(asked.text)))


@button(OwnButton, "review-edit", "Edit", of=("review",), answers=True)
async def review_edit_button(button: OwnButton, interaction: Interaction) -> None:
    """Opens the modal with one's own review as it is kept."""
    app, asked, book = await of_button(button, interaction)
    earlier = await app.get(Reviews).needed(asked.member, book)
    await interaction.response.send_modal(ReviewModal(book, ReviewDraft.begun(book, earlier)))


Typed = app_commands.Range[str, 1, 200]
Stars = app_commands.Range[int, 1, 5]
SINCE = [
    app_commands.Choice(name=name, value=value)
    for name, value in (("Last week", "week"), ("Last month", "month"), ("Last year", "year"), ("Any time", "any"))
]


async def write_review(interaction: Interaction, book: str = "") -> None:
    """Open the form of its asker's review, with the earlier one in it."""
    app, (member, place) = app_of(interaction), await visitor(interaction)
    app.get(Reviews).check(member)
    known = await app.get(Questions).needed(member, place, book)
    await interaction.response.send_modal(await review_form(app, member, known))


async def read_reviews(interaction: Interaction, book: str = "", stars: int = 1, since: str = "any") -> None:
    """Show the reviews that its asker may read."""
    app, (member, place) = app_of(interaction), await acknowledge(interaction)
    known = await app.get(Questions).needed(member, place, book)
    asked = await app.get(AskedQuestions).keep("reviews", member, place, f"{stars} {since}", known.slug)
    await deliver(interaction, await reviews_card(app, member, place, asked))


buttons.OPENINGS["open-review"] = buttons.Opening("Write a review", write_review)
buttons.OPENINGS["open-reviews"] = buttons.Opening("Reviews", read_reviews)


class ReviewCog(AppCog):
    """Members' reviews, and the library's."""

    review = in_clubs_and_direct_messages(
        app_commands.Group(
            name="review",
            description="Reviews: your own, and those you can read without spoilers.",
            default_permissions=BY_BUTTON,
        )
    )

    @review.command()
    @app_commands.describe(book="The book")
    @app_commands.autocomplete(book=autocomplete.books)
    async def write(self, interaction: Interaction, book: Typed | None = None) -> None:
        """Write or change your review: stars, a text, and how far readers must be to see it."""
        await write_review(interaction, book or "")

    @review.command()
    @app_commands.describe(book="The book", stars="At least this many stars", since="Not older than")
    @app_commands.choices(since=SINCE)
    @app_commands.autocomplete(book=autocomplete.books)
    async def read(
        self, interaction: Interaction, book: Typed | None = None, stars: Stars = 1, since: str = "any"
    ) -> None:
        """Read reviews without spoilers for you. Only you see them."""
        await read_reviews(interaction, book or "", stars, since)

    @review.command()
    @app_commands.describe(book="The book")
    @app_commands.autocomplete(book=autocomplete.books)
    async def edit(self, interaction: Interaction, book: Typed | None = None) -> None:
        """Edit your review of a book."""
        member, place = await visitor(interaction)
        known = await self._app.get(Questions).needed(member, place, book)
        earlier = await self._app.get(Reviews).needed(member, known)
        await interaction.response.send_modal(ReviewModal(known, ReviewDraft.begun(known, earlier)))

    @review.command()
    @app_commands.describe(book="The book")
    @app_commands.autocomplete(book=autocomplete.books)
    async def delete(self, interaction: Interaction, book: Typed | None = None) -> None:
        """Delete your review of a book. I ask you to confirm first."""
        member, place = await acknowledge(interaction)
        known = await self._app.get(Questions).needed(member, place, book)
        review = await self._app.get(Reviews).needed(member, known)
        asked = await self._app.get(AskedQuestions).keep("review", member, place, "", known.slug)
        await deliver(interaction, deleting_card(asked, known, review))


BUTTONS = (
    review_page_button, review_delete_button, review_gone_button, review_back_button, review_draft_button,
    review_edit_button, FilterMenu,
)  # fmt: skip
FEATURE = Feature("reviews", cogs=(ReviewCog,), buttons=BUTTONS)
