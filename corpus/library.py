"""Reading a library: every book that is whole is loaded, every other one is reported."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from corpus.books import Book, Edition, Part, Ratings, Requirement, SimilarBook, Unit
from corpus.documents import MAX_BYTES, Document, parse_reveals, read_document
from corpus.errors import LibraryProblem
from corpus.reveals import Slug

MAX_MARKS = 100_000
"""More marks than any book has pages: a larger number is a mistake."""

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
        if not folder.is_dir():
            raise LibraryProblem(folder, 0, "is no folder.", "Give the folder that holds one folder for each book.")
        problems: list[LibraryProblem] = []
        books: dict[Slug, Book] = {}
        for home in sorted(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith(".")):
            try:
                books[home.name] = read_book(home, problems)
            except LibraryProblem as problem:
                problems.append(problem)
        documents: dict[Slug, tuple[Document, ...]] = {}
        for slug, book in books.items():
            documents[slug] = tuple(_documents(folder / slug, book, books, problems))
        return cls(folder, books, documents, tuple(problems))

    def fingerprint(self, slug: Slug) -> str:
        """Return a digest of all files of a book: it changes when any of them does."""
        digest = hashlib.sha256()
        for path in sorted((self.folder / slug).glob("*.*")):
            if path.suffix in (".md", ".toml") and path.is_file() and path.stat().st_size <= MAX_BYTES:
                digest.update(f"{path.name}\x1f".encode() + path.read_bytes())
        return digest.hexdigest()[:24]


def _documents(
    home: Path, book: Book, books: Mapping[Slug, Book], problems: list[LibraryProblem]
) -> Iterator[Document]:
    for path in sorted(home.glob("*.md")):
        try:
            yield read_document(path, book, books, problems)
        except LibraryProblem as problem:
            problems.append(problem)


def read_book(home: Path, problems: list[LibraryProblem]) -> Book:
    """Read `book.toml` of one book folder. Raises LibraryProblem; what can be left out goes to `problems`."""
    return _BookFile(home / "book.toml", home.name, problems).book()


class _BookFile:
    """One `book.toml`: every field is checked, and a wrong one is reported with its line."""

    def __init__(self, path: Path, slug: Slug, problems: list[LibraryProblem]) -> None:
        self._path, self._slug, self._problems = path, slug, problems
        self._text, self._raw = self._read()
        self._known: set[str] = set()

    def _read(self) -> tuple[str, dict[str, Any]]:
        try:
            if self._path.stat().st_size > MAX_BYTES:
                raise LibraryProblem(self._path, 0, "is far too large.", "Keep to the fields of docs/library.md.")
            text = self._path.read_text(encoding="utf-8-sig")
            return text, tomllib.loads(text)
        except FileNotFoundError as error:
            cure = "Write at least title, author, unit and marks."
            raise LibraryProblem(self._path, 0, "is missing.", cure) from error
        except UnicodeDecodeError as error:
            raise LibraryProblem(self._path, 0, "is not UTF-8 text.", "Save it as UTF-8.") from error
        except (tomllib.TOMLDecodeError, RecursionError) as error:
            found = re.search(r"\(at line (\d+)", str(error))
            line = int(found[1]) if found else 0
            what = f"is not TOML ({re.sub(r' ?.at .*', '', str(error))})."
            raise LibraryProblem(self._path, line, what, 'Write lines such as title = "…".') from error
        except OSError as error:
            raise LibraryProblem(self._path, 0, f"cannot be read ({error.strerror}).", "Check it.") from error

    def book(self) -> Book:
        """Return the book. Raises LibraryProblem where a required field is missing or wrong."""
        unit = self._required("unit", str, "chapter")
        if unit not in list(Unit):
            self._fail("unit", f"“{unit}” is no unit.", f"Write one of {', '.join(Unit)}.")
        marks = self._required("marks", int, "27")
        if not 1 <= marks <= MAX_MARKS:
            self._fail("marks", f"A book cannot have {marks} marks.", f"Write a number from 1 to {MAX_MARKS}.")
        book = Book(
            slug=self._slug,
            title=self._required("title", str, '"Smiley\'s People"'),
            author=self._required("author", str, '"John le Carré"'),
            unit=Unit(unit),
            marks=marks,
            year=self._optional("year", int),
            series=self._optional("series", str) or "",
            series_number=self._optional("series_number", (int, float)),
            aliases=tuple(self._list("aliases", str)),
            pages=self._positive("pages"),
            mark_ends=self._mark_ends(marks),
            parts=self._parts(marks),
            story_time=self._optional("story_time", int),
            similar=tuple(
                SimilarBook(**self._strings(t, "title", "author", "series", "series_number", "why"))
                for t in self._list("similar", (dict, str))
            ),
            ratings=self._ratings(),
            editions=tuple(self._edition(t) for t in self._list("editions", dict)),
            first_published=self._optional("first_published", dt.date),
            isbn=str(self._optional("isbn", (str, int)) or ""),
            language=self._optional("language", str) or "",
        )
        requires = self._requires(book)
        extra = {key: value for key, value in self._raw.items() if key not in self._known}
        for key in extra.keys() - {"quotes"}:
            self._report(key, f"“{key}” is not a field that Dogear knows.", "It is kept; docs/library.md has the list.")
        return replace(book, requires=requires, extra=extra)

    def _line(self, key: str) -> int:
        pattern = re.compile(rf"^\s*(?:\[+\s*)?[\"']?{re.escape(key)}[\"']?\s*(?:=|\])")
        return next((n for n, line in enumerate(self._text.splitlines(), 1) if pattern.match(line)), 0)

    def _fail(self, key: str, what: str, cure: str) -> None:
        raise LibraryProblem(self._path, self._line(key), what, cure)

    def _report(self, key: str, what: str, cure: str) -> None:
        self._problems.append(LibraryProblem(self._path, self._line(key), what, cure, fatal=False))

    def _required(self, key: str, kind: type, example: str) -> Any:  # noqa: ANN401 (as the caller's `kind` says)
        self._known.add(key)
        value = self._raw.get(key)
        if value is None or value == "":
            raise LibraryProblem(self._path, 0, f"“{key}” is missing.", f"Write {key} = {example}.")
        if not isinstance(value, kind) or isinstance(value, bool):
            self._fail(key, f"“{key}” is wrong.", f"Write {key} = {example}.")
        return value

    def _optional(self, key: str, kind: type | tuple[type, ...]) -> Any:  # noqa: ANN401
        self._known.add(key)
        value = self._raw.get(key)
        if value is not None and (not isinstance(value, kind) or isinstance(value, bool)):
            self._report(key, f"“{key}” is of the wrong kind and left out.", "See docs/library.md.")
            return None
        return value

    def _positive(self, key: str) -> int | None:
        value = self._optional(key, int)
        if value is not None and not 1 <= value <= MAX_MARKS:
            self._report(key, f"“{key}” cannot be {value}; it is left out.", f"Write 1 to {MAX_MARKS}.")
            return None
        return value

    def _list(self, key: str, kind: type | tuple[type, ...]) -> list[Any]:
        value = self._optional(key, list) or []
        good = [item for item in value if isinstance(item, kind)]
        if len(good) < len(value):
            self._report(key, f"“{key}” holds entries of the wrong kind; they are left out.", "See docs/library.md.")
        return good

    def _strings(self, table: dict[str, Any] | str, *names: str) -> dict[str, str]:
        if isinstance(table, str):
            return {names[0]: table}
        found = {name: str(table[name]) for name in names if name in table}
        return {names[0]: ""} | found

    def _mark_ends(self, marks: int) -> tuple[int, ...]:
        ends = self._list("mark_ends", int)
        if ends and (len(ends) != marks or ends != sorted(ends)):
            self._report("mark_ends", "“mark_ends” is left out.", f"Write {marks} rising page numbers.")
            return ()
        return tuple(ends)

    def _parts(self, marks: int) -> tuple[Part, ...]:
        parts = [
            Part(str(table.get("title", f"Part {n}")), table.get("last_mark", 0))
            for n, table in enumerate(self._list("parts", dict), 1)
        ]
        lasts = [part.last_mark for part in parts]
        if parts and (not all(isinstance(n, int) and 0 < n <= marks for n in lasts) or lasts != sorted(set(lasts))):
            self._report("parts", "“parts” is left out.", f"Write last_mark in each part, rising, up to {marks}.")
            return ()
        return tuple(parts)

    def _ratings(self) -> Ratings | None:
        table = self._optional("ratings", dict)
        if not table:
            return None
        average, as_of = table.get("average"), table.get("as_of")
        counts = [table.get(key, 0) for key in ("count", "reviews")]
        if not isinstance(average, (int, float)) or not 0 <= average <= 5 or not all(isinstance(n, int) for n in counts):
            self._report("ratings", "“ratings” is left out.", "Write average (0 to 5), count and reviews as numbers.")
            return None
        date = as_of if isinstance(as_of, dt.date) else None
        return Ratings(float(average), counts[0], counts[1], str(table.get("source", "")), date)

    def _edition(self, table: dict[str, Any]) -> Edition:
        published = table.get("published")
        strings = self._strings(table, "format", "publisher", "isbn")
        return Edition(**strings, published=published if isinstance(published, dt.date) else None)

    def _requires(self, book: Book) -> tuple[Requirement, ...]:
        found = []
        for table in self._list("requires", (dict, str)):
            fields = self._strings(table, "book", "need", "reason")
            need = fields.get("need", "helps")
            if need not in ("first", "helps") or not fields["book"]:
                self._report("requires", "An entry of “requires” is left out.", "Write book, need (first, helps), reason.")
                continue
            try:
                stated = table.get("reveals", 0) if isinstance(table, dict) else 0
                reveals = parse_reveals(stated, book, {})
            except ValueError as error:
                self._report("reveals", "A reason is hidden until the end of the book.", str(error))
                reveals = book.whole()
            found.append(Requirement(fields["book"], need, fields.get("reason", ""), reveals))
        return tuple(found)
