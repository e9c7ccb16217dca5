"""An advice as plain text."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.reading_order.advice import OrderKind
from bot.reading_order.plan import reading_orders
from bot.reading_order.text import LIMIT, kind_text, order_text
from corpus.book_file import read_book
from corpus.books import Book, Requirement, Reveals, Unit
from corpus.library import SHIPPED


def a_book(slug: str, year: int, *requires: Requirement, series: str = "Lighthouse", story: int | None = None) -> Book:
    title = slug.replace("-", " ").title()
    return Book(slug, title, "An Author", Unit.CHAPTER, 10, year=year, series=series, story_time=story,
                requires=requires)  # fmt: skip


def shelf(*books: Book) -> dict[str, Book]:
    return {book.slug: book for book in books}


BOOKS = shelf(
    a_book("one", 1960, story=1950),
    a_book("aside", 1961, story=1930),
    a_book("two", 1962, Requirement("one", "first", "The quarrel begins there."), story=1951),
    a_book("three", 1963, Requirement("two", "helps", "It is funnier then."), Requirement("one", "helps", ""),
           story=1940),
)  # fmt: skip


def test_a_series_for_a_reader_who_is_on_the_way() -> None:
    assert order_text(reading_orders(BOOKS, {"one": 10, "two": 4}, series="Lighthouse")) == (
        "Lighthouse, recommended for you:\n"
        "\n"
        "1. ✓ One (1960)\n"
        "2. Aside (1961) – after that, stands alone\n"
        "3. ▶ Two (1962) – you are reading it\n"
        "   best read after One: The quarrel begins there.\n"
        "4. Three (1963)\n"
        "   richer after Two: It is funnier then.\n"
        "   richer after One\n"
        "\n"
        "Publication order is the same.\n"
        "Story time: Aside → Three → One → Two.\n"
        "\n"
        "None of these needs another: read them in any order."
    )


def test_a_book_with_what_leads_to_it() -> None:
    text = order_text(reading_orders(BOOKS, {}, book="three"))
    assert text.splitlines()[:5] == [
        "On the way to Three, recommended for you:",
        "",
        "1. One (1960) – next, optional",
        "2. Two (1962) – optional",
        "   best read after One: The quarrel begins there.",
    ]


def test_the_library_has_a_heading_for_each_series() -> None:
    books = shelf(a_book("one", 1960), a_book("two", 1961, series="Harbour"), a_book("three", 1950, series=""))
    assert order_text(reading_orders(books, {})).splitlines()[:9] == [
        "All books, recommended for you:",
        "",
        "Lighthouse",
        "1. One (1960) – next, stands alone",
        "",
        "Harbour",
        "2. Two (1961) – stands alone",
        "",
        "Other books",
    ]


@pytest.mark.parametrize("read", [0, 4, 9])
def test_the_shipped_series_fits_a_message(read: int) -> None:
    books = {home.name: read_book(home, []) for home in sorted(SHIPPED.iterdir()) if (home / "book.toml").exists()}
    advice = reading_orders(books, {}, series="George Smiley")
    positions = {slug: books[slug].marks for slug in advice.recommended.books[:read]}
    text = order_text(reading_orders(books, positions, series="George Smiley"))
    assert len(text) <= LIMIT
    assert all(step.title in text for step in advice.recommended.steps)


def test_a_long_series_shows_the_books_around_the_next_one() -> None:
    books = shelf(*(a_book(f"volume-{n}-of-the-tales", 1900 + n) for n in range(100)))
    positions = {f"volume-{n}-of-the-tales": 10 for n in range(60)}
    text = order_text(reading_orders(books, positions, series="Lighthouse"))
    assert len(text) <= LIMIT
    assert "… 59 before these" in text
    assert "61. Volume 60 Of The Tales (1960) – next" in text
    assert "more\n" in text


@settings(deadline=None)
@given(st.integers(1, 60), st.text(min_size=1, max_size=400), st.integers(80, 2_000))
def test_the_limit_holds_whatever_is_in_the_library(count: int, text: str, limit: int) -> None:
    books = {
        f"b{n}": Book(f"b{n}", text, text, Unit.CHAPTER, 10, series=text,
                      requires=(Requirement(f"b{(n * 7) % count}", "first", text, Reveals.of({"b0": n % 3})),))
        for n in range(count)
    }  # fmt: skip
    assert len(order_text(reading_orders(books, {"b1": 3, "b2": 10}), limit)) <= limit


def test_an_order_by_itself_is_a_list_with_what_is_to_be_said_of_it() -> None:
    advice = reading_orders(BOOKS, {"one": 10}, series="Lighthouse")
    assert kind_text(OrderKind.STORY, advice) == (
        "Lighthouse, story time:\n\n1. Aside (1961) – next, stands alone\n2. Three (1963)\n3. ✓ One (1960)\n"
        "4. Two (1962)"
    )


def test_an_order_that_comes_to_the_same_as_another_says_so() -> None:
    told = kind_text(OrderKind.PUBLICATION, reading_orders(BOOKS, {}, series="Lighthouse"))
    assert told.startswith("Lighthouse, publication order:")
    assert told.endswith("It is the same as the recommended order.")
    twice = shelf(
        a_book("late", 1960, Requirement("early", "first", ""), story=1900),
        a_book("early", 1961, story=1901),
    )
    story = kind_text(OrderKind.STORY, reading_orders(twice, {}, series="Lighthouse"))
    assert story.endswith("It is the same as publication order.")
