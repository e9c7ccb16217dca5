"""What is told of books, in any door: covers, places, lists and quotes."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from bot.answering.texts import (
    SHOWN_EDITIONS,
    SHOWN_SIMILAR,
    book_card,
    cover_lines,
    library_list,
    measure,
    place_list,
    place_sentence,
    quote_list,
    similar_list,
)
from corpus.books import Book, Edition, Ratings, Reveals, SimilarBook, Unit
from corpus.passages import Passage

EMMA = Book("emma", "Emma", "Jane Austen", Unit.CHAPTER, 55, year=1815)
PLAIN = Book("plain", "Plain", "A. Nobody", Unit.PERCENT, 100)


def quote(text: str, mark: int, *, group: int = 1, likes: int = 0, inferred: bool = False) -> Passage:
    return Passage(
        f"{group}-{text}", "emma", "quotes", "quotes.md", (text,), Reveals.of({"emma": mark}), inferred, 1, group,
        likes=likes,
    )  # fmt: skip


# Covers


def test_a_card_tells_all_that_the_library_knows_line_by_line() -> None:
    book = replace(
        EMMA,
        series="Highbury",
        series_number=1.5,
        pages=474,
        ratings=Ratings(4.04, 1_234, 1, "A Reading Site", dt.date(2024, 2, 1)),
        editions=(Edition("Paperback", "Quay Press", dt.date(2003, 5, 6), "978-0"), Edition("Audio CD")),
    )
    assert book_card(book, 7, "A young woman arranges other people’s lives.") == (
        "Jane Austen, 1815\n"
        "Highbury, no. 1.5\n"
        "4.04 of 5 stars, 1,234 ratings, 1 review (A Reading Site, 1 February 2024)\n"
        "474 pages.\n"
        "Editions: Paperback (Quay Press, 2003, ISBN 978-0); Audio CD.\n"
        "A young woman arranges other people’s lives.\n"
        "55 chapters. You have finished chapter 7 of 55."
    )


def test_what_is_not_known_is_left_out() -> None:
    assert book_card(PLAIN, None, "") == "A. Nobody\nCounted in percent. You haven’t set your position yet."
    assert cover_lines(replace(PLAIN, ratings=Ratings(4.0), editions=(Edition(),))) == ["A. Nobody", "4.00 of 5 stars"]


def test_figures_name_their_source_or_their_day_alone() -> None:
    day = Ratings(4.0, as_of=dt.date(2024, 12, 31))
    assert cover_lines(replace(PLAIN, ratings=day))[1] == "4.00 of 5 stars (31 December 2024)"
    assert cover_lines(replace(PLAIN, ratings=Ratings(4.0, source="A Site")))[1] == "4.00 of 5 stars (A Site)"


def test_many_editions_are_counted() -> None:
    book = replace(PLAIN, editions=tuple(Edition(f"Edition {n}") for n in range(SHOWN_EDITIONS + 3)))
    assert cover_lines(book)[-1].endswith("Edition 3; 3 more.")
    assert cover_lines(replace(PLAIN, editions=(Edition(publisher="Quay Press"),)))[-1] == "Edition: Quay Press."


def test_pages_are_told_once_where_a_book_is_counted_in_them() -> None:
    paged = replace(EMMA, unit=Unit.PAGE, marks=300, pages=300)
    assert "300 pages." not in cover_lines(paged)
    assert measure(paged) == "300 pages."


@pytest.mark.parametrize(
    ("book", "marks", "told"),
    [
        (EMMA, None, "You haven’t set your position yet."),
        (EMMA, 0, "You haven’t started it."),
        (EMMA, 3, "You have finished chapter 3 of 55."),
        (EMMA, 55, "You have finished it."),
        (PLAIN, 45, "You are at 45%."),
    ],
)
def test_where_a_reader_is_is_a_sentence(book: Book, marks: int | None, told: str) -> None:
    assert place_sentence(book, marks) == told


# Lists


def test_the_library_stands_series_by_series_and_says_where_its_reader_is() -> None:
    tales = [
        Book(f"t{n}", f"Tale {n}", "A", Unit.CHAPTER, 9, series="Tales", series_number=n, year=1900 - n) for n in (2, 1)
    ]
    books = {book.slug: book for book in (PLAIN, *tales)}
    assert library_list(books, {"t2": 4}) == [
        "Tales\n1. Tale 1 (1899)\n2. Tale 2 (1898) – chapter 4 of 9",
        "Other books\nPlain",
    ]
    assert library_list({}, {}) == []


def test_only_books_of_which_a_reader_has_told_are_listed_with_their_places() -> None:
    assert place_list({"emma": EMMA, "plain": PLAIN}, {"plain": 45}) == "Plain: 45%"


def test_similar_books_are_named_with_why_and_a_dozen_is_enough() -> None:
    assert similar_list(EMMA) == "The library names no books like Emma."
    one = SimilarBook("Middlemarch", "George Eliot", why="A town and its hopes.")
    assert similar_list(replace(EMMA, similar=(one, SimilarBook("Cranford")))) == (
        "Middlemarch, George Eliot: A town and its hopes.\nCranford"
    )
    many = replace(EMMA, similar=tuple(SimilarBook(f"Book {n}") for n in range(30)))
    assert len(similar_list(many).splitlines()) == SHOWN_SIMILAR


# Quotes


def test_a_quote_says_whose_words_it_is_where_it_stands_and_how_many_like_it() -> None:
    assert quote_list(EMMA, [quote("“It is such a happiness.”", 3, likes=1_200)]) == [
        "“It is such a happiness.”\n— Jane Austen, Emma, chapter 3 · 1,200 likes"
    ]


def test_a_quote_that_was_cut_into_passages_is_whole_again() -> None:
    told = [quote("“One. Two.", 3), quote("Three.”", 3), quote("“Another.”", 3, group=2, likes=1)]
    assert [line.partition("\n")[0] for line in quote_list(EMMA, told)] == ["“One. Two. Three.”", "“Another.”"]
    assert quote_list(EMMA, told)[1].endswith("· 1 like")


@pytest.mark.parametrize("placed", [quote("“Q.”", 55), quote("“Q.”", 20, inferred=True), quote("“Q.”", 0)])
def test_a_place_is_named_only_where_it_is_known(placed: Passage) -> None:
    assert quote_list(EMMA, [placed]) == ["“Q.”\n— Jane Austen, Emma"]
