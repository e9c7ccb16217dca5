"""What stands on a member's shelf, and how a book is named by its title."""

import datetime as dt
from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from pydantic import TypeAdapter

from corpus.books import Book, Slug
from corpus.errors import DogearError
from corpus.names import UnknownBook, find_book

MAX_TITLE = 100
"""Characters of a title that the library does not have."""

MAX_BOOKS = 200
"""Books on one shelf: enough for years, and few enough to be shown."""


class NoTitle(DogearError):
    """What was typed is no title of a book."""


class ShelfProblem(DogearError):
    """A book cannot be put on a shelf, or is not there."""


class ShelfName(StrEnum):
    """The four parts of a member's shelf."""

    WANT = "want to read"
    READING = "reading"
    FINISHED = "finished"
    ASIDE = "set aside"


class Shelved(NamedTuple):
    """A book on a member's shelf. `book` is its slug if the library has it; `key` identifies it on the shelf."""

    key: str
    title: str
    shelf: ShelfName
    at: dt.datetime
    book: Slug | None = None


class ShelfChange(NamedTuple):
    """One book as it stood on a shelf before and after; None where it was not on it."""

    before: Shelved | None
    after: Shelved | None


CHANGE = TypeAdapter(ShelfChange)
"""A change as text that can be kept."""


def known_or_typed(typed: str, books: Mapping[Slug, Book]) -> tuple[str, Slug | None]:
    """Return the title and the slug of a book of the library, or else the title as it was typed. Raises NoTitle."""
    title = " ".join(typed.split())
    try:
        book = find_book(title, books)
    except UnknownBook:
        if not any(map(str.isalnum, title)):
            raise NoTitle("Which book? Write its title.") from None
        if len(title) > MAX_TITLE:
            raise NoTitle(f"A title has at most {MAX_TITLE} characters here. Please shorten it.") from None
        return title, None
    return book.title, book.slug
