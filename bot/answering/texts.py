"""Spoiler-free texts about books and positions: cards, lists and sentences."""

from collections.abc import Iterable, Mapping
from itertools import groupby

from corpus.books import Book, Edition, SimilarBook, Slug, Unit
from corpus.passages import Passage
from corpus.positions import describe_position
from corpus.text import plural

SHOWN_SIMILAR = 12
SHOWN_EDITIONS = 4


def place_line(book: Book, marks: int | None) -> str:
    """Return where a reader is in a book, as a line of a list."""
    return f"{book.title}: {'not set yet' if marks is None else describe_position(marks, book)}"


def place_sentence(book: Book, marks: int | None) -> str:
    """Return where a reader is in a book, as a sentence."""
    if marks is None:
        return "You haven’t set your position yet."
    if marks <= 0:
        return "You haven’t started it."
    if marks >= book.marks:
        return "You have finished it."
    where = describe_position(marks, book)
    return f"You are at {where}." if book.unit is Unit.PERCENT else f"You have finished {where}."


def reach(book: Book, marks: int) -> str:
    """Return a position as part of a sentence: “chapter 8 of The Moonstone”."""
    if marks <= 0:
        return f"the beginning of {book.title}"
    if marks >= book.marks:
        return f"the end of {book.title}"
    return f"{describe_position(marks, book).partition(' of ')[0]} of {book.title}"


def told_of(name: str, book: Book, marks: int) -> str:
    """Return a member's position in a book, for others to read."""
    if marks <= 0:
        return f"{name} has not started {book.title}."
    if marks >= book.marks:
        return f"{name} has finished {book.title}."
    return f"{name} is at {describe_position(marks, book)} in {book.title}."


def book_card(book: Book, marks: int | None, premise: str) -> str:
    """Return a book's card: its facts, its premise, its unit and the reader's position."""
    return "\n".join(filter(None, (*cover_lines(book), premise, f"{measure(book)} {place_sentence(book, marks)}")))


def cover_lines(book: Book) -> list[str]:
    """Return the facts of a book: author and year, series, ratings, pages, editions."""
    year = f", {book.year}" if book.year is not None else ""
    pages = f"{book.pages} pages." if book.pages and book.unit is not Unit.PAGE else ""
    return list(filter(None, (f"{book.author}{year}", _series(book), _ratings(book), pages, _editions(book))))


def measure(book: Book) -> str:
    """Return the unit of a book, and how many it has."""
    return (
        "Say where you are as a percentage." if book.unit is Unit.PERCENT else f"{plural(book.marks, book.unit.value)}."
    )


def _series(book: Book) -> str:
    number = f", no. {book.series_number:g}" if book.series and book.series_number is not None else ""
    return f"{book.series}{number}" if book.series else ""


def _ratings(book: Book) -> str:
    if not (told := book.ratings):
        return ""
    counts = [plural(number, what) for number, what in ((told.count, "rating"), (told.reviews, "review")) if number]
    day = f"{told.as_of.day} {told.as_of:%B %Y}" if told.as_of else ""
    source = ", ".join(filter(None, (told.source, day)))
    return ", ".join((f"{told.average:.2f} of 5 stars", *counts)) + (f" ({source})" if source else "")


def _editions(book: Book) -> str:
    lines = list(filter(None, map(_edition, book.editions)))
    more = [f"{len(lines) - SHOWN_EDITIONS} more"] if len(lines) > SHOWN_EDITIONS else []
    name = "Edition" if len(lines) == 1 else "Editions"
    return f"{name}: {'; '.join([*lines[:SHOWN_EDITIONS], *more])}." if lines else ""


def _edition(edition: Edition) -> str:
    year = str(edition.published.year) if edition.published else ""
    about = ", ".join(filter(None, (edition.publisher, year, edition.isbn and f"ISBN {edition.isbn}")))
    return f"{edition.format} ({about})" if edition.format and about else edition.format or about


def no_opinions(book: Book) -> str:
    """Return what is said where there are no opinions of a book, or none that the reader may see yet."""
    return f"I have no reviews of {book.title} that I can show you. Write the first one from its card: /book show."


def similar_list(book: Book, most: int = SHOWN_SIMILAR) -> str:
    """Return the books that readers of a book also liked."""
    if not book.similar:
        return f"The library doesn’t list books similar to {book.title}."
    return "\n".join(f"{other.title}{said_of_similar(other)}" for other in book.similar[:most])


def said_of_similar(other: SimilarBook) -> str:
    """Return the author of a similar book, and why readers liked it too."""
    return f"{f', {other.author}' if other.author else ''}{f': {other.why}' if other.why else ''}"


def in_order(books: Iterable[Book]) -> list[Book]:
    """Return books by series, each in its own order, then those of no series."""
    return sorted(books, key=lambda b: (not b.series, b.series.casefold(), b.series_number or 0, b.year or 0, b.title))


def place_list(books: Mapping[Slug, Book], positions: Mapping[Slug, int]) -> str:
    """Return a reader's position in every book for which they have set one."""
    told = [place_line(book, positions[book.slug]) for book in in_order(books.values()) if book.slug in positions]
    return "\n".join(told)


def library_list(books: Mapping[Slug, Book], positions: Mapping[Slug, int]) -> list[str]:
    """Return the library, one text for each series, with the reader's positions."""
    by_series = groupby(in_order(books.values()), key=lambda book: book.series)
    return ["\n".join([name or "Other books", *(_listed(b, positions) for b in its)]) for name, its in by_series]


def _listed(book: Book, positions: Mapping[Slug, int]) -> str:
    number = f"{book.series_number:g}. " if book.series and book.series_number is not None else ""
    year = f" ({book.year})" if book.year is not None else ""
    where = f" – {describe_position(positions[book.slug], book)}" if book.slug in positions else ""
    return f"{number}{book.title}{year}{where}"


def quote_list(book: Book, told: Iterable[Passage]) -> list[str]:
    """Return quotes from a book, each with its author, place and number of likes."""
    whole = (list(pieces) for _, pieces in groupby(told, key=lambda passage: (passage.document, passage.group)))
    return [f"{' '.join(piece.text for piece in pieces)}\n— {_attribution(book, pieces[0])}" for pieces in whole]


def _attribution(book: Book, quote: Passage) -> str:
    """Return the source of a quote. One that is placed at the end may stand anywhere before it, so has no place."""
    mark = quote.mark
    where = book.reading_name(mark) if 0 < mark < book.marks and not quote.inferred else ""
    likes = plural(quote.likes, "like") if quote.likes else ""
    return " · ".join(filter(None, (", ".join(filter(None, (book.author, book.title, where))), likes)))
