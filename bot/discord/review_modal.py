"""The modal in which a review is written, and what comes after it is sent."""

from __future__ import annotations

from typing import Any

import discord

from bot.book_text import reach
from bot.club.review_drafts import Draft
from bot.club.review_records import Review
from bot.club.reviews import MAX_TEXT, STARS
from bot.discord.answer_buttons import ID, own_question
from bot.discord.answer_cards import notice_card
from bot.discord.cards import Card
from bot.discord.club_bot import services_of
from bot.discord.delivering import deliver
from bot.discord.failures import Choice
from bot.discord.limits import MODAL_TITLE
from bot.discord.pressing import Dialogue, Pressed
from bot.discord.review_buttons import ReviewDeleteButton
from bot.discord.safe_text import one_line
from bot.discord.visitors import visitor
from corpus.books import Book
from corpus.errors import DogearError
from corpus.positions import MAX_LENGTH

REVEALS = "For readers who have got how far?"
REVEALS_HELP = "In your own words: ch 5, 45%, finished. “Not started” for a review without spoilers."
TEXT_HELP = "Members of this club who have read that far can read it, with your name."


class ReviewModal(Dialogue):
    """Stars, a text, and how far it reveals."""

    def __init__(self, book: Book, draft: Draft) -> None:
        super().__init__(title=one_line(f"Review: {book.title}", MODAL_TITLE))
        self._book = book
        options = [discord.SelectOption(label="★" * n, value=str(n), default=draft.stars == str(n)) for n in STARS]
        self.stars: discord.ui.Select[Any] = discord.ui.Select(
            custom_id="stars", placeholder="No stars", options=options, min_values=0, required=False
        )
        self.text: discord.ui.TextInput[Any] = discord.ui.TextInput(
            custom_id="text", style=discord.TextStyle.paragraph, default=draft.text or None, required=False,
            max_length=MAX_TEXT,
        )  # fmt: skip
        self.said: discord.ui.TextInput[Any] = discord.ui.TextInput(
            custom_id="said", default=draft.said or None, max_length=MAX_LENGTH
        )
        self.add_item(discord.ui.Label(text="Stars", component=self.stars))
        self.add_item(discord.ui.Label(text="Review", description=TEXT_HELP, component=self.text))
        self.add_item(discord.ui.Label(text=REVEALS, description=REVEALS_HELP, component=self.said))

    async def on_submit(self, interaction: discord.Interaction[Any], /) -> None:
        """Keep the review; where that cannot be, what was typed is not lost."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        services = services_of(interaction)
        member, place = await visitor(interaction)
        draft = Draft("".join(self.stars.values), self.text.value, self.said.value)
        try:
            services.allowance.take(member)
            kept = await services.reviews.write(member, self._book, draft.stars, draft.text, draft.said)
        except DogearError as error:
            asked = await services.questions.keep("review-draft", member, place, draft.written(), self._book.slug)
            raise Choice(str(error), [ReviewDraftButton(asked.id)]) from error
        asked = await services.questions.keep("review", member, place, "", self._book.slug)
        await deliver(interaction, kept_card(self._book, kept, asked.id))


class ReviewDraftButton(Pressed, template=rf"review-draft:(?P<asked_id>{ID})"):
    """Opens the modal again with what was typed."""

    def __init__(self, asked_id: str) -> None:
        super().__init__("Go on writing", f"review-draft:{asked_id}", discord.ButtonStyle.primary)
        self._asked_id = asked_id

    async def pressed(self, interaction: discord.Interaction[Any]) -> None:
        """Open the modal."""
        asked = await own_question(interaction, self._asked_id, "review-draft")
        book = services_of(interaction).books[asked.book or ""]
        await interaction.response.send_modal(ReviewModal(book, Draft.read(asked.text)))


class ReviewEditButton(Pressed, template=rf"review-edit:(?P<asked_id>{ID})"):
    """Opens the modal with one's own review as it is kept."""

    def __init__(self, asked_id: str) -> None:
        super().__init__("Edit", f"review-edit:{asked_id}")
        self._asked_id = asked_id

    async def pressed(self, interaction: discord.Interaction[Any]) -> None:
        """Open the modal."""
        asked = await own_question(interaction, self._asked_id, "review")
        services = services_of(interaction)
        book = services.books[asked.book or ""]
        earlier = await services.reviews.needed(asked.member, book)
        await interaction.response.send_modal(ReviewModal(book, Draft.begun(book, earlier, 0)))


def kept_card(book: Book, review: Review, asked_id: str) -> Card:
    """Return the card of a review that is kept: for which readers, by its author's own word and no other."""
    readers = f"who have read as far as {reach(book, review.said)}" if review.said else "of this club, without spoilers"
    text = f"Your review is kept, for members {readers}. They see it with your name."
    return notice_card(text, book.title, [ReviewEditButton(asked_id), ReviewDeleteButton(asked_id)])


MODAL_BUTTONS = (ReviewDraftButton, ReviewEditButton)
