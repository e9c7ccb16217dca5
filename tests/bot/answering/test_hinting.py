"""Hints: three levels, mildest first; the last is the answer for those who have read it, and for nobody else."""

from __future__ import annotations

import pytest

from bot.answering.quotes import THINK_LIMIT, hints
from bot.answering.reply import NEUTRAL, Reply
from corpus.books import Book, Reveals, Unit
from corpus.passages import Passage
from retrieval.gate import Audience
from retrieval.search import RankedSentence, Search
from tests.fakes.bookshelf import LANTERN

BOOKS = {LANTERN: Book(LANTERN, "The Lantern", "Anonymous", Unit.CHAPTER, 10)}
ANSWER = Reply("hint", LANTERN, "Two fishermen.", True)
VISIBLE = Passage("id", LANTERN, "summary", "summary.md", ("It rains.",), Reveals.of({LANTERN: 2}), False, 0, 0)
SEARCH = Search(LANTERN, sentences=(RankedSentence("It rains.", VISIBLE, 0, 0.9),))


def levels(
    at: int, mark: int | None, *, search: Search = SEARCH, answer: Reply = ANSWER, unit: Unit = Unit.CHAPTER
) -> list[str]:
    books = {LANTERN: Book(LANTERN, "The Lantern", "Anonymous", unit, 10)}
    return hints(search, answer, books, Audience({LANTERN: at}), mark)


def test_who_has_read_it_gets_something_to_think_about_then_the_place_then_the_answer() -> None:
    first, second, third = levels(5, 5)
    assert "“It rains.”\n— summary, chapter 2" in first
    assert "chapter 5" in second
    assert third == "Two fishermen."


def test_who_has_not_is_told_the_place_and_nothing_of_what_stands_there() -> None:
    first, second, third = levels(4, 5)
    assert "“It rains.”" in first
    assert "chapter 5" in second
    assert "chapter 5" in third
    assert "fishermen" not in f"{first} {second} {third}"


@pytest.mark.parametrize(("unit", "where"), [(Unit.PERCENT, "5%"), (Unit.SECTION, "section 5"), (Unit.PAGE, "page 5")])
def test_the_place_is_in_the_books_own_unit(unit: Unit, where: str) -> None:
    assert where in levels(4, 5, unit=unit)[1]
    assert where in levels(5, 5, unit=unit)[1]


def test_what_needs_no_position_is_in_everybodys_pages() -> None:
    _, second, third = levels(0, 0)
    assert second
    assert "0" not in second
    assert third == ANSWER.answer


def test_where_the_book_does_not_deal_with_it_no_place_is_told() -> None:
    neutral = Reply("hint", LANTERN, NEUTRAL, False)
    assert levels(5, None, answer=neutral)[1:] == [NEUTRAL, NEUTRAL]


def test_with_nothing_to_think_about_the_first_level_is_the_neutral_reply() -> None:
    assert levels(0, 5, search=Search(LANTERN))[0] == NEUTRAL


def test_what_to_think_about_is_short() -> None:
    told = tuple(RankedSentence(f"It rains for the {n}th time.", VISIBLE, n, 0.05) for n in range(20))
    first = levels(5, 5, search=Search(LANTERN, sentences=told))[0]
    quote = first.partition("“")[2].partition("\n— ")[0]
    assert 0 < len(quote) <= THINK_LIMIT
