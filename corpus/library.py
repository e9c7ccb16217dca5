"""Reading a library: every book that is whole is loaded, every other one is reported."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from corpus.book_documents import PLAIN, BookDocuments
from corpus.book_file import MAX_MARKS, read_book
from corpus.books import Book
from corpus.errors import LibraryProblem
from corpus.readings import Readings
from corpus.reveals import Slug, is_plain

__all__ = ["MAX_MARKS", "SHIPPED", "Library", "read_book"]

SHIPPED = Path(__file__).parent / "books"
"""The library that comes with Dogear."""

MAX_BOOKS = 10_000
"""Books of one library."""


@dataclass(frozen=True, slots=True)
class Library:
    """The books of a folder that could be read, their documents, and what was wrong with the others."""

    folder: Path
    books: Mapping[Slug, Book]
    documents: BookDocuments
    problems: tuple[LibraryProblem, ...]

    @classmethod
    def load(cls, folder: Path, readings: Readings | None = None) -> Library:
        """Read all books below `folder`. Raises LibraryProblem only where the folder itself cannot be read.

        With the readings of an earlier start, documents that are as they were then are read when they are asked for.
        """
        problems: list[LibraryProblem] = []
        books: dict[Slug, Book] = {}
        for home in _homes(folder):
            try:
                _check_home(home, folder, len(books))
                books[home.name] = read_book(home, problems)
            except LibraryProblem as problem:
                problems.append(problem)
        documents = BookDocuments(folder, books, problems, readings)
        return cls(folder, books, documents, tuple(problems))

    def fingerprint(self, slug: Slug) -> str:
        """Return a digest of all that was read of a book: it changes when any of it does."""
        return self.documents.fingerprint(slug)


def _homes(folder: Path) -> list[Path]:
    """Return the book folders of a library. Raises LibraryProblem."""
    try:
        return sorted(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))
    except OSError as error:
        cure = "Give the folder that holds one folder for each book."
        raise LibraryProblem(folder, 0, f"cannot be read as a folder ({error.strerror}).", cure) from error


def _check_home(home: Path, folder: Path, already: int) -> None:
    """Raise LibraryProblem for a folder that can be no book of the library."""
    if not is_plain(home.name):
        raise LibraryProblem(home, 0, "has a name that cannot be a book's.", PLAIN)
    if not home.resolve().is_relative_to(folder.resolve()):
        raise LibraryProblem(home, 0, "is a link out of the library.", "Copy the book's folder here.")
    if already >= MAX_BOOKS:
        raise LibraryProblem(home, 0, f"is left out: {MAX_BOOKS} books are read.", "Make another library for the rest.")
