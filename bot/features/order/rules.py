"""In which order to read: which books are meant, and an advice for one reader or for a place."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.reading_order import Advice, reading_orders
from bot.reading_order.text import listed
from corpus.books import Book, Slug
from corpus.errors import DogearError
from corpus.names import find_book


class NoOrder(DogearError):
    """There is nothing to put into an order, or too much was asked for at once."""


@dataclass(frozen=True, slots=True)
class OrderRequest:
    """The way to a book, or a series; neither means the whole library."""

    book: Slug | None = None
    series: str = ""


def wanted_order(
    typed_book: str | None, typed_series: str | None, at_hand: Book | None, books: Mapping[Slug, Book]
) -> OrderRequest:
    """Return what an order is wanted of: what was typed, or the series of the book at hand, or else everything.

    Raises UnknownBook or NoOrder.
    """
    if typed_book and typed_series:
        raise NoOrder("Choose either a book or a series, not both.")
    if typed_book:
        return OrderRequest(book=find_book(typed_book, books).slug)
    return OrderRequest(series=typed_series or (at_hand.series if at_hand else ""))


def advised(wanted: OrderRequest, books: Mapping[Slug, Book], positions: Mapping[Slug, int]) -> Advice:
    """Return the advice for readers who are at these positions. Raises NoOrder where there is no book to read."""
    advice = reading_orders(books, positions, book=wanted.book, series=wanted.series or None)
    if not advice.recommended.steps:
        series = list(dict.fromkeys(book.series for book in books.values() if book.series))
        known = f"The library has {listed(series)}." if wanted.series and series else ""
        raise NoOrder(" ".join(filter(None, (*advice.notes, known))))
    return advice
