"""What stands on a member's shelf, and how a book on it is named."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from corpus.books import Book, Slug
from corpus.errors import DogearError
from corpus.names import UnknownBook, find_book

MAX_TITLE = 100
"""Characters of a title that the library does not have."""

MAX_BOOKS = 200
"""Books on one shelf: enough for years, and few enough to be shown."""


class ShelfProblem(DogearError):
    """A book cannot be put on a shelf, or is not there."""


class ShelfName(StrEnum):
    """The four parts of a member's shelf."""

    WANT = "want to read"
    READING = "reading"
    FINISHED = "finished"
    ASIDE = "set aside"


@dataclass(frozen=True, slots=True)
class Shelved:
    """A book on a member's shelf. `book` is its slug if the library has it; `key` identifies it on the shelf."""

    key: str
    title: str
    shelf: ShelfName
    at: dt.datetime
    book: Slug | None = None


@dataclass(frozen=True, slots=True)
class ShelfChange:
    """One book as it stood on a shelf before and after; None where it was not on it."""

    before: Shelved | None
    after: Shelved | None


def named(typed: str, shelf: ShelfName, books: Mapping[Slug, Book], now: dt.datetime) -> Shelved:
    """Return a book for a shelf, by the library's names for it or else as it was typed. Raises ShelfProblem."""
    title = " ".join(typed.split())
    try:
        book = find_book(title, books)
    except UnknownBook:
        if not any(map(str.isalnum, title)):
            raise ShelfProblem("Which book? Write its title.") from None
        if len(title) > MAX_TITLE:
            raise ShelfProblem(f"A title has at most {MAX_TITLE} characters here. Please shorten it.") from None
        return Shelved(title.casefold(), title, shelf, now)
    return Shelved(book.slug, book.title, shelf, now, book.slug)


def find_on(there: Mapping[str, Shelved], wanted: Shelved) -> Shelved:
    """Return the book that is meant: by its key, or as the only title with these words. Raises ShelfProblem."""
    if wanted.key in there:
        return there[wanted.key]
    near = [shelved for shelved in there.values() if wanted.title.casefold() in shelved.title.casefold()]
    if len(near) == 1:
        return near[0]
    raise ShelfProblem(f"“{wanted.title}” is not on your shelf. /shelf show lists what is.")
