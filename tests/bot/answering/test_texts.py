"""What is told of books, in any door: covers, places, lists and quotes."""

import datetime as dt
from dataclasses import replace

from bot.answering.texts import SHOWN_SIMILAR, book_card, library_list, place_list, quote_list, similar_list
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
    assert similar_list(EMMA) == "The library doesn’t list books similar to Emma."
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
