"""Which reading order is wanted: what was typed, the series of the current book, or everything."""

import pytest

from bot.features.order.cog import advised
from corpus.books import Book, Unit
from corpus.errors import DogearError

ONE = Book("one", "One", "A", Unit.CHAPTER, 10, year=1960, series="Tales")
TWO = Book("two", "Two", "A", Unit.CHAPTER, 10, year=1961, series="Tales")
LONE = Book("lone", "Lone", "B", Unit.CHAPTER, 10, year=1950)
BOOKS = {book.slug: book for book in (ONE, TWO, LONE)}


def test_advice_is_for_the_positions_of_who_reads_it() -> None:
    advice = advised(None, "Tales", BOOKS, {"one": 10})
    assert advice.recommended.books == ("one", "two")
    assert advised(None, "", BOOKS, {}).recommended.books == ("one", "two", "lone")
    assert advised("two", "", BOOKS, {}).recommended.books == ("two",)


def test_what_is_not_there_says_what_is() -> None:
    with pytest.raises(DogearError, match=r"No series of the library is called Dune\. The library has Tales\."):
        advised(None, "Dune", BOOKS, {})
    with pytest.raises(DogearError, match=r"^The library is empty\.$"):
        advised(None, "", {}, {})
    with pytest.raises(DogearError, match=r"^No series of the library is called Dune\.$"):
        advised(None, "Dune", {"lone": LONE}, {})
