"""A Markdown document of a book: front matter, headings, blocks, and how far each block reveals.

The rules are those of the library format: a comment, then a heading that names marks, then the front matter;
what none of them places is left open here (`reveals is None`) for placing by alignment.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from corpus.blocks import Block, as_date, read_blocks
from corpus.books import Book
from corpus.errors import LibraryProblem
from corpus.files import read_text
from corpus.front_matter import FrontMatter, read_front_matter
from corpus.labels import WrongLabel, meant_as_label, parse_reveals
from corpus.reveals import Slug
from corpus.scopes import HIDDEN, Claim, Report, Scopes

__all__ = ["KINDS", "MAX_BYTES", "Block", "Document", "read_document"]

KINDS = (
    "premise", "summary", "people", "themes", "discussion", "review", "answers", "quotes", "background",
    "reception", "advice", "author",
)  # fmt: skip
"""The kinds of document that Dogear treats each in its own way; another kind is read as plain text."""

MAX_BYTES = 5_000_000
"""A document is a few pages; anything larger is a mistake and is not read into memory."""

MAX_LINES = 100_000
"""Lines of a document: more than a long novel has, and read in seconds."""

MAX_FIELD = 300
"""Characters of a field of the front matter: title and source are repeated with every passage."""

MAX_PROBLEMS = 100
"""Mistakes in one document that are told one by one."""


@dataclass(frozen=True, slots=True)
class Document:
    """A document of a book, in reading order."""

    name: str
    kind: str
    title: str
    source: str
    blocks: tuple[Block, ...]
    rating: int | None = None
    date: dt.date | None = None


def read_document(path: Path, book: Book, others: Mapping[Slug, Book], problems: list[LibraryProblem]) -> Document:
    """Read one Markdown file; what is wrong but can be left out is added to `problems`.

    A wrong `reveals` hides what it was meant for until the end of the book. Raises LibraryProblem for a file
    that cannot be read at all.
    """

    already = len(problems)

    def report(line: int, what: str, cure: str) -> None:
        if len(problems) - already >= MAX_PROBLEMS:
            what = f"has more than {MAX_PROBLEMS} mistakes, and is left out."
            raise LibraryProblem(path, line, what, "Correct those above first.")
        problems.append(LibraryProblem(path, line, what, cure, fatal=False))

    lines = read_text(path, MAX_BYTES).split("\n")
    if len(lines) > MAX_LINES:
        raise LibraryProblem(path, MAX_LINES, f"has more than {MAX_LINES} lines.", "Split it into several documents.")
    front = read_front_matter(lines, report)
    scopes = Scopes(book, others, report, _claim(front, book, others, report))
    blocks = read_blocks("\n".join(lines[front.length :]), front.length, scopes)
    fields = _Fields(front, report)
    return Document(
        name=path.name,
        kind=fields.text("kind").lower() or _kind(path.stem),
        title=fields.text("title"),
        source=fields.text("source"),
        blocks=tuple(blocks),
        rating=fields.rating(),
        date=fields.date(),
    )


def _kind(stem: str) -> str:
    """Return the kind of a document without front matter, by its customary name."""
    name = {"reviews": "review"}.get(stem.lower(), stem.lower())
    return name if name in KINDS else "text"


def _claim(front: FrontMatter, book: Book, others: Mapping[Slug, Book], report: Report) -> Claim | None:
    """Return what the front matter says of how far the document reveals."""
    name = next((name for name in front.fields if meant_as_label(name)), None)
    if front.broken:
        return Claim(book.whole(), "front matter")
    if name is None:
        return None
    line = front.lines[name]
    try:
        if name != "reveals":
            raise WrongLabel("Write “reveals:”.", book.whole())
        return Claim(parse_reveals(front.fields[name], book, others), "front matter", line)
    except WrongLabel as error:
        report(line, f"“{name[:40]}” is wrong, {HIDDEN}", str(error))
        return Claim(error.hides, "front matter", line)


_NOT_KEPT = re.compile("[\\x00-\\x1f\\x7f-\\x9f\\ud800-\\udfff]")
"""Control characters, and halves of letters, which no store can keep: YAML may write both."""


class _Fields:
    """The other fields of the front matter; a wrong one is reported and left out."""

    def __init__(self, front: FrontMatter, report: Report) -> None:
        self._front, self._report = front, report

    def text(self, name: str) -> str:
        """Return a field of one line, or nothing."""
        value = self._front.fields.get(name, "")
        if isinstance(value, str) and len(value) <= MAX_FIELD:
            return " ".join(_NOT_KEPT.sub(" ", value).split())
        self._wrong(name, f"Write it on one line of at most {MAX_FIELD} characters.")
        return ""

    def rating(self) -> int | None:
        """Return the stars that the document gives."""
        if not (written := self.text("rating")):
            return None
        if re.fullmatch(r"[1-5](?:\.[0-9]{1,9})?", written) and float(written) <= 5:
            return round(float(written))
        self._wrong("rating", "Write a number of stars from 1 to 5.")
        return None

    def date(self) -> dt.date | None:
        """Return the day of the document."""
        if not (written := self.text("date")):
            return None
        if day := as_date(written[:10]):
            return day
        self._wrong("date", "Write a day, such as 2019-02-11.")
        return None

    def _wrong(self, name: str, cure: str) -> None:
        self._report(self._front.lines.get(name, 1), f"“{name}” is wrong and left out.", cure)
