"""What may be told of books and of where a reader is in them, to anyone: cards, lists and sentences."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from corpus.books import Book, Unit
from corpus.positions import describe_position
from corpus.reveals import Slug

SHOWN_SIMILAR = 12


def place_line(book: Book, marks: int | None) -> str:
    """Return where a reader is in a book, as a line of a list."""
    return f"{book.title}: {'not said yet' if marks is None else describe_position(marks, book)}"


def place_sentence(book: Book, marks: int | None) -> str:
    """Return where a reader is in a book, as a sentence."""
    if marks is None:
        return "You have not said how far you are."
    if marks <= 0:
        return "You have not started it."
    if marks >= book.marks:
        return "You have finished it."
    where = describe_position(marks, book)
    return f"You are at {where}." if book.unit is Unit.PERCENT else f"You have finished {where}."


def book_card(book: Book, marks: int | None, premise: str) -> str:
    """Return a book's card: what is on its cover, what it is counted in, and where the reader is."""
    year = f", {book.year}" if book.year is not None else ""
    return "\n".join(
        filter(None, (f"{book.author}{year}", _series(book), _ratings(book), premise, _measure(book, marks)))
    )


def _series(book: Book) -> str:
    number = f", no. {book.series_number:g}" if book.series and book.series_number is not None else ""
    return f"{book.series}{number}" if book.series else ""


def _ratings(book: Book) -> str:
    if not book.ratings:
        return ""
    told = book.ratings
    numbers = (
        f"{told.average:.2f} of 5 stars",
        told.count and f"{told.count:,} ratings",
        told.reviews and (f"{told.reviews:,} reviews"),
    )
    source = f" ({told.source})" if told.source else ""
    return ", ".join(str(number) for number in numbers if number) + source


def _measure(book: Book, marks: int | None) -> str:
    count = "percent" if book.unit is Unit.PERCENT else f"{book.unit.value}{'s' * (book.marks != 1)}"
    measure = "Counted in percent." if book.unit is Unit.PERCENT else f"{book.marks} {count}."
    return f"{measure} {place_sentence(book, marks)}"


def similar_list(book: Book) -> str:
    """Return what readers of a book also liked."""
    if not book.similar:
        return f"The library names no books like {book.title}."
    lines = (
        f"{other.title}{f', {other.author}' if other.author else ''}{f': {other.why}' if other.why else ''}"
        for other in book.similar[:SHOWN_SIMILAR]
    )
    return "\n".join(lines)


def in_order(books: Iterable[Book]) -> list[Book]:
    """Return books as on a shelf: series by name, each in its own order, then those of no series."""
    return sorted(books, key=lambda b: (not b.series, b.series.casefold(), b.series_number or 0, b.year or 0, b.title))


def place_list(books: Mapping[Slug, Book], positions: Mapping[Slug, int]) -> str:
    """Return where a reader is in every book that they have told of."""
    told = [place_line(book, positions[book.slug]) for book in in_order(books.values()) if book.slug in positions]
    return "\n".join(told)
