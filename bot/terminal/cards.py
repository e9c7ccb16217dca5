"""The texts of the terminal that no question is needed for: books, places in them, and help."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bot.terminal.reader import Reader
from corpus.books import Book, Unit
from corpus.positions import describe_position, examples
from corpus.reveals import Slug

SHOWN_SIMILAR = 12

HELP = """\
Any line that does not begin with / is a question about the book at hand.

/progress BOOK WHERE   where you are: ch 9, p. 120, 45%, finished; without BOOK, in the book at hand
/progress              where you are in every book; /progress undo, /progress clear [BOOK]
/book BOOK             turn to a book; /book shows its card, /book none leaves it, /book similar what else to read
/books                 the books that are here
/hint QUESTION         a hint; /hint once more for the next one
/recap [BOOK]          the story so far, and no further
/who NAME              who somebody is, as far as you have met them
/order [BOOK, SERIES]  in which order to read; /order all for every book
/check TEXT            whether a text goes further than you have read
/quit                  leave; so does the end of input"""


def how_to_say(book: Book, here: Book | None) -> str:
    """Return a line that says a place in a book; in the one at hand, the place is enough."""
    place = "45%" if book.unit is Unit.PERCENT else examples(book)[0]
    return f"/progress {place}" if book == here else f"/progress {book.slug} {place}"


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


def book_list(books: Mapping[Slug, Book], positions: Mapping[Slug, int]) -> str:
    """Return all books, series by series, with the names that commands take and where the reader is."""
    if not books:
        return "The library has no books yet."
    lines: list[str] = []
    series: str | None = None
    wide = max(map(len, books))
    for book in in_order(books.values()):
        if book.series != series:
            lines += [""] * bool(lines) + [book.series or "Other books"]
            series = book.series
        year = f" ({book.year})" if book.year is not None else ""
        where = f" – {describe_position(positions[book.slug], book)}" if book.slug in positions else ""
        lines.append(f"  {book.slug:<{wide}}  {book.title}{year}{where}")
    return "\n".join(lines)


def in_order(books: Iterable[Book]) -> list[Book]:
    """Return books as on a shelf: series by name, each in its own order, then those of no series."""
    return sorted(books, key=lambda b: (not b.series, b.series.casefold(), b.series_number or 0, b.year or 0, b.title))


def place_list(books: Mapping[Slug, Book], positions: Mapping[Slug, int]) -> str:
    """Return where a reader is in every book that they have told of."""
    told = [place_line(book, positions[book.slug]) for book in in_order(books.values()) if book.slug in positions]
    return "\n".join(told)


def greeting(books: Mapping[Slug, Book], reader: Reader) -> str:
    """Return the first lines of a conversation: what this is, what is open, and three things to try."""
    lines = ["Dogear talks about books, and tells you nothing beyond what you have read."]
    book = reader.at_hand(books)
    if not books:
        return "\n".join((*lines, "The library has no books yet; docs/library.md says how to add one."))
    positions = reader.positions(books)
    if book:
        lines.append(f"At hand: {book.title}. {place_sentence(book, positions.get(book.slug))}")
    else:
        lines.append(f"{len(books)} book{'s' * (len(books) != 1)} here, none at hand yet.")
    example = book or in_order(books.values())[0]
    told = "/recap" if book and positions.get(book.slug) else how_to_say(example, book)
    lines.append(f"Try: {told} · What is it about? · /{'help' if book else 'books'}")
    return "\n".join(lines)
