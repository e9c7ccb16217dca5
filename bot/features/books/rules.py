"""What an organiser says of a book, what a file makes of it, and what readers would see of it at each quarter."""

import hashlib
import json
import re
import tempfile
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import tomlkit

from bot.catalogues import isbn_of
from corpus.book_file import BOOK_FILE
from corpus.books import MAX_LINE, MAX_MARKS, Book, Slug, Unit
from corpus.errors import DogearError, ImportRefused
from corpus.importing.draft import BookFacts, ImportReport, ReportEntry, Status
from corpus.importing.files import read_open_library
from corpus.importing.importer import import_files
from corpus.importing.subject import same_title
from corpus.importing.write import relabelled, without_words
from corpus.labels import heading_mark
from corpus.positions import PERCENT_WORDS, UNIT_WORDS, parse_position
from corpus.text import plural
from retrieval.retriever import Outlook, Quarter

MAX_SLUG = 50  # characters of a title in a slug: behind it stands its club, and a button carries both (Discord: 100)
CATALOGUE_FILE = "Open Library.json"  # what Open Library says of a book, as a file to import
MAX_FILES = 10  # Discord: files of one field of a form
MAX_FILE = 25_000_000  # bytes of one attached file: twice what people can attach without paying Discord


class BookFormProblem(DogearError):
    """What was typed or attached makes no book; the message says what to write instead."""


@dataclass(frozen=True, slots=True)
class BookLength:
    """How a book is counted, and its pages where they are known too."""

    unit: Unit
    marks: int
    pages: int | None = None


_AMOUNT = re.compile(r"(\d[\d,. ]*)\s*(%|[^\W\d]+)?")
_UNITS = UNIT_WORDS | {Unit.PERCENT: PERCENT_WORDS}
MOST_CHAPTERS = 150  # a bare number up to this is a number of chapters; a larger one, of pages


def read_length(typed: str) -> BookLength:
    """Return how a book is counted: “27 chapters”, “310 pages”, “32 chapters, 410 pages”; percent if nothing is typed.

    Raises BookFormProblem.
    """
    found: dict[Unit, int] = {}
    for number, name in _AMOUNT.findall(typed.casefold()):
        count = int(re.sub(r"\D", "", number))
        unit = next((unit for unit, words in _UNITS.items() if re.fullmatch(words, name)), None)
        if not name:
            unit = Unit.CHAPTER if count <= MOST_CHAPTERS else Unit.PAGE
        if unit is None or not 0 < count <= MAX_MARKS:
            found = {}
            break
        found[unit] = count
    if re.search(PERCENT_WORDS, typed.casefold()):
        found[Unit.PERCENT] = 100
    if typed.strip() and not found:
        raise BookFormProblem(
            f"I don’t understand “{typed.strip()[:60]}”. Write how long the book is, such as 27 chapters, 310 pages or "
            "27 chapters, 310 pages. Leave it empty to count in percent."
        )
    pages = found.pop(Unit.PAGE, None)
    if Unit.PERCENT in found or not (found or pages):
        return BookLength(Unit.PERCENT, 100, pages)
    for unit, marks in found.items():
        return BookLength(unit, marks, pages)
    return BookLength(Unit.PAGE, pages or 0)


def length_text(book: Book) -> str:
    """Return how a book is counted, as an organiser types it."""
    if book.unit is Unit.PERCENT:
        return f"{book.pages} pages, percent" if book.pages else ""
    pages = f", {book.pages} pages" if book.pages and book.unit is not Unit.PAGE else ""
    return f"{book.marks} {book.unit.value}{'s' if book.marks > 1 else ''}{pages}"


@dataclass(frozen=True, slots=True)
class BookForm:
    """What an organiser types about a book."""

    title: str
    author: str
    length: str = ""
    text: str = ""
    catalogue: str = ""

    @property
    def to_look_up(self) -> bool:
        """Whether a catalogue could say more than what was typed."""
        return bool(isbn_of(self.title) or not self.author.strip())

    def picked(self, number: int) -> "BookForm":
        """Return the form with what a catalogue says of one of the books that it listed."""
        book = json.loads(self.catalogue)[number]
        facts = facts_of(book)
        length = self.length or (f"{facts.pages} pages" if facts.pages else "")
        return BookForm(facts.title, facts.author, length, self.text, json.dumps(book))

    @property
    def known(self) -> dict[str, Any]:
        """What the catalogue says of the book that was picked; nothing once another title was typed."""
        book = json.loads(self.catalogue or "{}")
        return book if isinstance(book, dict) and same_title(self.title, str(book.get("title"))) else {}

    def checked(self) -> "BookForm":
        """Return the form, tidied. Raises BookFormProblem."""
        title, author = (" ".join(words.split())[:MAX_LINE] for words in (self.title, self.author))
        if isbn_of(title):
            raise BookFormProblem("I can’t look that ISBN up. Please write the title and the author of the book.")
        if not any(map(str.isalnum, title)) or not any(map(str.isalnum, author)):
            raise BookFormProblem("Please write the title and the author of the book.")
        read_length(self.length)
        return replace(self, title=title, author=author)


def named(title: str) -> BookForm:
    """Return what is known of a book that may be written with its author: “Emma by Jane Austen”."""
    name, _, author = title.rpartition(" by ")
    return BookForm(name, author) if name and " " in author else BookForm(title, "")


def facts_of(book: dict[str, Any]) -> BookFacts:
    """Return the facts in what Open Library says of a book."""
    return read_open_library(CATALOGUE_FILE, book).facts


def facts_line(facts: BookFacts) -> str:
    """Return by which facts a book is told from others."""
    pages = f"{facts.pages} pages" if facts.pages else ""
    return ", ".join(filter(None, (facts.title, facts.author, str(facts.year or ""), pages)))


def slug_of(title: str, club: int) -> Slug:
    """Return the slug of a club's book: no other club's has it, and nobody sees it."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", title.casefold()) if not unicodedata.combining(c))
    words = re.findall(r"[a-z0-9]+", re.sub(r"['’]", "", plain))
    if len(words) > 1 and words[0] in ("a", "an", "the"):
        words = words[1:]
    own = "-".join(words)[:MAX_SLUG].strip("-") or "u" + "-".join(f"{ord(c):x}" for c in plain if c.isalnum())
    return f"{own[:MAX_SLUG].strip('-')}-{club}"


def toml_of(form: BookForm, before: str = "") -> str:
    """Return a `book.toml` that says what the form says; what else it said before stays, as does an untyped length."""
    length, document = read_length(form.length), tomlkit.parse(before)
    facts: dict[str, object] = {"title": form.title, "author": form.author}
    if form.length.strip() or not before:
        facts |= {"unit": length.unit.value, "marks": length.marks}
    changed = before and any(name in facts and document.get(name) != facts[name] for name in ("unit", "marks"))
    for name, value in (facts | ({"pages": length.pages} if length.pages else {})).items():
        document[name] = value
    if changed:
        for name in ("mark_ends", "lengths", "parts", "numbered_anew"):  # they count marks that are not there any more
            document.pop(name, None)
    return tomlkit.dumps(document)


@dataclass(frozen=True, slots=True)
class BookText:
    """All that a club's book says: its `book.toml`, and its documents by the names of their files."""

    slug: Slug
    toml: str
    documents: Mapping[str, str]

    @property
    def files(self) -> dict[str, str]:
        """Every file by its name."""
        return {**self.documents, BOOK_FILE: self.toml}

    def without(self, *names: str) -> "BookText":
        """Return the book without some of its documents."""
        return replace(self, documents={each: text for each, text in self.documents.items() if each not in names})

    def without_source(self, source: str) -> "BookText":
        """Return the book without what an earlier import took from a source."""
        return self.without(
            *(name for name, text in self.documents.items() if front_matter(text).get("source", "").startswith(source))
        )

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(len(text.encode()) for text in self.files.values())

    @property
    def marks(self) -> int:
        """How many marks the book has."""
        return int(tomlkit.parse(self.toml).unwrap()["marks"])

    @property
    def digest(self) -> str:
        """A digest of all files."""
        told = repr((self.slug, sorted(self.files.items())))
        return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()[:20]

    def write(self, folder: Path) -> Path:
        """Write it into a folder of its own below another one, whole or not at all, and return that."""
        home = folder / self.digest / self.slug
        if not home.exists():
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(prefix=".writing-", dir=folder) as stage:
                made = Path(stage) / self.digest
                put(made / self.slug, self.files)
                try:
                    made.rename(home.parent)
                except OSError:
                    if not home.exists():  # else another process of the same folder was faster
                        raise
        return home


def put(folder: Path, files: Mapping[str, str]) -> None:
    """Write files into a new folder."""
    folder.mkdir(parents=True)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8", newline="")


def draft_from(
    slug: Slug,
    form: BookForm,
    files: Sequence[tuple[str, bytes]],
    before: BookText | None,
    others: Mapping[Slug, str],
    *,
    fetched: bool = False,
) -> tuple[BookText, list[str], list[str]]:
    """Return the book that a form and its files make, on top of what it was, and what was left out or is doubtful.

    `others` are the `book.toml` of the club's other books, whose text is kept out. What is `fetched` from a catalogue
    waits for the end where nothing says where it belongs. Raises BookFormProblem.
    """
    with tempfile.TemporaryDirectory(prefix="dogear-") as folder:
        library, inbox = Path(folder) / "library", Path(folder) / "files"
        inbox.mkdir()
        for other, known in others.items():
            put(library / other, {BOOK_FILE: known})
        paths = [_kept(inbox, name, content) for name, content in files]
        toml = toml_of(form, before.toml if before else _said_by(paths, slug, Path(folder) / "alone"))
        put(library / slug, {**(before.documents if before else {}), BOOK_FILE: toml})
        if form.text.strip():
            pasted = f"{form.title} by {form.author}\n\n{form.text.strip()}\n"
            paths.append(_kept(inbox, "pasted.txt", pasted.encode()))
        data = [path for path in paths if path.suffix == ".json"]  # what an e-book tells is what it is checked with
        batches = filter(None, ([path for path in paths if path not in data], data))
        entries = [entry for batch in batches for entry in _imported(batch, slug, library, fetched).entries]
        made = {path.name: path.read_text(encoding="utf-8") for path in sorted((library / slug).iterdir())}
    text = BookText(slug, made[BOOK_FILE], {name: words for name, words in made.items() if name.endswith(".md")})
    dropped, doubtful = ([_told(e) for e in entries if e.fate is fate] for fate in (Status.DROPPED, Status.NOTED))
    return text, dropped, doubtful


def _told(entry: ReportEntry) -> str:
    """Return an entry of an import's report in words for Discord, where there are no options."""
    where = "" if entry.file == "book.toml" else f"{entry.file}: "
    cure = "press Change and write how many chapters it has"
    why = re.sub(r"(?:if you know it, )?import again with --chapters.*", cure, entry.why)
    return f"{where}{entry.what}{f': {entry.count}' if entry.count else ''}{f' ({why})' if why else ''}"


def _said_by(paths: Sequence[Path], slug: Slug, library: Path) -> str:
    """Return the `book.toml` that files make by themselves; nothing where they do not say enough."""
    own = slug.rpartition("-")[0]  # what it is made of is compared with their titles
    try:
        import_files(paths, own, library)
        return (library / own / "book.toml").read_text(encoding="utf-8")
    except ImportRefused:
        return ""


def _kept(folder: Path, name: str, content: bytes) -> Path:
    """Write a file under its own name, as far as that is a name and new."""
    stem, dot, kind = re.sub(r"[^\w. -]", "-", Path(name).name).strip(". ").rpartition(".")
    path = folder / f"{(stem or kind or 'file')[-60:]}{dot if stem else ''}{kind[:10] if stem else ''}"
    if path.exists():
        path = path.with_stem(f"{path.stem}-{len(list(folder.iterdir()))}")
    path.write_bytes(content)
    return path


def _imported(paths: Sequence[Path], slug: Slug, library: Path, fetched: bool) -> ImportReport:
    try:
        return import_files(paths, slug, library, waits=fetched)
    except ImportRefused as refused:
        said = re.sub(r"\s*\S*(?:--book|book\.toml).*$", "", str(refused), flags=re.DOTALL).replace(slug, "this book")
        told = re.sub(r"\s*(?:Import it with|Check)$", "", said)
        raise BookFormProblem(f"{told} Nothing was added. Take that file out, or change the form.") from refused


def mark_for(typed: str, book: Book) -> int:
    """Return the mark that a text needs by an organiser's word; of two readings, the later. Raises PositionError."""
    return max(parse_position(typed, book), heading_mark(typed, book) or 0)


def moved(text: BookText, name: str, line: int, mark: int, book: Book, others: Mapping[Slug, Book]) -> BookText:
    """Return a book in which a text of one document needs another mark; line 0 is all of it. Raises BookFormProblem."""
    if name not in text.documents:
        raise BookFormProblem("That document is not there any more. Open /book sources again.")
    try:
        document = relabelled(text.documents[name], name, [line] if line else None, mark, book, others)
    except ImportRefused as refused:
        raise BookFormProblem(str(refused)) from refused
    return replace(text, documents={**text.documents, name: document})


def with_words(text: BookText) -> bool:
    """Return whether a book has a novel's own words."""
    return any(document_line(document).partition(",")[0] == "text" for document in text.documents.values())


def wordless(text: BookText, book: Book) -> BookText:
    """Return a book without a novel's own words."""
    return replace(text, documents=without_words(text.documents, book))


_FIELD = re.compile(r"^(kind|title|source): *['\"]?(.*?)['\"]?$", re.MULTILINE)


def front_matter(document: str) -> dict[str, str]:
    """Return kind, title and source of a document, as its front matter says them."""
    return dict(_FIELD.findall(document.partition("\n---")[0])) if document.startswith("---") else {}


def document_line(document: str) -> str:
    """Return what a document is and where it comes from, as its front matter says."""
    said = front_matter(document)
    return ", ".join(filter(None, (said.get("kind", "text"), said.get("title"), said.get("source"))))


def readable(look: Outlook) -> str:
    """Return what readers at each quarter see of a book, and what is doubtful."""
    if not look.passages:
        return (
            "I know nothing about its story yet. Progress, schedules, threads, ceilings, votes, shelves and reading "
            "order work all the same."
        )
    lines = ["What readers would see:", *map(_quarter, look.quarters)]
    if look.waiting:
        lines.append(
            f"{look.waiting} of {plural(look.passages, 'passage')} don’t say how far readers must be. I work it out "
            "once the book is added; until then, only readers who have finished see them."
        )
    counted = Counter(part.doubt for part in look.doubts if part.doubt)
    if counted:
        counts = "; ".join(f"{plural(count, 'text')} {doubt}" for doubt, count in counted.most_common())
        lines.append(f"Doubtful: {counts}. Move them with the menu below.")
    return "\n".join(lines)


def _quarter(quarter: Quarter) -> str:
    where = "Not started" if not quarter.mark else f"At {quarter.share}%"
    example = f", such as “{quarter.example}”" if quarter.example else ""
    return f"{where}: {plural(quarter.count, 'passage')}{example}"
