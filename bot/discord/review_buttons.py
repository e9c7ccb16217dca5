"""The cards and buttons of reviews that are there: turning the page, deleting one's own, putting it back."""

from __future__ import annotations

from typing import Any

import discord

from bot.club.people import Member, Place
from bot.club.review_drafts import GONE, read_review, written_review
from bot.club.review_reading import ReadReview, reviews_for, wanted
from bot.club.review_records import Review
from bot.club.services import Services
from bot.club.talk_records import Asked
from bot.discord.answer_buttons import ID, own_question
from bot.discord.answer_cards import notice_card
from bot.discord.cards import Card
from bot.discord.club_bot import services_of
from bot.discord.confirming import CONFIRM, CancelButton
from bot.discord.delivering import replace_card
from bot.discord.failures import Refused
from bot.discord.pages import opening
from bot.discord.paging import paged_card
from bot.discord.pressing import Pressed
from bot.discord.safe_text import safe
from bot.discord.visitors import visitor
from corpus.books import Book
from corpus.text import plural

NONE_FITS = "There are no reviews that fit, up to where you are."

SHOWN = 300
"""Characters of a review in a preview of its end."""


class ReviewPageButton(Pressed, template=rf"reviews:(?P<asked_id>{ID}):(?P<page>\d{{1,4}})"):
    """Turns to a page of reviews, for whoever presses, at their position."""

    def __init__(self, asked_id: str, page: int | str, label: str = "Page") -> None:
        super().__init__(label, f"reviews:{asked_id}:{page}")
        self._asked_id, self._page = asked_id, int(page)

    async def pressed(self, interaction: discord.Interaction[Any]) -> None:
        """Show the page in place of the one before."""
        await interaction.response.defer()
        services = services_of(interaction)
        asked = await services.questions.asked(self._asked_id, "reviews")
        member, place = await visitor(interaction)
        if asked.member.club != member.club or asked.place.id != place.id:
            raise Refused("Those reviews were asked for elsewhere. /review read shows them here.")
        await replace_card(interaction, await reviews_card(services, member, place, asked, self._page))


class ReviewDeleteButton(Pressed, template=rf"review-delete:(?P<asked_id>{ID})"):
    """Shows what would be deleted."""

    def __init__(self, asked_id: str) -> None:
        super().__init__("Delete", f"review-delete:{asked_id}")
        self._asked_id = asked_id

    async def pressed(self, interaction: discord.Interaction[Any]) -> None:
        """Show the preview in place of the card."""
        await interaction.response.defer()
        asked = await own_question(interaction, self._asked_id, "review")
        services = services_of(interaction)
        book = services.books[asked.book or ""]
        review = await services.reviews.needed(asked.member, book)
        await replace_card(interaction, deleting_card(asked, book, review))


class ReviewGoneButton(Pressed, template=rf"review-gone:(?P<asked_id>{ID})"):
    """Deletes one's own review, once that is confirmed."""

    def __init__(self, asked_id: str) -> None:
        super().__init__(CONFIRM, f"review-gone:{asked_id}", discord.ButtonStyle.danger)
        self._asked_id = asked_id

    async def pressed(self, interaction: discord.Interaction[Any]) -> None:
        """Delete it, and offer to undo."""
        await interaction.response.defer()
        asked = await own_question(interaction, self._asked_id, "review")
        services = services_of(interaction)
        book = services.books[asked.book or ""]
        gone = await services.reviews.delete(asked.member, book)
        kept = await services.questions.keep(GONE, asked.member, asked.place, written_review(gone), book.slug)
        text = f"Deleted: your review of {book.title}. Nobody can read it any more."
        await replace_card(interaction, notice_card(text, buttons=[ReviewBackButton(kept.id)]))


class ReviewBackButton(Pressed, template=rf"review-back:(?P<asked_id>{ID})"):
    """Puts a deleted review back."""

    def __init__(self, asked_id: str) -> None:
        super().__init__("Undo", f"review-back:{asked_id}")
        self._asked_id = asked_id

    async def pressed(self, interaction: discord.Interaction[Any]) -> None:
        """Put it back."""
        await interaction.response.defer()
        asked = await own_question(interaction, self._asked_id, GONE)
        services = services_of(interaction)
        await services.reviews.put_back(read_review(asked.text))
        title = services.books[asked.book or ""].title
        await replace_card(interaction, notice_card(f"Undone: your review of {title} is there again."))


def deleting_card(asked: Asked, book: Book, review: Review) -> Card:
    """Return the preview of deleting a review."""
    items = [ReviewGoneButton(asked.id), CancelButton(asked.member.id, "Keep it")]
    text = f"I would delete this:\n{_stars(review.stars)}\n{opening(review.text, SHOWN)}"
    return notice_card(f"{text} …" if len(review.text) > SHOWN else text, f"Your review of {book.title}", items)


async def reviews_card(services: Services, member: Member, place: Place, asked: Asked, page: int = 1) -> Card:
    """Return a page of the reviews that a member wants to read, of those that they may."""
    book = services.books[asked.book or ""]
    stars, _, since = asked.text.partition(" ")
    found = await reviews_for(services, member, place, book, wanted(int(stars), since, services.now()))
    if not found:
        return notice_card(NONE_FITS, book.title)
    items = [_item(review) for review in found]
    return paged_card(book.title, items, page, lambda number, label: ReviewPageButton(asked.id, number, label))


def _item(review: ReadReview) -> str:
    """Return a review as a list shows it, safe. A mention shows a name and, in our messages, calls nobody."""
    who = "**Your review**" if review.own else f"<@{review.member}>" if review.member else "**A reader**"
    when = f"<t:{int(review.at.timestamp())}:D>" if review.at and review.member else _day(review)
    likes = plural(review.likes, "like") if review.likes else ""
    heading = " · ".join(filter(None, (who, _stars(review.stars), when, likes)))
    return f"{heading}\n{safe(review.text)}".strip()


def _day(review: ReadReview) -> str:
    return f"{review.at.day} {review.at:%B %Y}" if review.at else ""


def _stars(stars: int | None) -> str:
    return f"{'★' * stars}{'☆' * (5 - stars)}" if stars else "no stars"


REVIEW_BUTTONS = (ReviewPageButton, ReviewDeleteButton, ReviewGoneButton, ReviewBackButton)
