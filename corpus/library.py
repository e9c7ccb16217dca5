"""Loading a library: its books, their documents, and the problems found in them."""

import contextlib
import hashlib
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.metadata import version
from pathlib import Path

from pydantic import TypeAdapter

from corpus import book_file, documents
from corpus.book_file import BOOK_FILE, read_book
from corpus.books import MAX_NAME, Book, Slug, is_plain
from corpus.documents import Document, read_document
from corpus.errors import LibraryProblem
from corpus.text import read_bytes, write_atomically

NAME = "readings.json"
"""The name of the file, in a data folder."""

MAX_BYTES = 5_000_000
"""Twice the size of the file for the largest library."""

_READ_WITH = ("markdown-it-py", "pydantic", "pyyaml", "syntok")
_FINGERPRINTS = TypeAdapter(dict[str, str])


class ReadingCache:
    """The fingerprints of books from earlier starts, so that unchanged books need not be read again.

    A fingerprint is stored under a digest of everything that its reading depends on: the book's files, every
    `book.toml`, and the code that reads them. Books with mistakes are not stored: they are read, and their mistakes
    reported, at every start. Losing the file does no harm.
    """

    def __init__(self, data: Path) -> None:
        self._file = data / NAME
        self._before, self._now = _read(self._file), dict[str, str]()

    def fingerprint(self, digest: str) -> str | None:
        """Return the fingerprint stored under a digest, or None."""
        return self._before.get(digest)

    def keep(self, digest: str, fingerprint: str) -> None:
        """Store a fingerprint for the next start."""
        self._now[digest] = fingerprint

    def save(self) -> None:
        """Write this start's fingerprints; if that fails, the next start reads the books again."""
        if self._now == self._before:
            return
        with contextlib.suppress(OSError):
            write_atomically(self._file, json.dumps(self._now))


def digest(files: Iterable[Path], limit: int, together: int, also: str = "") -> str:
    """Return a digest of files, their names, `also`, and the code that reads them.

    It is empty if a file cannot be read or exceeds `limit` bytes, or if all of them exceed `together` bytes.
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
    """Return the source of this package and the versions of the packages that it reads files with."""
    sources = [path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.py"))]
    return b"\0".join([*sources, sys.version.encode(), *(version(name).encode() for name in _READ_WITH)])


def _read(file: Path) -> dict[str, str]:
    """Return the content of a file, or nothing if it is missing or damaged."""
    try:
        return _FINGERPRINTS.validate_json(file.read_bytes()) if file.stat().st_size <= MAX_BYTES else {}
    except (OSError, ValueError):
        return {}


MAX_DOCUMENTS = 500
"""Documents of one book."""

MAX_BOOK_BYTES = 50_000_000
"""Bytes of all documents of one book together."""

PLAIN = f"Rename it: up to {MAX_NAME} letters, digits and hyphens."
"""The cure for a name that cannot be shown or typed."""


class BookDocuments:
    """The documents of every book of a library, and a fingerprint of each book.

    Documents of books that are unchanged since the last start are read only when somebody asks for them.
    """

    def __init__(
        self, folder: Path, books: Mapping[Slug, Book], problems: list[LibraryProblem], readings: ReadingCache | None
    ) -> None:
        """Read the books that changed since the last start, and add their mistakes to `problems`."""
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
        """Return a book's documents; mistakes made since the start are reported at the next one."""
        if slug not in self._read:
            self._read[slug] = self._documents(slug, [])
            self._fingerprints.pop(slug, None)  # what is read now counts
        return self._read[slug]

    def fingerprint(self, slug: Slug) -> str:
        """Return a digest of a book and its documents."""
        if slug not in self._fingerprints:
            read = (replace(self._books[slug], extra={}), self[slug])
            self._fingerprints[slug] = hashlib.sha256(repr(read).encode("utf-8", "surrogatepass")).hexdigest()[:24]
        return self._fingerprints[slug]

    def _take(self, slug: Slug, others: str, problems: list[LibraryProblem], readings: ReadingCache) -> None:
        """Take a book's fingerprint from the cache, or read its documents."""
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
        """Return a digest of a book's files and of all that their reading depends on, or "" if one is unreadable."""
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
    """Return the paths of a book's documents; a folder that cannot be listed is reported."""
    try:
        return sorted(p for p in home.iterdir() if p.name.endswith(".md") and not p.name.startswith("."))
    except OSError as error:
        problem = LibraryProblem(
            home, 0, f"cannot be opened ({error.strerror}).", "Let Dogear read the folder.", fatal=False
        )
        problems.append(problem)
        return []


SHIPPED = Path(__file__).parent / "books"
"""The library that comes with Dogear."""

MAX_BOOKS = 10_000
"""Books of one library."""


@dataclass(frozen=True, slots=True)
class Library:
    """The readable books of a folder, their documents, and the problems of all of them."""

    folder: Path
    books: Mapping[Slug, Book]
    documents: BookDocuments
    problems: tuple[LibraryProblem, ...]

    @classmethod
    def load(cls, folder: Path, readings: ReadingCache | None = None) -> "Library":
        """Read all books below `folder`. Raises LibraryProblem only if the folder itself cannot be read."""
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
        """Return a digest of a book and its documents."""
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
