"""Reading “smileys-people ch 9” and “Smiley's People ch 9”: which book, and where in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from corpus.books import Book, Slug
from corpus.errors import PositionError
from corpus.names import UnknownBook, find_book
from corpus.positions import parse_position

MAX_WORDS = 40
"""Words of a title and a place that are looked at; more is no report of progress."""


def told_place(typed: str, books: Mapping[Slug, Book], here: Book | None) -> tuple[Book, int | None]:
    """Return the book that the longest leading words name, and the marks that the other words say.

    The marks are None where no more was said than a book. Words that begin with no book's name are a place in the
    book at hand. Raises UnknownBook or PositionError.
    """
    words = typed.split()[:MAX_WORDS]
    for length in range(len(words), 0, -1):
        if book := _named(words[:length], books):
            rest = " ".join(words[length:]).lstrip("=:, ")
            return book, parse_position(rest, book) if rest else None
    if here is None:
        raise _unknown(words, books)
    try:
        return here, parse_position(typed, here)
    except PositionError as error:
        unknown = _unknown(words, books)
        raise (unknown if unknown.nearest else error) from error


def _named(words: Sequence[str], books: Mapping[Slug, Book]) -> Book | None:
    try:
        return find_book(" ".join(words), books)
    except UnknownBook:
        return None


def _unknown(words: Sequence[str], books: Mapping[Slug, Book]) -> UnknownBook:
    """Return the error about the words before those that say a place, with the books that may have been meant."""
    said = next((n for n in range(1, len(words)) if _says_a_place(" ".join(words[n:]), books)), len(words))
    try:
        find_book(" ".join(words[:said]), books)
    except UnknownBook as error:
        return error
    return UnknownBook(" ".join(words), ())


def _says_a_place(text: str, books: Mapping[Slug, Book]) -> bool:
    for book in books.values():
        try:
            parse_position(text, book)
        except PositionError:
            continue
        return True
    return False
