"""Reading a library: every book that is whole is loaded, every other one is reported."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from corpus.book_file import MAX_MARKS, read_book
from corpus.books import Book
from corpus.documents import Document, read_document
from corpus.errors import LibraryProblem
from corpus.reveals import Slug

__all__ = ["MAX_MARKS", "SHIPPED", "Library", "read_book"]

SHIPPED = Path(__file__).parent / "books"
"""The library that comes with Dogear."""


@dataclass(frozen=True, slots=True)
class Library:
    """The books of a folder that could be read, their documents, and what was wrong with the others."""

    folder: Path
    books: Mapping[Slug, Book]
    documents: Mapping[Slug, tuple[Document, ...]]
    problems: tuple[LibraryProblem, ...]

    @classmethod
    def load(cls, folder: Path) -> Library:
        """Read all books below `folder`. Raises LibraryProblem only where the folder itself cannot be read."""
        problems: list[LibraryProblem] = []
        books: dict[Slug, Book] = {}
        for home in _homes(folder):
            try:
                if not home.resolve().is_relative_to(folder.resolve()):
                    raise LibraryProblem(home, 0, "is a link out of the library.", "Copy the book's folder here.")
                books[home.name] = read_book(home, problems)
            except LibraryProblem as problem:
                problems.append(problem)
        documents = {slug: tuple(_documents(folder / slug, book, books, problems)) for slug, book in books.items()}
        return cls(folder, books, documents, tuple(problems))

    def fingerprint(self, slug: Slug) -> str:
        """Return a digest of all that was read of a book: it changes when any of it does."""
        read = (replace(self.books[slug], extra={}), self.documents[slug])
        return hashlib.sha256(repr(read).encode("utf-8", "surrogatepass")).hexdigest()[:24]


def _homes(folder: Path) -> list[Path]:
    """Return the book folders of a library. Raises LibraryProblem."""
    try:
        return sorted(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))
    except OSError as error:
        cure = "Give the folder that holds one folder for each book."
        raise LibraryProblem(folder, 0, f"cannot be read as a folder ({error.strerror}).", cure) from error


def _documents(
    home: Path, book: Book, books: Mapping[Slug, Book], problems: list[LibraryProblem]
) -> Iterator[Document]:
    for path in sorted(path for path in home.glob("*.md") if not path.name.startswith(".")):
        try:
            yield read_document(path, book, books, problems)
        except LibraryProblem as problem:
            problems.append(problem)
