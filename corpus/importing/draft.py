"""What importers read from a page, and the report about it."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from pathlib import Path

from corpus.books import Book, BookPart, Edition, Ratings, SimilarBook, Slug
from corpus.importing.gates import Ground


class Status(StrEnum):
    """What happened to something on a page."""

    RECOGNISED = "recognised"  # the page has a known format
    ADDED = "added"  # a field was added to `book.toml`
    PLACED = "placed"  # the text carries its own `reveals`
    INFERRED = "inferred"  # the text will be placed by matching when the library is indexed
    PRESENT = "already there"  # the library already has it
    DROPPED = "dropped"  # it was left out, for the given reason
    NOTED = "noted"  # something that the organiser should check


@dataclass(frozen=True, slots=True)
class ReportEntry:
    """One line of a report: the file, what it is about, how many (None if not counted), and why."""

    file: str
    fate: Status
    what: str
    count: int | None = None
    why: str = ""

    def __str__(self) -> str:
        counted = self.what if self.count is None else f"{self.what}: {self.count}"
        return f"{self.file}: {self.fate}: {counted}" + (f" ({self.why})" if self.why else "")


@dataclass(frozen=True, slots=True)
class ImportReport:
    """The result of an import; `written` are the library files that are new or changed."""

    book: Slug
    entries: tuple[ReportEntry, ...]
    written: tuple[Path, ...]

    @property
    def changed(self) -> bool:
        """Whether the library changed."""
        return bool(self.written)

    def of(self, *fates: Status) -> list[ReportEntry]:
        """Return the entries with one of these statuses, in order."""
        return [entry for entry in self.entries if entry.fate in fates]

    def lines(self) -> list[str]:
        """Return the report as lines of text."""
        said = [str(entry) for entry in self.entries]
        if not self.changed:
            return [*said, "Nothing changed: all of it is already there."]
        return [*said, *(f"wrote {path}" for path in self.written)]


class Ledger:
    """Collects the report entries of one file; equal entries are counted together."""

    def __init__(self, file: str) -> None:
        self.file = file
        self._counts: dict[tuple[Status, str, str], int | None] = {}

    def add(self, fate: Status, what: str, count: int | None = None, why: str = "") -> None:
        """Add `count` of something (0 adds nothing), or something uncounted."""
        key = (fate, what, why)
        if count is None:
            self._counts[key] = None
        elif count > 0:
            self._counts[key] = (self._counts.get(key) or 0) + count

    def recognised(self, what: str, why: str = "") -> None:
        """Add what the page is, or what it has."""
        self.add(Status.RECOGNISED, what, why=why)

    def dropped(self, what: str, count: int | None = None, why: str = "") -> None:
        """Add what was left out."""
        self.add(Status.DROPPED, what, count, why)

    def noted(self, what: str, why: str = "") -> None:
        """Add what the organiser should check."""
        self.add(Status.NOTED, what, why=why)

    def entries(self) -> Iterable[ReportEntry]:
        """Return the entries, sorted by status and then in order of arrival."""
        order = list(Status)
        found = [ReportEntry(self.file, fate, what, count, why) for (fate, what, why), count in self._counts.items()]
        return sorted(found, key=lambda entry: order.index(entry.fate))


END = ""  # the last mark of a book in the `reveals` of a draft

Placing = Mapping[Slug, int | str]
"""What a text reveals, by book: a mark, or words such as “Chapter 7”; words that name none mean the end."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph or list item; `reveals` is None if it has to be placed by matching."""

    text: str
    item: bool = False
    reveals: Placing | None = None
    likes: int = 0
    explicit: bool = False


@dataclass(frozen=True, slots=True)
class DraftSection:
    """Paragraphs under one heading (or none); `names_marks`: the heading places those that have no `reveals`."""

    paragraphs: tuple[Paragraph, ...]
    heading: str = ""
    level: int = 2
    names_marks: bool = False

    @classmethod
    def of(cls, texts: Iterable[str]) -> "DraftSection":
        """Return plain texts as a section without a heading."""
        return cls(tuple(Paragraph(text) for text in texts if text))


TITLES = {
    "premise": "What the book is about", "summary": "The story", "themes": "What it is about underneath",
    "people": "Who is who", "reception": "What critics said", "background": "Background", "author": "About the author",
    "discussion": "Questions for the club", "quotes": "Quotes", "warnings": "Content warnings",
    "review": "What readers said", "answers": "Readers’ questions", "text": "The book itself", "contents": "Chapters",
}  # fmt: skip
"""The title of a document of each kind."""


@dataclass(frozen=True, slots=True)
class DraftDocument:
    """A document to be written, with its sections that hold something; `reveals` applies to all of it."""

    stem: str
    kind: str
    source: str
    sections: tuple[DraftSection, ...]
    reveals: Placing | None = None
    title: str = ""

    @classmethod
    def of(
        cls, kind: str, page: str, source: str, sections: Iterable[DraftSection], reveals: Placing | None = None
    ) -> "DraftDocument":
        """Return the document of a kind that is made of a page."""
        kept = tuple(section for section in sections if section.paragraphs)
        return cls(f"{kind}-{page}", kind, source, kept, reveals, TITLES[kind])


@dataclass(frozen=True, slots=True)
class BookFacts:
    """What a page says about the book; empty fields are unknown."""

    title: str = ""
    author: str = ""
    chapters: int | None = None
    year: int | None = None
    series: str = ""
    series_number: float | None = None
    pages: int | None = None
    language: str = ""
    isbn: str = ""
    cover: str = ""
    first_published: dt.date | None = None
    lengths: tuple[int, ...] = ()
    ratings: Ratings | None = None
    parts: tuple[BookPart, ...] = ()
    numbered_anew: bool = False
    editions: tuple[Edition, ...] = ()
    similar: tuple[SimilarBook, ...] = ()

    def completed_by(self, other: "BookFacts") -> "BookFacts":
        """Return these facts, filled up from `other`."""
        missing = {f.name: getattr(other, f.name) for f in fields(self) if not getattr(self, f.name)}
        return replace(self, **missing)


@dataclass(frozen=True, slots=True)
class ImportContext:
    """What an importer is given: the book if it exists, the other books, the report; `text`: a novel's words count.

    `ground`: what chapters that come from outside are checked with. `waits`: without it, a story waits for the end.
    """

    slug: Slug
    book: Book | None
    others: Mapping[Slug, Book]
    ledger: Ledger
    text: bool = True
    ground: Ground = field(default_factory=Ground)
    waits: bool = False

    @property
    def names(self) -> list[str]:
        """The title and aliases of the book, longest first; those of a new book are guessed from its slug."""
        if self.book is None:
            return [self.slug.replace("-", " ")]
        return sorted({self.book.title, *self.book.aliases}, key=len, reverse=True)

    @property
    def end(self) -> Placing:
        """What a text reveals that waits for the end of the book."""
        return {self.slug: END}
