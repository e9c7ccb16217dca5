"""Answers as cards: which book, how far it goes, and why there is no more to see."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import discord

from bot.book_text import place_sentence
from bot.club.allowance import Allowance
from bot.club.questions import Answer
from bot.discord.answer_cards import answer_card
from bot.discord.cards import Card
from bot.discord.pages import page_of
from bot.discord.safe_text import one_line
from corpus.books import Book, Slug
from corpus.positions import describe_position
from retrieval.gate import Audience

Items = Sequence[discord.ui.Item[Any]]
Books = Mapping[Slug, Book]

QUESTION = 250
"""Characters of a question above its answer."""


def private_card(answer: Answer, books: Books, items: Items, note: str = "") -> Card:
    """Return the card of an answer that its asker alone sees."""
    card = answer_card(answer.reply, title=_title(answer, books), buttons=items)
    return replace(card, note=note)


def public_card(answer: Answer, books: Books, items: Items, asker: str) -> Card:
    """Return the card of an answer that everybody in a place sees: with its question, and how far it goes.

    A question whose words go too far themselves is not repeated.
    """
    footers = (f"Asked by {asker}", how_far(answer.reply.book, answer.place, books))
    question = one_line(answer.asked.text, QUESTION) if answer.quotable else ""
    title = question or _title(answer, books)
    return answer_card(answer.reply, title=title, footers=footers, buttons=items, public=True)


def spoken_card(answer: Answer, books: Books, items: Items, note: str = "") -> Card:
    """Return the card of a reply to what somebody said where others read along."""
    footers = (how_far(answer.reply.book, answer.place, books),)
    card = answer_card(answer.reply, title=_title(answer, books), footers=footers, buttons=items, public=True)
    return replace(card, note=note)


def page_card(answer: Answer, books: Books, number: int, items: Items) -> Card:
    """Return one page of a long answer."""
    page = page_of(answer.reply.body, number)
    shown = replace(answer.reply, body=page.text, sources=())
    footers = (f"Page {page.number} of {page.of}",) if page.of > 1 else ()
    return answer_card(shown, title=_title(answer, books), footers=footers, buttons=items)


def hint_card(answer: Answer, books: Books, level: int, items: Items) -> Card:
    """Return a hint of one level, from 1, the mildest."""
    levels = answer.reply.hints
    if not levels:
        return private_card(answer, books, ())
    shown = min(max(1, level), len(levels))
    body, _, source = levels[shown - 1].rpartition("\n— ")
    reply = replace(answer.reply, body=body or source, sources=(source,) if body else ())
    title = f"{_title(answer, books)}: hint {shown} of {len(levels)}"
    return answer_card(reply, title=title.removeprefix(": "), buttons=items)


def how_far(book: Slug | None, audience: Audience, books: Books) -> str:
    """Return how far an answer for everybody in a place goes."""
    ceilings = [
        f"{books[slug].title}, {describe_position(marks, books[slug])}"
        for slug, marks in audience.positions.items()
        if slug in books and book in (None, slug)
    ]
    return f"Goes no further than {' and '.join(ceilings)}" if ceilings else "Goes no further than the covers"


def why(book: Slug | None, audience: Audience, books: Books, *, public: bool) -> str:
    """Return why an answer says no more, in words that are the same whether there is more or not."""
    nothing_beyond = "I tell nothing beyond that, whether there is anything or not."
    if public and not audience.positions:
        return (
            "This place has no ceiling, so I speak here as to somebody who has not begun any book. "
            "A moderator sets one with /ceiling set. In private I go as far as you have read."
        )
    if public:
        return f"{how_far(book, audience, books)}. {nothing_beyond} In private I go as far as you have read."
    if book is None or book not in books:
        return f"You see what you have read, by your own reports. {nothing_beyond} /progress show lists them."
    place = place_sentence(books[book], audience.positions.get(book))
    return f"{books[book].title}: {place} {nothing_beyond} /progress set moves you on."


def out_of_tokens(answer: Answer, allowance: Allowance) -> str:
    """Return a note where the club's tokens for the chat model are used up, and nothing otherwise."""
    if not answer.out_of_tokens:
        return ""
    back = f"<t:{int(allowance.tomorrow.timestamp())}:R>"
    return f"Quoted: the chat model has done its share for today. It is back {back}."


def _title(answer: Answer, books: Books) -> str:
    book = books.get(answer.reply.book or "")
    return book.title if book else ""
