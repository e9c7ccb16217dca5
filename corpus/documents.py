"""A Markdown document of a book: front matter, headings, blocks, and how far each block reveals.

The rules are those of the library format: a comment, then a heading that names marks, then the front matter;
what none of them places is left open here (`reveals is None`) for placing by alignment.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token

from corpus.books import Book, Unit
from corpus.errors import LibraryProblem
from corpus.reveals import Reveals

KINDS = (
    "premise", "summary", "people", "themes", "discussion", "review", "answers", "quotes", "background",
    "reception", "advice", "author",
)  # fmt: skip
"""The kinds of document that Dogear treats each in its own way; another kind is read as plain text."""

MAX_BYTES = 5_000_000
"""A document is a few pages; anything larger is a mistake and is not read into memory."""

_FENCE = re.compile(r"^---\s*$")
_COMMENT = re.compile(r"<!--\s*(.*?)\s*(?:-->|$)", re.DOTALL)
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,200}>")
_REVEALS = re.compile(r"^reveals?\s*[:=]\s*(.*)$", re.IGNORECASE | re.DOTALL)
_RANGE = r"(\d{1,6})(?:\s*(?:–|—|-|to|and|&)\s*(?:\w+\s+)?(\d{1,6}))?"
_MARKS = re.compile(rf"^(chapters?|chs?\.?|parts?|sections?|pages?|pp?\.)\s+{_RANGE}\b", re.IGNORECASE)
_PERCENT = re.compile(r"^(\d{1,3})\s*%?(?:\s*(?:–|—|-|to)\s*(\d{1,3}))?\s*(?:%|percent)(?!\w)", re.IGNORECASE)
_STARS = re.compile(r"^([★☆]{1,5})(?=\s|$)")
_NOTES = re.compile(r"\s*\((?:([\d,]{1,12}) likes?)?(?:,\s*)?(explicit)?\)\s*$")
_DATE = re.compile(r"\b(\d{4}-\d{2}-\d{2})\b")


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph or list item with what holds for it; `reveals` is None where nothing places it."""

    text: str
    line: int
    heading: str = ""
    heading_reveals: Reveals | None = None
    reveals: Reveals | None = None
    placed_by: str = ""
    is_item: bool = False
    rating: int | None = None
    date: dt.date | None = None
    likes: int = 0
    explicit: bool = False


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


def heading_mark(heading: str, book: Book) -> int | None:
    """Return the last mark that a heading names, in the book's own marks, or None where it names none.

    A unit other than the book's own is converted and rounded up.
    """
    if found := _PERCENT.match(heading):
        return book.mark_at(min(100, int(found[2] or found[1])) / 100)
    if not (found := _MARKS.match(heading)):
        return None
    number = int(found[3] or found[2])
    unit = {"c": Unit.CHAPTER, "s": Unit.SECTION}.get(found[1][0].lower())
    unit = unit or (Unit.PART if found[1].lower().startswith("pa") and "rt" in found[1].lower() else Unit.PAGE)
    if unit is book.unit:
        return number
    if unit is Unit.PART and 0 < number <= len(book.parts):
        return book.parts[number - 1].last_mark
    if unit is Unit.PAGE and book.mark_ends:
        return 1 + sum(end < number for end in book.mark_ends[:-1])
    if unit is Unit.PAGE and book.pages:
        return book.mark_at(number / book.pages)
    return None


def parse_reveals(value: object, book: Book, others: Mapping[str, Book]) -> Reveals:
    """Return the reveals that a comment or the front matter states; ValueError says what to write instead."""
    if isinstance(value, bool) or value is None:
        raise ValueError("Write a whole number, or book=number pairs.")
    if isinstance(value, int):
        pairs: dict[str, Any] = {book.slug: value}
    elif isinstance(value, Mapping):
        pairs = {str(slug): mark for slug, mark in value.items()}
    else:
        pairs = {}
        for part in filter(None, (part.strip() for part in str(value).split(","))):
            slug, equals, mark = part.partition("=")
            pairs[slug.strip() if equals else book.slug] = mark.strip() if equals else slug.strip()
    marks: dict[str, int] = {}
    for slug, mark in pairs.items():
        limit = book.marks if slug == book.slug else others[slug].marks if slug in others else None
        if not re.fullmatch(r"\d{1,6}", str(mark)):
            raise ValueError(f"Write a whole number from 0 to {limit or book.marks} instead of “{str(mark)[:40]}”.")
        if limit is not None and int(mark) > limit:
            raise ValueError(f"{slug} has {limit} marks: write a number from 0 to {limit} instead of {mark}.")
        marks[slug] = int(mark)
    if not marks:
        raise ValueError("Write a whole number, or book=number pairs.")
    return Reveals.of({book.slug: 0} | marks)


def read_document(path: Path, book: Book, others: Mapping[str, Book], problems: list[LibraryProblem]) -> Document:
    """Read one Markdown file; what is wrong but can be left out is added to `problems`.

    A wrong `reveals` hides what it was meant for until the end of the book. Raises LibraryProblem for a file
    that cannot be read at all.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise LibraryProblem(path, 0, f"is larger than {MAX_BYTES // 1_000_000} MB.", "Split it into documents.")
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise LibraryProblem(path, 0, "is not UTF-8 text.", "Save it as UTF-8.") from error
    except OSError as error:
        raise LibraryProblem(path, 0, f"cannot be read ({error.strerror}).", "Check its permissions.") from error
    lines = text.splitlines()
    front, start = _front_matter(path, lines, problems)
    placer = _Placer(path, book, others, problems, front)
    kind = str(front.get("kind", path.stem if path.stem in KINDS else "text"))
    blocks = tuple(_blocks("\n".join(lines[start:]), start, placer))
    return Document(
        name=path.name,
        kind=kind,
        title=str(front.get("title", "")),
        source=str(front.get("source", "")),
        blocks=blocks,
        rating=_rating(path, front.get("rating"), problems),
        date=front["date"] if isinstance(front.get("date"), dt.date) else None,
    )


def _front_matter(path: Path, lines: list[str], problems: list[LibraryProblem]) -> tuple[dict[str, Any], int]:
    """Return the front matter and the index of the first line after it."""
    if not lines or not _FENCE.match(lines[0]):
        return {}, 0
    end = next((n for n, line in enumerate(lines[1:], 1) if _FENCE.match(line)), None)
    if end is None:
        problem = LibraryProblem(path, 1, "The front matter is not closed.", "Write --- below it.", fatal=False)
        problems.append(problem)
        return {"reveals": "unknown"}, 1
    try:
        front = yaml.safe_load("\n".join(lines[1:end])) or {}
        if not isinstance(front, dict):
            raise yaml.YAMLError("it is not a mapping")
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        line = 2 + (mark.line if mark else 0)
        what = f"The front matter is not YAML ({str(getattr(error, 'problem', None) or error)[:80]})."
        problems.append(LibraryProblem(path, line, what, "Write lines such as “kind: summary”.", fatal=False))
        return {"reveals": "unknown"}, end + 1
    return {str(key): value for key, value in front.items()}, end + 1


def _rating(path: Path, value: object, problems: list[LibraryProblem]) -> int | None:
    if value is None:
        return None
    if isinstance(value, (int, float)) and not isinstance(value, bool) and 1 <= value <= 5:
        return round(value)
    problems.append(LibraryProblem(path, 1, "“rating” is no number of stars.", "Write 1 to 5.", fatal=False))
    return None


class _Placer:
    """Applies the first three rules of the library format, heading by heading and comment by comment."""

    def __init__(
        self, path: Path, book: Book, others: Mapping[str, Book], problems: list[LibraryProblem], front: dict[str, Any]
    ) -> None:
        self._path, self._book, self._others, self._problems = path, book, others, problems
        self._front = self._read(front["reveals"], 1) if "reveals" in front else None
        # Open headings: level, text, what the heading says, what a comment beneath it says.
        self._open: list[tuple[int, str, Reveals | None, Reveals | None]] = [(0, "", None, None)]
        self._fresh = False
        self._heading_reveals: Reveals | None = None

    def heading(self, level: int, text: str, line: int) -> None:
        """Enter a heading: what it or a comment before it said ends with it, unless it lies higher."""
        while self._open[-1][0] >= level:
            self._open.pop()
        mark = heading_mark(text, self._book)
        said: Reveals | None = None
        if mark is not None:
            if mark > self._book.marks:
                cure = f"The book has {self._book.marks} marks (book.toml): correct one of the two."
                self._problem(line, f"The heading names mark {mark}.", cure)
            said = Reveals.of({self._book.slug: self._book.clamp(mark)})
        self._open.append((level, text, said, None))
        self._fresh = True

    def comment(self, text: str, line: int) -> None:
        """Take a comment; one that says nothing of reveals is passed over."""
        if found := _REVEALS.match(text):
            level, heading, said, _ = self._open[-1]
            self._open[-1] = (level, heading, said, self._read(found[1], line))

    def block(self, text: str, line: int, *, is_item: bool) -> Block:
        """Return the block with all that holds for it."""
        reveals, by = self._now()
        _, heading, _, _ = self._open[-1]
        if self._fresh:
            self._heading_reveals, self._fresh = reveals, False
        stars = _STARS.match(heading)
        dated = _DATE.search(heading)
        notes = _NOTES.search(text)
        return Block(
            text=text[: notes.start()] if notes else text,
            line=line,
            heading=heading,
            heading_reveals=self._heading_reveals,
            reveals=reveals,
            placed_by=by,
            is_item=is_item,
            rating=stars[1].count("★") if stars else None,
            date=_as_date(dated[1]) if dated else None,
            likes=int(notes[1].replace(",", "")) if notes and notes[1] else 0,
            explicit=bool(notes and notes[2]) or "explicit" in (p.strip().lower() for p in heading.split("·")[1:]),
        )

    def _now(self) -> tuple[Reveals | None, str]:
        comment = next((c for *_, c in reversed(self._open) if c is not None), None)
        if comment is not None:
            return comment, "comment"
        said = next((s for _, _, s, _ in reversed(self._open) if s is not None), None)
        if said is not None:
            return said, "heading"
        return self._front, "front matter" if self._front else ""

    def _read(self, value: object, line: int) -> Reveals:
        try:
            return parse_reveals(value, self._book, self._others)
        except ValueError as error:
            self._problem(line, "“reveals” is wrong, so this is hidden until the end.", str(error))
            return self._book.whole()

    def _problem(self, line: int, what: str, cure: str) -> None:
        self._problems.append(LibraryProblem(self._path, line, what, cure, fatal=False))


def _as_date(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


def _blocks(text: str, first_line: int, placer: _Placer) -> Iterator[Block]:
    """Walk the Markdown once, in order; `first_line` is the number of lines before `text`."""
    tokens = MarkdownIt("commonmark").parse(text)
    level, in_item = 0, False
    for token in tokens:
        line = first_line + (token.map[0] if token.map else 0) + 1
        if token.type == "heading_open":
            level = int(token.tag[1])
        elif token.type == "list_item_open":
            in_item = True
        elif token.type in ("list_item_close", "paragraph_close"):
            in_item = False
        elif token.type in ("inline", "html_block", "fence", "code_block"):
            words, comments = _plain(token)
            if level and token.type == "inline":
                placer.heading(level, words, line)
            for comment in comments:
                placer.comment(comment, line)
            if words and not level:
                yield placer.block(words, line, is_item=in_item)
            level = 0


def _plain(token: Token) -> tuple[str, list[str]]:
    """Return a block's words without mark-up, and the comments in it, which hold for the whole block."""
    if token.type == "inline":
        pieces = [c.content if c.type in ("text", "code_inline", "html_inline", "image") else " " if c.type in (
            "softbreak", "hardbreak") else "" for c in token.children or ()]
        text = "".join(pieces)
    else:
        text = token.content
    comments = [found[1] for found in _COMMENT.finditer(text)]
    return " ".join(_TAG.sub(" ", _COMMENT.sub(" ", text)).split()), comments
