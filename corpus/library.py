"""Loading a library: its books, their documents, and the problems found in them."""

import hashlib
from collections import ChainMap
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import Lock

from corpus import documents
from corpus.book_file import BOOK_FILE, read_book
from corpus.books import MAX_NAME, Book, Slug, is_plain
from corpus.documents import Document, read_document
from corpus.errors import DogearError, LibraryProblem
from corpus.text import read_bytes


@cache
def _reader() -> bytes:
    """Return the source of this package, which decides how a book's files are read."""
    return b"\0".join(path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.py")))


class BookGone(DogearError, KeyError):
    """A button or a record names a book that was removed meanwhile."""

    def __init__(self) -> None:
        super().__init__("That book is no longer in the library.")

    __str__ = Exception.__str__  # KeyError would put it into quotation marks


class KnownBooks(Mapping[Slug, Book]):
    """All books by slug, clubs' own too, for looking up a slug; what a club may name, list or pick is `of(club)`."""

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
            for slug in set(removed) - self._shared.keys():
                after.pop(slug, None)
            own: dict[str, dict[Slug, Book]] = {}
            for slug, book in after.items():
                if book.club:
                    own.setdefault(book.club, {})[slug] = book
            self._own, self._all = own, after


MAX_DOCUMENTS = 500  # documents of one book
MAX_BOOK_BYTES = 50_000_000  # bytes of all documents of one book together
PLAIN = f"Rename it: up to {MAX_NAME} letters, digits and hyphens."  # the cure for a name that cannot be shown or typed


class BookDocuments:
    """The documents of every book of a library, read when somebody asks for them, and a fingerprint of each book."""

    def __init__(self, folder: Path, books: KnownBooks, problems: list[LibraryProblem]) -> None:
        self._homes, self._books, self._problems = {slug: folder / slug for slug in books}, books, problems
        self._read: dict[Path, tuple[Document, ...]] = {}
        self._fingerprints: dict[Path, str] = {}

    def __getitem__(self, slug: Slug) -> tuple[Document, ...]:
        """Return a book's documents. Raises BookGone."""
        book, home = self._books[slug], self._homes[slug]
        if (known := self._read.get(home)) is None:
            self.fingerprint(slug)  # before: what changes while it is read is read again at the next start
            problems = [] if book.club else self._problems
            known = self._read[home] = tuple(_documents(home, book, self._books.of(book.club), problems))
        return known

    def fingerprint(self, slug: Slug) -> str:
        """Return a digest of a book's files as they are when it is first asked for. Raises BookGone."""
        home = self._homes[self._books[slug].slug]
        if (known := self._fingerprints.get(home)) is None:
            known = self._fingerprints[home] = _digest(home)
        return known

    def move(self, homes: Mapping[Slug, Path]) -> None:
        """Note where books of clubs are; a changed book has another folder than before."""
        self._homes |= homes
        for home in homes.values():
            self._read.pop(home, None)
            self._fingerprints.pop(home, None)

    def release(self, slug: Slug) -> None:
        """Let go of the documents of a club's book: once its passages are in the store, few need them."""
        if (book := self._books.get(slug)) and book.club:
            self._read.pop(self._homes[slug], None)


def _digest(home: Path) -> str:
    """Return a digest of a book's files, their names, and the code that reads them; or of why one cannot be read."""
    found = hashlib.sha256(_reader())
    for path in (home / BOOK_FILE, *_document_paths(home, [])[: MAX_DOCUMENTS + 1]):
        try:
            content = read_bytes(path, documents.MAX_BYTES)
        except LibraryProblem as problem:
            content = problem.what.encode("utf-8", "surrogateescape")
        found.update(f"\0{path.name}\0{len(content)}\0".encode("utf-8", "surrogateescape"))
        found.update(content)
    return found.hexdigest()[:24]


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
    try:
        return sorted(p for p in home.iterdir() if p.name.endswith(".md") and not p.name.startswith("."))
    except OSError as error:
        problem = LibraryProblem(
            home, 0, f"cannot be opened ({error.strerror}).", "Let Dogear read the folder.", fatal=False
        )
        problems.append(problem)
        return []


SHIPPED = Path(__file__).parent / "books"  # the library that comes with Dogear
MAX_BOOKS = 10_000  # books of one library


@dataclass(frozen=True, slots=True)
class Library:
    """The readable books of a folder, their documents, what was found wrong so far; and the books of clubs."""

    folder: Path
    books: KnownBooks
    documents: BookDocuments
    found: list[LibraryProblem]

    @classmethod
    def load(cls, folder: Path) -> "Library":
        """Find all books below `folder`. Raises LibraryProblem only if the folder itself cannot be read."""
        problems: list[LibraryProblem] = []
        books: dict[Slug, Book] = {}
        try:
            homes = sorted(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))
        except OSError as error:
            cure = "Give the folder that holds one folder for each book."
            raise LibraryProblem(folder, 0, f"cannot be read as a folder ({error.strerror}).", cure) from error
        for home in homes:
            try:
                if not is_plain(home.name):
                    raise LibraryProblem(home, 0, "has a name that cannot be a book's.", PLAIN)
                if not home.resolve().is_relative_to(folder.resolve()):
                    raise LibraryProblem(home, 0, "is a link out of the library.", "Copy the book's folder here.")
                if len(books) >= MAX_BOOKS:
                    what, cure = f"is left out: {MAX_BOOKS} books are read.", "Make another library for the rest."
                    raise LibraryProblem(home, 0, what, cure)
                books[home.name] = read_book(home, problems)
            except LibraryProblem as problem:
                problems.append(problem)
        known = KnownBooks(books)
        return cls(folder, known, BookDocuments(folder, known, problems), problems)

    @property
    def problems(self) -> tuple[LibraryProblem, ...]:
        """Everything that is wrong with the library's own books; all of their documents are read for it."""
        for slug in self.books.of(""):
            self.documents[slug]
        return tuple(self.found)

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
