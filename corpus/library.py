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
from corpus.reveals import MAX_NAME, Slug, is_plain

__all__ = ["MAX_MARKS", "SHIPPED", "Library", "read_book"]

SHIPPED = Path(__file__).parent / "books"
"""The library that comes with Dogear."""

MAX_BOOKS = 10_000
"""Books of one library."""

MAX_DOCUMENTS = 500
"""Documents of one book."""

MAX_BOOK_BYTES = 50_000_000
"""Bytes of all documents of one book: ten of the largest, and fifty novels."""

_PLAIN = f"Rename it: up to {MAX_NAME} letters, digits and hyphens."


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
                _check_home(home, folder, len(books))
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


def _check_home(home: Path, folder: Path, already: int) -> None:
    """Raise LibraryProblem for a folder that can be no book of the library."""
    if not is_plain(home.name):
        raise LibraryProblem(home, 0, "has a name that cannot be a book's.", _PLAIN)
    if not home.resolve().is_relative_to(folder.resolve()):
        raise LibraryProblem(home, 0, "is a link out of the library.", "Copy the book's folder here.")
    if already >= MAX_BOOKS:
        raise LibraryProblem(home, 0, f"is left out: {MAX_BOOKS} books are read.", "Make another library for the rest.")


def _documents(
    home: Path, book: Book, books: Mapping[Slug, Book], problems: list[LibraryProblem]
) -> Iterator[Document]:
    left = MAX_BOOK_BYTES
    for number, path in enumerate(_document_paths(home, problems)):
        try:
            if not path.name.isprintable():
                raise LibraryProblem(path, 0, "has a name that cannot be shown.", _PLAIN)
            if number >= MAX_DOCUMENTS:
                raise LibraryProblem(home, 0, f"holds more than {MAX_DOCUMENTS} documents.", "Join some of them.")
            document = read_document(path, book, books, problems)
            left -= path.stat().st_size
            if left < 0:
                what = f"is left out: the book's documents have more than {MAX_BOOK_BYTES // 1_000_000} MB."
                raise LibraryProblem(path, 0, what, "Take out what does not belong to the book.")
            yield document
        except LibraryProblem as problem:
            problems.append(problem)
            if problem.path == home:
                return


def _document_paths(home: Path, problems: list[LibraryProblem]) -> list[Path]:
    """Return the documents of a book; a folder that cannot be listed is reported."""
    try:
        return sorted(p for p in home.iterdir() if p.name.endswith(".md") and not p.name.startswith("."))
    except OSError as error:
        problem = LibraryProblem(
            home, 0, f"cannot be looked into ({error.strerror}).", "Let Dogear read the folder.", fatal=False
        )
        problems.append(problem)
        return []
