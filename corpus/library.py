"""Loading a library: its books, their documents, and the problems found in them."""

import contextlib
import hashlib
import json
import sys
from collections import ChainMap
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.metadata import version
from pathlib import Path
from threading import Lock

from pydantic import TypeAdapter

from corpus import book_file, documents
from corpus.book_file import BOOK_FILE, read_book
from corpus.books import MAX_NAME, Book, Slug, is_plain
from corpus.documents import Document, read_document
from corpus.errors import DogearError, LibraryProblem
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


class BookGone(DogearError, KeyError):
    """A button or a record names a book that was removed meanwhile."""

    def __init__(self) -> None:
        super().__init__("That book is no longer in the library.")

    __str__ = Exception.__str__  # KeyError would put it into quotation marks


class KnownBooks(Mapping[Slug, Book]):
    """All books by slug: the library's, and those that clubs have added, which come and go while the bot runs.

    It is for looking up a slug. What may be named, listed or picked in a club is `of(club)`, and nothing else.
    """

    def __init__(self, shared: Mapping[Slug, Book]) -> None:
        self._shared, self._all = dict(shared), dict(shared)
        self._own: dict[str, dict[Slug, Book]] = {}
        self._changing = Lock()

    def __getitem__(self, slug: Slug) -> Book:
        """Return a book. Raises BookGone."""
        try:
            return self._all[slug]
        except KeyError:
            raise BookGone from None

    def __iter__(self) -> Iterator[Slug]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)

    def of(self, club: str) -> Mapping[Slug, Book]:
        """Return the books of a club: the library's, and its own. Without a club, they are the library's."""
        own = self._own.get(club) if club else None
        return ChainMap(own, self._shared) if own else self._shared

    def change(self, added: Iterable[Book], removed: Iterable[Slug] = ()) -> None:
        """Add or replace books of clubs, and remove some; readers see the books before or after it."""
        with self._changing:
            after = {**self._all, **{book.slug: book for book in added if book.club}}
            for slug in removed:
                if slug not in self._shared:
                    after.pop(slug, None)
            own: dict[str, dict[Slug, Book]] = {}
            for slug, book in after.items():
                if book.club:
                    own.setdefault(book.club, {})[slug] = book
            self._own, self._all = own, after


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
        self, folder: Path, books: KnownBooks, problems: list[LibraryProblem], readings: ReadingCache | None
    ) -> None:
        """Read the books that changed since the last start, and add their mistakes to `problems`."""
        self._homes, self._books, self._readings = {slug: folder / slug for slug in books}, books, readings
        self._read: dict[Slug, tuple[Document, ...]] = {}
        self._fingerprints: dict[Slug, str] = {}
        if readings:
            most = book_file.MAX_BYTES
            self._others = digest((folder / slug / BOOK_FILE for slug in books), most, most * len(books))
            for slug in books:
                self._take(slug, problems, readings)
        else:
            self._read = {slug: self._documents(slug, problems) for slug in books}

    def __getitem__(self, slug: Slug) -> tuple[Document, ...]:
        """Return a book's documents; mistakes made since the start are reported at the next one. Raises BookGone."""
        if (known := self._read.get(slug)) is None:
            home, known = self._homes.get(slug), self._documents(slug, [])
            if self._homes.get(slug) == home:
                self._read[slug] = known
                self._fingerprints.pop(slug, None)  # what is read now counts
        return known

    def fingerprint(self, slug: Slug) -> str:
        """Return a digest of a book and its documents. Raises BookGone."""
        if (known := self._fingerprints.get(slug)) is None:
            home, read = self._homes.get(slug), (replace(self._books[slug], extra={}), self[slug])
            known = hashlib.sha256(repr(read).encode("utf-8", "surrogatepass")).hexdigest()[:24]
            if self._homes.get(slug) == home:
                self._fingerprints[slug] = known
        return known

    def move(self, homes: Mapping[Slug, Path]) -> None:
        """Note where books of clubs are; a changed book has another folder than before."""
        self._homes |= homes
        for slug in homes:
            self._read.pop(slug, None)
            self._fingerprints.pop(slug, None)

    def recall(self, slugs: Iterable[Slug]) -> None:
        """Take the fingerprints of books of clubs from the cache, or read their documents. Slow where they are new."""
        for slug in slugs:
            if self._readings and slug in self._books and slug not in self._fingerprints:
                self._take(slug, [], self._readings)

    def release(self, slug: Slug) -> None:
        """Let go of the documents of a club's book: once its passages are in the store, few need them."""
        if (book := self._books.get(slug)) and book.club:
            self.fingerprint(slug)
            self._read.pop(slug, None)

    def save(self) -> None:
        """Keep the fingerprints for the next start."""
        if self._readings:
            self._readings.save()

    def _take(self, slug: Slug, problems: list[LibraryProblem], readings: ReadingCache) -> None:
        """Take a book's fingerprint from the cache, or read its documents."""
        files = self._files(slug)
        if known := readings.fingerprint(files):
            self._fingerprints[slug] = known
        else:
            already = len(problems)
            self._read[slug] = self._documents(slug, problems)
            if len(problems) > already or not files or self._files(slug) != files:
                return
        readings.keep(files, self.fingerprint(slug))

    def _files(self, slug: Slug) -> str:
        """Return a digest of a book's files and of all that their reading depends on, or "" if one is unreadable."""
        home = self._homes[slug]
        problems: list[LibraryProblem] = []
        paths = _document_paths(home, problems)[: MAX_DOCUMENTS + 1]
        if problems or not self._others:
            return ""
        return digest([home / BOOK_FILE, *paths], documents.MAX_BYTES, MAX_BOOK_BYTES, self._others)

    def _documents(self, slug: Slug, problems: list[LibraryProblem]) -> tuple[Document, ...]:
        book = self._books[slug]
        return tuple(_documents(self._homes[slug], book, self._books.of(book.club), problems))


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
    """The readable books of a folder, their documents, and the problems of all of them; and the books of clubs.

    The books of clubs are in folders elsewhere, and come and go with `change`.
    """

    folder: Path
    books: KnownBooks
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
        known = KnownBooks(books)
        return cls(folder, known, BookDocuments(folder, known, problems, readings), tuple(problems))

    def change(self, homes: Mapping[Path, str], removed: Iterable[Slug] = ()) -> list[LibraryProblem]:
        """Add or replace the books in these folders, each with its club, and remove others; return what is wrong."""
        problems: list[LibraryProblem] = []
        added: dict[Path, Book] = {}
        for home, club in homes.items():
            try:
                added[home] = read_book(home, problems, club)
            except LibraryProblem as problem:
                problems.append(problem)
        self.documents.move({book.slug: home for home, book in added.items()})
        self.books.change(added.values(), removed)
        return problems

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
