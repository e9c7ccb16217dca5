"""What stands on a member's shelf, and how a book is named by its title."""

import datetime as dt
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from pydantic import TypeAdapter

from corpus.books import Book, Slug
from corpus.errors import DogearError, ImportRefused
from corpus.importing import exports
from corpus.importing.exports import ListedBook, listed_books, site_of
from corpus.importing.files import read_file
from corpus.importing.page import decoded
from corpus.names import UnknownBook, find_book

MAX_TITLE = 100  # characters of a title that the library does not have
MAX_BOOKS = 200  # books on one shelf: enough for years, and few enough to be shown


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
    """A book on a member's shelf, with stars. `book` is its slug if the library has it; `key` identifies it there."""

    key: str
    title: str
    shelf: ShelfName
    at: dt.datetime
    book: Slug | None = None
    stars: int | None = None


class ShelfChange(NamedTuple):
    """One book as it stood on a shelf before and after; None where it was not on it."""

    before: Shelved | None
    after: Shelved | None


CHANGE = TypeAdapter(ShelfChange)  # a change as text that can be kept


@dataclass(frozen=True, slots=True)
class Brought:
    """What a member's own file holds: books with shelves and stars, or quotes by book, each with its mark."""

    books: Sequence[ListedBook] = ()
    quotes: Mapping[Slug, Mapping[str, int]] = field(default_factory=dict)


def brought(name: str, data: bytes, books: Mapping[Slug, Book]) -> Brought:
    """Read a member's export or clippings; the file is gone afterwards. Raises ShelfProblem."""
    text = decoded(data)
    if listed := listed_books(text) if site_of(text) else ():
        return Brought(listed)
    cure = "I can read the CSV export of Goodreads or The StoryGraph, and a Kindle’s “My Clippings.txt”."
    if site_of(text):
        raise ShelfProblem(f"{name} names no book with a shelf that I know. {cure}")
    with tempfile.TemporaryDirectory(prefix="dogear-") as folder:
        path = Path(folder) / f"file{Path(name).suffix[:8]}"
        path.write_bytes(data)
        try:
            page = read_file(path)
        except ImportRefused as refused:
            raise ShelfProblem(str(refused).replace(path.name, name)) from refused
    if not exports.matches(page):
        raise ShelfProblem(f"{name} is neither a list of your books nor clippings. {cure}")
    return Brought(quotes=exports.highlights(page, books))


def known_or_typed(typed: str, books: Mapping[Slug, Book]) -> tuple[str, Slug | None]:
    """Return the title and the slug of a book of the library, or else the title as it was typed. Raises NoTitle."""
    title = " ".join(typed.split())
    try:
        book = find_book(title, books, whole=True)
    except UnknownBook:
        if not any(map(str.isalnum, title)):
            raise NoTitle("Which book? Write its title.") from None
        if len(title) > MAX_TITLE:
            raise NoTitle(f"A title has at most {MAX_TITLE} characters here. Please shorten it.") from None
        return title, None
    return book.title, book.slug
