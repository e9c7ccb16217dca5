"""Writing what was imported, all of it or none; what Markdown or the library format would interpret is escaped."""

import re
import shutil
import tempfile
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import Any

import tomlkit
import yaml
from tomlkit.items import AoT

from corpus.books import Book, BookPart, Edition, SimilarBook, Slug, Unit
from corpus.errors import ImportRefused
from corpus.importing.draft import END, BookFacts, DraftDocument, DraftSection, Paragraph, Placing
from corpus.importing.page import one_line
from corpus.importing.phrases import names_a_unit
from corpus.importing.subject import same_title
from corpus.labels import heading_mark
from corpus.text import plural

_TAG = re.compile(r"<(?=[A-Za-z/!?])")
_ENTITY = re.compile(r"&(?=#?\w{1,40};)")
_BACKSLASH = re.compile(r"\\(?=[!-/:-@\[-`{-~]|$)")
_INLINE = re.compile(r"[*`]|(?<![^\W_])_|_(?![^\W_])|!(?=\[)")
_LINK = re.compile(r"\](?:[(:\[])")
_SIGNS = re.compile(r"^[#>+~=|-]+")
_NUMBER = re.compile(r"^(\d{1,9})([.)])(?=\s|$)")
_NOTES = re.compile(r"\((?:[\d,]{1,12} likes?|explicit|[,\s])*\)$", re.IGNORECASE)
_LABEL = re.compile(r"\b(reveals?)\s*[:=](?=\s*\S{0,100}[0-9])", re.IGNORECASE)
_SENTENCE_END = re.compile(r"[.!?…][\"'”’)\]]*$")
MAX_LINE = 100
"""Characters of a line such as “Chapter 7” that could be taken for a heading."""

MAX_PARAGRAPH = 8_000
"""Characters of a written paragraph; a longer one is split."""


def bare_text(text: str) -> str:
    """Return outside text on one line and without mark-up."""
    return _LABEL.sub(r"\1 –", _TAG.sub("‹", one_line(text)))


def plain_text(text: str) -> str:
    """Return outside text as it should be read back: a line such as “Chapter 7” ends like a sentence."""
    words = bare_text(text)
    bare = len(words) <= MAX_LINE and not _SENTENCE_END.search(words) and names_a_unit(words)
    return f"{words}." if bare or _NOTES.search(words, max(0, len(words) - 100)) else words


def escaped(text: str) -> str:
    """Return plain text as Markdown that reads back as the same text."""
    text = _BACKSLASH.sub(r"\\\\", text)
    text = _ENTITY.sub(r"\&", text)
    text = _INLINE.sub(lambda found: f"\\{found[0]}", text)
    if _LINK.search(text):
        text = re.sub(r"(?<!\\)([\[\]])", r"\\\1", text)
    text = _SIGNS.sub(lambda found: "".join(f"\\{sign}" for sign in found[0]), text)
    return _NUMBER.sub(r"\1\\\2", text)


def placed(reveals: Placing, books: Mapping[Slug, Book]) -> dict[Slug, int]:
    """Return the marks of a draft, with `END` and words resolved."""
    return {slug: _mark(mark, books[slug]) for slug, mark in reveals.items()}


def _mark(place: int | str, book: Book) -> int:
    mark = heading_mark(place, book) if isinstance(place, str) else place
    return book.marks if mark is None or mark == END else mark


def heading_place(draft: DraftDocument, section: DraftSection, book: Book) -> Placing | None:
    """Return what the paragraphs of a section reveal that do not say it themselves."""
    return {book.slug: _mark(_heading(section, book), book)} if section.names_marks else draft.reveals


def render(draft: DraftDocument, book: Book, books: Mapping[Slug, Book], fingerprint: str) -> str:
    """Return a draft as the text of a document; `fingerprint` identifies the page if it is imported again."""
    front: dict[str, object] = {"kind": draft.kind, "title": draft.title, "source": plain_text(draft.source)}
    if draft.reveals is not None:
        marks = placed(draft.reveals, books)
        front["reveals"] = marks if marks.keys() - {book.slug} else marks.get(book.slug, 0)
    front["imported"] = fingerprint
    dumped = yaml.safe_dump(front, allow_unicode=True, sort_keys=False, width=1_000)
    blocks = [f"---\n{dumped}---"]
    for section in draft.sections:
        blocks += _section(section, book, books, heading_place(draft, section, book))
    return "\n\n".join(blocks) + "\n"


def split_long_paragraphs(section: DraftSection) -> DraftSection:
    """Return a section with long paragraphs split between sentences."""
    kept: list[Paragraph] = []
    for paragraph in section.paragraphs:
        text = plain_text(paragraph.text)
        while len(text) > MAX_PARAGRAPH and not paragraph.item:
            end = text.rfind(". ", MAX_PARAGRAPH // 2, MAX_PARAGRAPH) + 1 or text.rfind(" ", 0, MAX_PARAGRAPH)
            end = end if end > 0 else MAX_PARAGRAPH
            kept.append(replace(paragraph, text=text[:end].strip()))
            text = text[end:].strip()
        if text:
            kept.append(replace(paragraph, text=text[:MAX_PARAGRAPH]))
    return replace(section, paragraphs=tuple(kept))


def _heading(section: DraftSection, book: Book) -> str:
    heading = bare_text(section.heading)
    stated = bool(section.paragraphs) and section.paragraphs[0].reveals is not None
    if not section.names_marks and not stated and heading_mark(heading, book) is not None:
        return ""  # it would place the text below it, and nobody here has said so
    return heading


def _section(section: DraftSection, book: Book, books: Mapping[Slug, Book], around: Placing | None) -> list[str]:
    heading = _heading(section, book)
    rows = [(False, f"{'#' * min(6, section.level)} {escaped(heading)}")] if heading else []
    now = around if section.names_marks or heading_mark(heading, book) is None else None
    for paragraph in section.paragraphs:
        wanted = paragraph.reveals or (around if section.names_marks else now)
        if wanted is not None and (now is None or placed(wanted, books) != placed(now, books)):
            rows.append((False, f"<!-- reveals: {_stated(wanted, book, books)} -->"))
        now = wanted
        text = escaped(plain_text(paragraph.text))
        rows.append((True, f"- {text}{_notes(paragraph)}") if paragraph.item else (False, text))
    runs = groupby(rows, lambda row: "\n" if row[0] else "\n\n")  # the items of a list stand together
    return [between.join(text for _, text in run) for between, run in runs]


def _stated(reveals: Placing, book: Book, books: Mapping[Slug, Book]) -> str:
    marks = placed(reveals, books)
    if set(marks) == {book.slug}:
        return str(marks[book.slug])
    return ", ".join(f"{slug}={mark}" for slug, mark in marks.items())


def _notes(paragraph: Paragraph) -> str:
    likes = [plural(paragraph.likes, "like")] if paragraph.likes else []
    said = ", ".join([*likes, *(["explicit"] if paragraph.explicit else [])])
    return f" ({said})" if said else ""


@dataclass(frozen=True, slots=True)
class ExpectedBlock:
    """A paragraph as it must be read back."""

    text: str
    reveals: Mapping[Slug, int] | None


def expected_blocks(draft: DraftDocument, book: Book, books: Mapping[Slug, Book]) -> list[ExpectedBlock]:
    """Return how a draft must be read back."""
    found = []
    for section in draft.sections:
        now = around = heading_place(draft, section, book)
        for paragraph in section.paragraphs:
            now = paragraph.reveals or (around if section.names_marks else now)
            where = None if now is None else {book.slug: 0} | placed(now, books)
            found.append(ExpectedBlock(plain_text(paragraph.text), where))
    return found


MAX_FIELD = 200
"""Characters of a field that a page may fill."""


@dataclass(frozen=True, slots=True)
class BookFile:
    """The text of a `book.toml`, the fields added to it, and the fields it already had."""

    text: str
    added: tuple[str, ...]
    present: tuple[str, ...]


def new_book_file(slug: Slug, facts: BookFacts) -> BookFile:
    """Return a `book.toml` with what the page says. Raises ImportRefused if that is too little."""
    if not facts.title or not facts.author:
        missing = " and ".join(name for name in ("title", "author") if not getattr(facts, name))
        raise ImportRefused(
            f"There is no book {slug} yet, and the page does not say its {missing}. "
            f"Write {slug}/book.toml with title, author, unit and marks first."
        )
    document = tomlkit.document()
    document["title"], document["author"] = _text(facts.title), _text(facts.author)
    if facts.chapters:
        document["unit"], document["marks"] = str(Unit.CHAPTER), facts.chapters
    else:
        unit = tomlkit.item(str(Unit.PERCENT)).comment("or chapter, with as many marks as the book has chapters")
        document["unit"], document["marks"] = unit, 100
    filled = complete_book_file(tomlkit.dumps(document), facts, None)
    return BookFile(filled.text, ("title", "author", "unit", "marks", *filled.added), ())


def complete_book_file(text: str, facts: BookFacts, book: Book | None) -> BookFile:
    """Return a `book.toml` completed with fields from the page; nothing in it is changed but percent to chapters."""
    document = tomlkit.parse(text)
    counted = ""
    if book is not None and facts.chapters and book.unit is Unit.PERCENT:
        document["unit"], document["marks"], counted = str(Unit.CHAPTER), facts.chapters, "unit, marks"
        text = tomlkit.dumps(document)
    before = tomllib.loads(text)
    added: list[str] = []
    present: list[str] = []
    for name, value in _fields(facts):
        if name in before:
            present.append(name)
        else:
            document[name] = value
            added.append(name)
    for name, entries in (("parts", facts.parts), ("editions", facts.editions), ("similar", facts.similar)):
        new = [entry for entry in entries if not _known(entry, before.get(name))]
        if entries and not new:
            present.append(name)
        elif new and isinstance(before.get(name, []), list) and _append(document, name, new):
            added.append(f"{len(new)} × {name}" if len(new) > 1 else name)
        elif new:
            present.append(name)
    added = [counted, *added] if counted else added
    if not added:
        return BookFile(text, (), tuple(present))
    filled = tomlkit.dumps(document)
    for head in ("[ratings]", "[[parts]]", "[[editions]]", "[[similar]]"):
        if head not in text:  # room above what is new; what a person wrote stays as it is
            filled = re.sub(rf"(?<=[^\n])\n{re.escape(head)}", f"\n\n{head}", filled)
    after = tomllib.loads(filled)
    if any(after.get(key) != value for key, value in before.items() if key not in ("editions", "similar")):
        raise ImportRefused("book.toml could not be completed without changing what it says. Add the fields by hand.")
    return BookFile(filled, tuple(added), tuple(present))


_MARK = r"(reveals:[ \t]*|\b{}=)([0-9]{{1,6}})\b"


def rescaled(home: Path, before: Book, after: Book) -> dict[str, str]:
    """Return the documents of a book with their labels in its new marks, rounded up."""
    label = re.compile(_MARK.format(re.escape(before.slug)))
    found = {}
    for path in sorted(home.glob("*.md")):
        rows = path.read_text(encoding="utf-8-sig").split("\n")
        new = [
            label.sub(lambda m: f"{m[1]}{-(-min(int(m[2]), before.marks) * after.marks // before.marks)}", row)
            if row.startswith(("<!--", "reveals:")) else row
            for row in rows
        ]  # fmt: skip
        if new != rows:
            found[path.name] = "\n".join(new)
    return found


def _fields(facts: BookFacts) -> Iterator[tuple[str, Any]]:
    """Yield the fields of a `book.toml` that a page filled, tables last."""
    plain_fields: dict[str, object] = {
        "year": facts.year,
        "series": _text(facts.series),
        "series_number": _number(facts.series_number),
        "pages": facts.pages,
        "language": _text(facts.language),
        "isbn": _text(facts.isbn),
        "first_published": facts.first_published,
    }
    for name, value in plain_fields.items():
        if value:
            yield name, value
    if facts.lengths:
        yield "lengths", list(facts.lengths)
    if facts.ratings:
        ratings = facts.ratings
        table = tomlkit.table()
        table["average"] = ratings.average
        for key, value in (("count", ratings.count), ("reviews", ratings.reviews), ("source", ratings.source)):
            if value:
                table[key] = value
        if ratings.as_of:
            table["as_of"] = ratings.as_of
        yield "ratings", table


def _append(document: tomlkit.TOMLDocument, name: str, entries: Sequence[BookPart | Edition | SimilarBook]) -> bool:
    """Add tables to a list of tables; a list on one line is left alone."""
    if name not in document:
        document[name] = tomlkit.aot()
    tables = document[name]
    if not isinstance(tables, AoT):
        return False
    for entry in entries:
        table = tomlkit.table()
        for key in entry.__slots__:
            value = getattr(entry, key)
            if value:
                table[key] = _text(value) if isinstance(value, str) else value
        tables.append(table)
    return True


def _known(entry: BookPart | Edition | SimilarBook, present: object) -> bool:
    if isinstance(entry, BookPart):
        return bool(present)
    tables = [table for table in present if isinstance(table, dict)] if isinstance(present, list) else []
    names = [name for name in present if isinstance(name, str)] if isinstance(present, list) else []
    if isinstance(entry, SimilarBook):
        titles = [*names, *(str(table.get("title", "")) for table in tables)]
        return any(same_title(title, entry.title) for title in titles)
    return any(
        str(table.get("format", "")) == entry.format and table.get("published") == entry.published for table in tables
    )


def _text(value: str) -> str:
    return bare_text(value)[:MAX_FIELD]


def _number(value: float | None) -> float | int | None:
    return int(value) if value is not None and value == int(value) else value


def save_files(library: Path, slug: Slug, files: Mapping[str, str]) -> tuple[Path, ...]:
    """Write files into the folder of a book and return their paths, or change nothing on an error.

    A new book appears by renaming a finished folder. In an existing book, each file is moved into place, and moved
    back if another one fails.
    """
    home = library / slug
    try:
        library.mkdir(exist_ok=True)
        stage = Path(tempfile.mkdtemp(prefix=".importing-", dir=library))
    except OSError as error:
        raise ImportRefused(f"{library} cannot be written ({error.strerror}). Check the folder.") from error
    try:
        stage.chmod(0o755)
        for name, text in files.items():
            (stage / name).write_text(text, encoding="utf-8", newline="")
        if home.exists():
            _move_all(stage, home, sorted(files, key=lambda name: name == "book.toml"))
        else:
            stage.rename(home)
    except OSError as error:
        raise ImportRefused(f"{home} cannot be written ({error.strerror}); nothing was changed.") from error
    finally:
        shutil.rmtree(stage, ignore_errors=True)
    return tuple(home / name for name in files)


def _move_all(stage: Path, home: Path, names: list[str]) -> None:
    """Move files into place; on an error, the old files are restored."""
    old = {name: (home / name).read_bytes() if (home / name).exists() else None for name in names}
    moved: list[str] = []
    try:
        for name in names:
            (stage / name).replace(home / name)
            moved.append(name)
    except BaseException:
        for name in moved:
            before = old[name]
            if before is None:
                (home / name).unlink()
            else:
                (home / name).write_bytes(before)
        raise
