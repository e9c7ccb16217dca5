"""The documents of a library's books: which files they are, how much of them is read, and when.

Where a book's files are as an earlier start read them, its fingerprint is known from then, and its documents are read
when somebody asks for them: to index the book, or one that leans on it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from corpus import book_file, documents
from corpus.book_file import BOOK_FILE
from corpus.books import Book
from corpus.documents import Document, read_document
from corpus.errors import LibraryProblem
from corpus.readings import Readings, digest
from corpus.reveals import MAX_NAME, Slug

MAX_DOCUMENTS = 500
"""Documents of one book."""

MAX_BOOK_BYTES = 50_000_000
"""Bytes of all documents of one book: ten of the largest, and fifty novels."""

PLAIN = f"Rename it: up to {MAX_NAME} letters, digits and hyphens."
"""What is done about a name that cannot be shown or typed."""


class BookDocuments(Mapping[Slug, tuple[Document, ...]]):
    """The documents of every book of a library, and a fingerprint of each book."""

    def __init__(
        self, folder: Path, books: Mapping[Slug, Book], problems: list[LibraryProblem], readings: Readings | None
    ) -> None:
        """Read what no earlier start has read as it is now; what is wrong with it is added to `problems`."""
        self._folder, self._books = folder, books
        self._read: dict[Slug, tuple[Document, ...]] = {}
        self._fingerprints: dict[Slug, str] = {}
        if readings:
            most = book_file.MAX_BYTES
            others = digest((folder / slug / BOOK_FILE for slug in books), most, most * len(books))
            for slug in books:
                self._take(slug, others, problems, readings)
        else:
            self._read = {slug: self._documents(slug, problems) for slug in books}

    def __getitem__(self, slug: Slug) -> tuple[Document, ...]:
        """Return a book's documents. What is wrong in a file that was changed since is told at the next start."""
        if slug not in self._read:
            self._read[slug] = self._documents(slug, [])
            self._fingerprints.pop(slug, None)  # what is read now counts
        return self._read[slug]

    def __iter__(self) -> Iterator[Slug]:
        """Yield the slugs of all books."""
        return iter(self._books)

    def __len__(self) -> int:
        """Return how many books there are."""
        return len(self._books)

    def fingerprint(self, slug: Slug) -> str:
        """Return a digest of all that was read of a book: it changes when any of it does."""
        if slug not in self._fingerprints:
            read = (replace(self._books[slug], extra={}), self[slug])
            self._fingerprints[slug] = hashlib.sha256(repr(read).encode("utf-8", "surrogatepass")).hexdigest()[:24]
        return self._fingerprints[slug]

    def _take(self, slug: Slug, others: str, problems: list[LibraryProblem], readings: Readings) -> None:
        """Take a book's fingerprint from an earlier reading of the same files, or read them."""
        files = self._files(slug, others)
        if known := readings.fingerprint(files):
            self._fingerprints[slug] = known
        else:
            already = len(problems)
            self._read[slug] = self._documents(slug, problems)
            if len(problems) > already or not files or self._files(slug, others) != files:
                return
        readings.keep(files, self.fingerprint(slug))

    def _files(self, slug: Slug, others: str) -> str:
        """Return a digest of a book's files, and of all that their reading depends on; "" where one is not readable."""
        home = self._folder / slug
        problems: list[LibraryProblem] = []
        paths = _document_paths(home, problems)[: MAX_DOCUMENTS + 1]
        if problems or not others:
            return ""
        return digest([home / BOOK_FILE, *paths], documents.MAX_BYTES, MAX_BOOK_BYTES, others)

    def _documents(self, slug: Slug, problems: list[LibraryProblem]) -> tuple[Document, ...]:
        return tuple(_documents(self._folder / slug, self._books[slug], self._books, problems))


def _documents(
    home: Path, book: Book, books: Mapping[Slug, Book], problems: list[LibraryProblem]
) -> Iterator[Document]:
    left = MAX_BOOK_BYTES
    for number, path in enumerate(_document_paths(home, problems)):
        try:
            if not path.name.isprintable():
                raise LibraryProblem(path, 0, "has a name that cannot be shown.", PLAIN)
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
