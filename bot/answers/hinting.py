"""Hints: what to think about, where it is dealt with, and the answer only for those who have read far enough."""

from __future__ import annotations

from collections.abc import Mapping

from bot.answers.quoting import quoted
from bot.answers.wording import NEUTRAL
from bot.reply import Reply
from corpus.books import Book, Slug, Unit
from retrieval.gate import Audience
from retrieval.search import Search

THINK_LIMIT = 240
"""Characters quoted to think about: two sentences."""


def hints(search: Search, answer: Reply, books: Mapping[Slug, Book], audience: Audience, mark: int | None) -> list[str]:
    """Return the three levels of a hint, mildest first; `mark` is where the book deals with the question."""
    book = books[search.book or ""]
    think = quoted(search.sentences, books, THINK_LIMIT)
    first = f"The pages up to yours have this:\n{think.text}" if think.quotes else NEUTRAL
    if mark is None:
        return [first, NEUTRAL, answer.answer]
    where = f"{mark}%" if book.unit is Unit.PERCENT else f"{book.unit.value} {mark}"
    if mark > audience.at(book.slug):
        return [first, f"The pages on this are not yours before {where}.", f"This is a spoiler before {where}."]
    return [first, f"The pages on this are yours: {where}." if mark else "The pages on this are yours.", answer.answer]
