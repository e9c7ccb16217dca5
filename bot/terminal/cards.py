"""The texts of the terminal that no question is needed for: books, places in them, and help."""

from __future__ import annotations

from collections.abc import Mapping

from bot.book_text import in_order, place_sentence
from bot.terminal.reader import Reader
from corpus.books import Book, Slug, Unit
from corpus.positions import describe_position, examples
from corpus.text import plural

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
        lines.append(f"{plural(len(books), 'book')} here, none at hand yet.")
    example = book or in_order(books.values())[0]
    told = "/recap" if book and positions.get(book.slug) else how_to_say(example, book)
    lines.append(f"Try: {told} · What is it about? · /{'help' if book else 'books'}")
    return "\n".join(lines)
