"""Hints: what to think about, where it is dealt with, and the answer only for those who have read far enough."""

from __future__ import annotations

from collections.abc import Mapping

from bot.answers.quoting import quoted
from bot.reply import Reply
from corpus.books import Book
from corpus.reveals import Slug
from retrieval.door import Search
from retrieval.gate import Audience

THINK_LIMIT = 240
"""Characters quoted to think about: two sentences."""


def hints(
    search: Search, answer: Reply, books: Mapping[Slug, Book], audience: Audience, mark: int | None
) -> list[str]:
    """Return the three levels of a hint, mildest first; `mark` is where the book deals with the question."""
    assert search.book is not None
    book = books[search.book]
    think = quoted(search.sentences, books, THINK_LIMIT)
    first = f"You know this already:\n{think.text}" if think.quotes else "There is nothing to go by before you begin."
    if mark is None:
        return [first, "None of the passages deals with it.", answer.answer]
    read = mark <= audience.at(book.slug)
    where = book.reading_name(mark)
    second = f"By {where}, which you have read." if read else f"By {where}."
    return [first, second, answer.answer if read else f"That waits until {where}."]
