"""Reading `book.toml`: every field is checked, and a wrong one is reported with its line."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from corpus.books import Book, Edition, Part, Ratings, Requirement, SimilarBook, Slug, Unit
from corpus.errors import LibraryProblem
from corpus.labels import WrongLabel, parse_reveals
from corpus.text import read_text

BOOK_FILE = "book.toml"

MAX_BYTES = 64_000
"""A `book.toml` is a page; anything larger is a mistake."""

MAX_DOTS = 200
"""Full stops in a line: keys such as a.b.c of great depth would take the parser gigabytes."""

MAX_MARKS = 100_000
"""More marks than any book has pages: a larger number is a mistake."""

MAX_LINE = 300
"""Characters of a title or a name; what is longer is no title, and would be repeated with every reply."""

MAX_PROBLEMS = 100
"""Mistakes in one file that are told one by one."""

_YEARS = (-5_000, 3_000)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_TABLE = TypeVar("_TABLE")


def read_book(home: Path, problems: list[LibraryProblem]) -> Book:
    """Read `book.toml` of one book folder. Raises LibraryProblem; what can be left out goes to `problems`."""
    path = home / BOOK_FILE
    try:
        missing = not path.exists() and not path.is_symlink()
    except OSError as error:
        raise LibraryProblem(
            home, 0, f"cannot be looked into ({error.strerror}).", "Let Dogear read the folder."
        ) from error
    if missing:
        raise LibraryProblem(path, 0, "is missing.", "Write at least title, author, unit and marks.")
    return _BookFile(path, home.name, problems).book()


def _parsed(path: Path, text: str) -> dict[str, Any]:
    lines = text.split("\n")
    deep = next((n for n, line in enumerate(lines, 1) if line.count(".") > MAX_DOTS), 0)
    if deep:
        raise LibraryProblem(path, deep, "holds too many full stops.", "Keep to the fields of docs/library.md.")
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        found = re.search(r"\(at line (\d+)", str(error))
        line = int(found[1]) if found else len(lines) if "end of document" in str(error) else 0
        what = f"is not TOML ({re.sub(r' ?[(]at .*', '', str(error))[:100]})."
        raise LibraryProblem(path, line, what, 'Write lines such as title = "…".') from error


class _BookFile:
    """One `book.toml`, field by field."""

    def __init__(self, path: Path, slug: Slug, problems: list[LibraryProblem]) -> None:
        self._path, self._slug, self._problems, self._already = path, slug, problems, len(problems)
        self._text = read_text(path, MAX_BYTES)
        self._raw = _parsed(path, self._text)
        self._known: set[str] = set()

    def book(self) -> Book:
        """Return the book. Raises LibraryProblem where a required field is missing or wrong."""
        unit = self._required("unit", str, '"chapter"')
        if unit not in list(Unit):
            self._fail("unit", f"“{unit[:40]}” is no unit.", f"Write one of {', '.join(Unit)}.")
        marks = self._required("marks", int, "27")
        if not 1 <= marks <= MAX_MARKS:
            self._fail("marks", "A book cannot have so many marks.", f"Write a number from 1 to {MAX_MARKS}.")
        book = Book(
            slug=self._slug,
            title=self._required("title", str, '"Smiley\'s People"'),
            author=self._required("author", str, '"John le Carré"'),
            unit=Unit(unit),
            marks=marks,
            year=self._number("year", *_YEARS),
            series=self._string("series"),
            series_number=self._series_number(),
            aliases=self._aliases(),
            pages=self._number("pages", 1, MAX_MARKS),
            mark_ends=self._mark_ends(marks),
            parts=self._parts(marks),
            story_time=self._number("story_time", *_YEARS),
            similar=self._tables("similar", _similar),
            ratings=self._ratings(),
            editions=self._tables("editions", _edition),
            first_published=_day(self._optional("first_published", dt.date)),
            isbn=str(self._number("isbn", 0, 10**13) or "") if _is_int(self._raw.get("isbn")) else self._string("isbn"),
            language=self._string("language"),
        )
        requires = self._tables("requires", lambda table: self._requirement(table, book))
        extra = {key: value for key, value in self._raw.items() if key not in self._known}
        for key in sorted(extra.keys() - {"quotes"}):
            what = f"“{key[:40]}” is not a field that Dogear knows."
            self._report(key, what, "It is kept; docs/library.md has the list.")
        return replace(book, requires=requires, extra=extra)

    def _line(self, key: str) -> int:
        pattern = re.compile(rf"^\s*(?:\[+\s*)?[\"']?{re.escape(key)}[\"']?\s*(?:=|\]|\.)")
        return next((n for n, line in enumerate(self._text.split("\n"), 1) if pattern.match(line)), 0)

    def _fail(self, key: str, what: str, cure: str) -> NoReturn:
        raise LibraryProblem(self._path, self._line(key), what, cure)

    def _report(self, key: str, what: str, cure: str) -> None:
        if len(self._problems) - self._already >= MAX_PROBLEMS:
            self._fail(key, f"More than {MAX_PROBLEMS} mistakes; the book is left out.", "Correct those above first.")
        self._problems.append(LibraryProblem(self._path, self._line(key), what, cure, fatal=False))

    def _required(self, key: str, kind: type, example: str) -> Any:  # noqa: ANN401 (as the caller's `kind` says)
        self._known.add(key)
        value = self._raw.get(key)
        if isinstance(value, str):
            value = _line_of(value)
        if value is None or value == "":
            raise LibraryProblem(self._path, self._line(key), f"“{key}” is missing.", f"Write {key} = {example}.")
        if not isinstance(value, kind) or isinstance(value, bool):
            self._fail(key, f"“{key}” is wrong.", f"Write {key} = {example}.")
        if isinstance(value, str) and len(value) > MAX_LINE:
            self._fail(key, f"“{key}” is longer than {MAX_LINE} characters.", f"Write {key} = {example}.")
        return value

    def _optional(self, key: str, kind: type | tuple[type, ...]) -> Any:  # noqa: ANN401
        self._known.add(key)
        value = self._raw.get(key)
        if value is not None and (not isinstance(value, kind) or isinstance(value, bool)):
            self._report(key, f"“{key}” is of the wrong kind and left out.", "See docs/library.md.")
            return None
        return value

    def _string(self, key: str) -> str:
        line = _line_of(self._optional(key, str) or "")
        if len(line) <= MAX_LINE:
            return line
        self._report(key, f"“{key}” is longer than {MAX_LINE} characters and left out.", "Write it shorter.")
        return ""

    def _aliases(self) -> tuple[str, ...]:
        names = [name for alias in self._list("aliases", str) if (name := _line_of(alias))]
        short = tuple(name for name in names if len(name) <= MAX_LINE)
        if len(short) < len(names):
            self._report("aliases", f"A name of more than {MAX_LINE} characters is left out.", "Write it shorter.")
        return short

    def _number(self, key: str, least: int, most: int) -> int | None:
        value: int | None = self._optional(key, int)
        if value is None or least <= value <= most:
            return value
        self._report(key, f"“{key}” cannot be so; it is left out.", f"Write a number from {least} to {most}.")
        return None

    def _series_number(self) -> float | None:
        value: float | None = self._optional("series_number", (int, float))
        if value is None or 0 <= value <= MAX_MARKS:
            return value
        self._report(
            "series_number", "“series_number” cannot be so; it is left out.", "Write a number such as 7 or 2.5."
        )
        return None

    def _list(self, key: str, kind: type | tuple[type, ...]) -> list[Any]:
        value = self._optional(key, list) or []
        good = [item for item in value if isinstance(item, kind) and not isinstance(item, bool)]
        if len(good) < len(value):
            self._report(key, f"“{key}” holds entries of the wrong kind; they are left out.", "See docs/library.md.")
        return good

    def _tables(self, key: str, read: Callable[[dict[str, Any]], _TABLE]) -> tuple[_TABLE, ...]:
        """Return what `read` makes of each table of a list; one that it refuses is reported and left out."""
        found = []
        for table in self._list(key, (dict, str)):
            try:
                found.append(read({"title": table, "book": table} if isinstance(table, str) else table))
            except ValueError as error:
                self._report(key, f"An entry of “{key}” is left out.", str(error))
        return tuple(found)

    def _mark_ends(self, marks: int) -> tuple[int, ...]:
        ends = self._list("mark_ends", int)
        if ends and (len(ends) != marks or ends != sorted(ends) or not 1 <= ends[0] <= ends[-1] <= MAX_MARKS):
            self._report("mark_ends", "“mark_ends” is left out.", f"Write {marks} rising page numbers.")
            return ()
        return tuple(ends)

    def _parts(self, marks: int) -> tuple[Part, ...]:
        tables = self._list("parts", dict)
        parts = [
            Part(_text_of(table.get("title")) or f"Part {n}", table.get("last_mark", 0))
            for n, table in enumerate(tables, 1)
        ]
        lasts = [part.last_mark for part in parts]
        if not all(_is_int(last) and 0 < last <= marks for last in lasts) or lasts != sorted(set(lasts)):
            self._report("parts", "“parts” is left out.", f"Write last_mark in each part, rising, up to {marks}.")
            return ()
        return tuple(parts)

    def _ratings(self) -> Ratings | None:
        table = self._optional("ratings", dict)
        if not table:
            return None
        average, count, reviews = table.get("average"), table.get("count", 0), table.get("reviews", 0)
        is_number = isinstance(average, float) or _is_int(average)
        if not is_number or not 0 <= average <= 5 or not all(_is_int(n) and n >= 0 for n in (count, reviews)):
            self._report("ratings", "“ratings” is left out.", "Write average (0 to 5), count and reviews as numbers.")
            return None
        return Ratings(float(average), count, reviews, _text_of(table.get("source")), _day(table.get("as_of")))

    def _requirement(self, table: dict[str, Any], book: Book) -> Requirement:
        fields = _strings(table, "book", "need", "reason")
        need = fields.get("need", "helps")
        if need not in ("first", "helps") or not fields.get("book") or fields["book"] == book.slug:
            raise ValueError("Write book (another one), need (first or helps) and reason.")
        try:
            reveals = parse_reveals(table.get("reveals", 0), book, {})
        except WrongLabel as error:
            self._report("reveals", "A reason is hidden until the end of the book.", str(error))
            reveals = error.hides
        return Requirement(fields["book"], need, fields.get("reason", ""), reveals)


def _similar(table: dict[str, Any]) -> SimilarBook:
    fields = _strings(table, "title", "author", "series", "series_number", "why")
    if not fields.get("title"):
        raise ValueError("Write a title.")
    return SimilarBook(**fields)


def _edition(table: dict[str, Any]) -> Edition:
    return Edition(**_strings(table, "format", "publisher", "isbn"), published=_day(table.get("published")))


def _strings(table: dict[str, Any], *names: str) -> dict[str, str]:
    found = {name: table[name] for name in names if name in table}
    for name, value in found.items():
        if not isinstance(value, (str, float)) and not _is_int(value):
            raise ValueError(f"Write “{name}” as text.")
    return {name: _line_of(str(value)) for name, value in found.items()}


def _is_int(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**18


def _day(value: object) -> dt.date | None:
    """Return a day, without the time that TOML allows behind it."""
    if isinstance(value, dt.datetime):
        return value.date()
    return value if isinstance(value, dt.date) else None


def _text_of(value: object) -> str:
    """Return a text on one line, and nothing for what is none."""
    return _line_of(value) if isinstance(value, str) else ""


def _line_of(text: str) -> str:
    return " ".join(_CONTROL.sub(" ", text).split())
