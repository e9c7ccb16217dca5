"""A library: every readable book and its documents, and the problems of the others.

A book's fingerprint is kept under a digest of all that its reading depends on: its own files, every `book.toml`, and
what reads them. Only books without a mistake are kept; those with one are read, and told of, at every start.

Where a book's files are as an earlier start read them, its fingerprint is known from then, and its documents are read
when somebody asks for them: to index the book, or one that leans on it.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.metadata import version
from pathlib import Path

from corpus import book_file, documents
from corpus.book_file import BOOK_FILE, MAX_MARKS, read_book
from corpus.books import MAX_NAME, Book, Slug, is_plain
from corpus.documents import Document, read_document
from corpus.errors import LibraryProblem
from corpus.text import read_bytes, write_whole

NAME = "readings.json"
"""The name of the file, in a data folder."""

MAX_BYTES = 5_000_000
"""Twice what the fingerprints of as many books as a library may have take."""

_READ_WITH = ("markdown-it-py", "pyyaml", "syntok")


class Readings:
    """Fingerprints of books as they were read before, in a file that can be lost without harm."""

    def __init__(self, data: Path) -> None:
        self._file = data / NAME
        self._before, self._now = _read(self._file), dict[str, str]()

    def fingerprint(self, digest: str) -> str | None:
        """Return the fingerprint that was kept under a digest."""
        return self._before.get(digest)

    def keep(self, digest: str, fingerprint: str) -> None:
        """Keep a fingerprint for the next start."""
        self._now[digest] = fingerprint

    def save(self) -> None:
        """Write what was kept since this was made, and nothing else. Where that fails, the next start reads anew."""
        if self._now == self._before:
            return
        with contextlib.suppress(OSError):
            write_whole(self._file, json.dumps(self._now))


def digest(files: Iterable[Path], limit: int, together: int, also: str = "") -> str:
    """Return a digest of files, of their names, of `also`, and of what reads them.

    It is empty where one of them cannot be read, or has more than `limit` bytes, or all have more than `together`.
    """
    found = hashlib.sha256(_reader() + also.encode())
    try:
        for path in files:
            content = read_bytes(path, limit)
            found.update(f"\0{path.parent.name}/{path.name}\0{len(content)}\0".encode("utf-8", "surrogateescape"))
            found.update(content)
            together -= len(content)
            if together < 0:
                return ""
    except LibraryProblem:
        return ""
    return found.hexdigest()


@cache
def _reader() -> bytes:
    """Return what tells this reader of libraries from any other: its source, and the packages that it reads with."""
    sources = [path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.py"))]
    return b"\0".join([*sources, sys.version.encode(), *(version(name).encode() for name in _READ_WITH)])


def _read(file: Path) -> dict[str, str]:
    """Return what a file holds; nothing where it is not there, or is not as it was written."""
    try:
        if file.stat().st_size > MAX_BYTES:
            return {}
        found = json.loads(file.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    told = found.items() if isinstance(found, dict) else ()
    return {key: value for key, value in told if isinstance(value, str)}


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
