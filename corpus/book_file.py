"""Reading `book.toml`: every field is checked, and a wrong one is reported with its line."""

import re
import tomllib
from dataclasses import fields, replace
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

from pydantic import TypeAdapter, ValidationError

from corpus.books import Book, Slug
from corpus.errors import LibraryProblem
from corpus.labels import WrongLabel, parse_reveals
from corpus.text import read_text

BOOK_FILE = "book.toml"

MAX_BYTES, MAX_DOTS, MAX_PROBLEMS = 64_000, 200, 100
"""Bytes of a file; full stops in a line (nested keys take the parser gigabytes); mistakes reported one by one."""

_REQUIRED = {"title": '"Smiley\'s People"', "author": '"John le Carré"', "unit": '"chapter"', "marks": "27"}
"""Fields that every book has, each with an example."""

_OPTIONAL = {field.name for field in fields(Book)} - _REQUIRED.keys() - {"slug", "club", "extra"}
_WHOLE = {"parts", "mark_ends", "lengths"}  # lists that are useless without all of their entries


def read_book(home: Path, problems: list[LibraryProblem], club: str = "") -> Book:
    """Read the `book.toml` of a book folder; mistakes in optional fields go to `problems`. Raises LibraryProblem.

    If `club` is given, the book is that club's own.
    """
    path = home / BOOK_FILE
    try:
        missing = not path.exists() and not path.is_symlink()
    except OSError as error:
        what = f"cannot be opened ({error.strerror})."
        raise LibraryProblem(home, 0, what, "Let Dogear read the folder.") from error
    if missing:
        raise LibraryProblem(path, 0, "is missing.", "Write at least title, author, unit and marks.")
    return replace(_BookFile(path, home.name, problems).book(), club=club)


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


_book_type = cache(lambda: TypeAdapter(Book))  # made when it is first needed: that takes a while


class _BookFile:
    """The text of one `book.toml` and the book that it describes."""

    def __init__(self, path: Path, slug: Slug, problems: list[LibraryProblem]) -> None:
        self._path, self._slug, self._problems, self._already = path, slug, problems, len(problems)
        self._text = read_text(path, MAX_BYTES)
        self._raw = _parsed(path, self._text)

    def book(self) -> Book:
        """Return the book. Raises LibraryProblem where a required field is missing or wrong."""
        fields_known = _REQUIRED.keys() | _OPTIONAL
        known = {key: value for key, value in self._raw.items() if key in fields_known}
        requires = known.pop("requires", [])
        if isinstance(similar := known.get("similar"), list):
            known["similar"] = [{"title": entry} if isinstance(entry, str) else entry for entry in similar]
        if isinstance(parts := known.get("parts"), list):
            known["parts"] = [{"title": f"Part {n}"} | p if isinstance(p, dict) else p for n, p in enumerate(parts, 1)]
        book = self._valid(known)
        if requires:
            book = self._valid(known | {"requires": self._requirements(requires, book)})
        extra = {key: value for key, value in self._raw.items() if key not in fields_known}
        for key in sorted(extra.keys() - {"quotes"}):
            what = f"“{key[:40]}” is not a field that Dogear knows."
            self._report(key, what, "It is kept; docs/library.md has the list.")
        book = self._consistent(book)
        return replace(book, aliases=tuple(filter(None, book.aliases)), extra=extra)

    def _valid(self, values: dict[str, Any]) -> Book:
        """Return the book with these fields, after removing wrong ones from `values`."""
        while True:
            try:
                return _book_type().validate_python(values | {"slug": self._slug})
            except ValidationError as error:
                self._leave_out(values, error)

    def _leave_out(self, values: dict[str, Any], error: ValidationError) -> None:
        entries: dict[str, set[int]] = {}
        for wrong in error.errors(include_url=False, include_context=False, include_input=False):
            key, rest = str(wrong["loc"][0]), wrong["loc"][1:]
            why = wrong["msg"].removeprefix("Value error, ").replace("Input should", "it should", 1)
            if key in _REQUIRED:
                what = "missing." if values.get(key, "") == "" else f"wrong: {why}."
                self._fail(key, f"“{key}” is {what}", f"Write {key} = {_REQUIRED[key]}.")
            if rest and isinstance(rest[0], int) and key not in _WHOLE:
                if rest[0] not in entries.setdefault(key, set()):
                    entries[key].add(rest[0])
                    self._report(key, f"An entry of “{key}” is left out: {why}.", "docs/library.md has the fields.")
            elif values.pop(key, None) is not None:
                self._report(key, f"“{key}” is left out: {why}.", "docs/library.md has the fields.")
        for key, numbers in entries.items():
            values[key] = [entry for n, entry in enumerate(values[key]) if n not in numbers]

    def _consistent(self, book: Book) -> Book:
        """Return the book without lists of marks that contradict its number of marks."""
        ends = book.mark_ends
        if ends and (len(ends) != book.marks or list(ends) != sorted(ends)):
            self._report("mark_ends", "“mark_ends” is left out.", f"Write {book.marks} rising page numbers.")
            book = replace(book, mark_ends=())
        if book.lengths and len(book.lengths) != book.marks:
            self._report("lengths", "“lengths” is left out.", f"Write {book.marks} numbers, one for each mark.")
            book = replace(book, lengths=())
        lasts = [part.last_mark for part in book.parts]
        if lasts and (lasts[-1] > book.marks or lasts != sorted(set(lasts))):
            self._report("parts", "“parts” is left out.", f"Write last_mark in each part, rising, up to {book.marks}.")
            book = replace(book, parts=())
        return book

    def _requirements(self, entries: object, book: Book) -> object:
        """Return the tables of `requires` with their `reveals` as a value."""
        if not isinstance(entries, list):
            return entries
        found: list[object] = []
        for entry in entries:
            table = {"book": entry} if isinstance(entry, str) else entry
            if not isinstance(table, dict):
                found.append(table)
            elif table.get("book") == book.slug:
                self._report("requires", "An entry of “requires” is left out.", "Name another book than this one.")
            else:
                try:
                    reveals = parse_reveals(table.get("reveals", 0), book, {})
                except WrongLabel as error:
                    self._report("reveals", "A reason is hidden until the end of the book.", str(error))
                    reveals = error.hides
                found.append(table | {"reveals": reveals})
        return found

    def _line(self, key: str) -> int:
        pattern = re.compile(rf"^\s*(?:\[+\s*)?[\"']?{re.escape(key)}[\"']?\s*(?:=|\]|\.)")
        return next((n for n, line in enumerate(self._text.split("\n"), 1) if pattern.match(line)), 0)

    def _fail(self, key: str, what: str, cure: str) -> NoReturn:
        raise LibraryProblem(self._path, self._line(key), what, cure)

    def _report(self, key: str, what: str, cure: str) -> None:
        if len(self._problems) - self._already >= MAX_PROBLEMS:
            self._fail(key, f"More than {MAX_PROBLEMS} mistakes; the book is left out.", "Correct those above first.")
        self._problems.append(LibraryProblem(self._path, self._line(key), what, cure, fatal=False))
