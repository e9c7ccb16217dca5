"""Writing what was imported, all of it or none; what Markdown or the library format would interpret is escaped."""

import re
import shutil
import tempfile
from collections.abc import Collection, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import fields, is_dataclass, replace
from functools import partial
from itertools import groupby
from pathlib import Path

import tomlkit
import yaml

from corpus.books import Book, Reveals, Slug, Unit
from corpus.documents import Document, read_document
from corpus.errors import ImportRefused
from corpus.importing.draft import BookFacts, DraftDocument, DraftSection, Paragraph, Placing
from corpus.importing.novel import contents
from corpus.importing.page import one_line
from corpus.importing.phrases import names_a_unit
from corpus.labels import heading_mark
from corpus.text import plural

_TAG = re.compile(r"<(?=[A-Za-z/!?])")
_SIGN = re.compile(r"[\\*`_\[\]<~]|&(?=#?\w{1,40};)|^[#>+=|-]")
_NUMBER = re.compile(r"^(\d{1,9})([.)])(?=\s|$)")
_NOTES = re.compile(r"\((?:[\d,]{1,12} likes?|explicit|[,\s])*\)$", re.IGNORECASE)
_LABEL = re.compile(r"\b(reveals?)\s*[:=](?=\s*\S{0,100}[0-9])", re.IGNORECASE)
_SENTENCE_END = re.compile(r"[.!?…][\"'”’)\]]*$")
MAX_LINE, MAX_PARAGRAPH, MAX_FIELD = 100, 8_000, 200
"""Characters of a line that could be taken for a heading, of a paragraph that is not split, and of a fact."""


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
    return _NUMBER.sub(r"\1\\\2", _SIGN.sub(r"\\\g<0>", text))


def placed(
    section: DraftSection, draft: DraftDocument, book: Book, books: Mapping[Slug, Book]
) -> Iterator[tuple[Paragraph, dict[Slug, int] | None]]:
    """Yield the paragraphs of a section with what each reveals; None for one that has to be placed by matching."""
    now = around = _around(section, draft, book)
    for paragraph in section.paragraphs:
        now = paragraph.reveals or (around if section.names_marks else now)
        yield paragraph, None if now is None else _marks(now, book, books)


def _around(section: DraftSection, draft: DraftDocument, book: Book) -> Placing | None:
    """Return what the paragraphs of a section reveal that do not say it themselves."""
    return {book.slug: _heading(section, book)} if section.names_marks else draft.reveals


def _marks(reveals: Placing, book: Book, books: Mapping[Slug, Book]) -> dict[Slug, int]:
    marks = {}
    for slug, place in reveals.items():
        mark = heading_mark(place, books[slug]) if isinstance(place, str) else place
        marks[slug] = books[slug].marks if mark is None else mark
    return marks | ({} if book.slug in marks else {book.slug: 0})


def render(draft: DraftDocument, book: Book, books: Mapping[Slug, Book], fingerprint: str) -> str:
    """Return a draft as the text of a document; `fingerprint` identifies the page if it is imported again."""
    front: dict[str, object] = {"kind": draft.kind, "title": draft.title, "source": plain_text(draft.source)}
    if draft.reveals is not None:
        marks = _marks(draft.reveals, book, books)
        front["reveals"] = marks if len(marks) > 1 else marks[book.slug]
    front["imported"] = fingerprint
    dumped = yaml.safe_dump(front, allow_unicode=True, sort_keys=False, width=1_000)
    blocks = [f"---\n{dumped}---"]
    for section in draft.sections:
        blocks += _section(section, draft, book, books)
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


def _section(section: DraftSection, draft: DraftDocument, book: Book, books: Mapping[Slug, Book]) -> list[str]:
    heading = _heading(section, book)
    rows = [(False, f"{'#' * min(6, section.level)} {escaped(heading)}")] if heading else []
    around = _around(section, draft, book)
    unclear = not section.names_marks and heading_mark(heading, book) is not None
    stated = None if around is None or unclear else _marks(around, book, books)
    for paragraph, marks in placed(section, draft, book, books):
        if marks not in (None, stated):
            pairs = ", ".join(f"{slug}={mark}" for slug, mark in marks.items())
            rows.append((False, f"<!-- reveals: {pairs if len(marks) > 1 else marks[book.slug]} -->"))
        stated = marks
        text = escaped(plain_text(paragraph.text))
        notes = [plural(paragraph.likes, "like")] * bool(paragraph.likes) + ["explicit"] * paragraph.explicit
        noted = f"- {text} ({', '.join(notes)})" if notes else f"- {text}"
        rows.append((True, noted) if paragraph.item else (False, text))
    runs = groupby(rows, lambda row: "\n" if row[0] else "\n\n")  # the items of a list stand together
    return [between.join(text for _, text in run) for between, run in runs]


def book_file(slug: Slug, text: str, facts: BookFacts, book: Book | None) -> tuple[str, list[str]]:
    """Return a `book.toml` completed with fields from the page, and those fields; a new one without `text`.

    Nothing in it is changed but percent to chapters. Raises ImportRefused if the page says too little for a new book.
    """
    document = tomlkit.parse(text)
    added: list[str] = []
    if not text:
        if missing := " and ".join(name for name in ("title", "author") if not getattr(facts, name)):
            what = f"There is no book {slug} yet, and the page does not say its {missing}."
            raise ImportRefused(f"{what} Write {slug}/book.toml with title, author, unit and marks first.")
        unit = tomlkit.item(str(Unit.CHAPTER if facts.chapters else Unit.PERCENT))
        if not facts.chapters:
            unit.comment("or chapter, with as many marks as the book has chapters")
        document["title"], document["author"] = _plain(facts.title), _plain(facts.author)
        document["unit"], document["marks"] = unit, facts.chapters or 100
        added += document
    elif book and facts.chapters and book.unit is Unit.PERCENT:
        document["unit"], document["marks"] = str(Unit.CHAPTER), facts.chapters
        added.append("unit, marks")
    for name in (field.name for field in fields(facts) if field.name != "chapters"):
        if name not in document and (value := _plain(getattr(facts, name))):
            document[name] = value
            added.append(name)
    return tomlkit.dumps(document) if added else text, added


def _plain(value: object) -> object:
    """Return a fact as TOML has it: texts short and without mark-up, tables without empty fields."""
    if isinstance(value, str):
        return bare_text(value)[:MAX_FIELD]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, tuple):
        return [_plain(entry) for entry in value]
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: said for field in fields(value) if (said := _plain(getattr(value, field.name)))}
    return value


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


def save_files(library: Path, slug: Slug, files: Mapping[str, str]) -> tuple[Path, ...]:
    """Write files into the folder of a book and return their paths, or change nothing on an error."""
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
        if not home.exists():
            stage.rename(home)
        with ExitStack() as undo:
            for name in sorted(files if stage.exists() else (), key=lambda name: name == "book.toml"):
                file = home / name
                old = file.read_bytes() if file.exists() else None
                undo.callback(partial(file.unlink, missing_ok=True) if old is None else partial(file.write_bytes, old))
                (stage / name).replace(file)
            undo.pop_all()
    except OSError as error:
        raise ImportRefused(f"{home} cannot be written ({error.strerror}); nothing was changed.") from error
    finally:
        shutil.rmtree(stage, ignore_errors=True)
    return tuple(home / name for name in files)


_FRONT = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
_REVEALS = re.compile(r"^reveals:.*\n(?:[ \t].*\n)*", re.MULTILINE)


def relabelled(
    text: str, name: str, lines: Collection[int] | None, mark: int, book: Book, others: Mapping[Slug, Book]
) -> str:  # fmt: skip
    """Return a document in which the texts at these lines, or all, reveal another mark of their book.

    A label applies to what follows too, so what follows says again what it reveals, below its heading if nothing but
    that places it. Raises ImportRefused where the document would not read back as it should.
    """
    before = _read(text, name, book, others)
    moved = Reveals.of({book.slug: mark})
    wanted = [
        block.reveals if lines is not None and block.line not in lines
        else Reveals.of({**block.reveals.marks, **moved.marks}) if block.reveals
        else moved
        for block in before.blocks
    ]  # fmt: skip
    rows, front = text.split("\n"), _FRONT.match(text)
    written = [_REVEALS.sub("", front[0]).strip()] if front else []
    heading, by_heading, now = "", None, None
    for block, reveals in zip(before.blocks, wanted, strict=True):
        unlabelled = not heading and reveals is not None  # a label above all headings would count below them, too
        if block.heading != heading or unlabelled or (reveals != now and reveals == by_heading):
            heading = block.heading or before.title or before.kind
            named = heading_mark(heading, book)
            now = by_heading = None if named is None else Reveals.of({book.slug: named})
            written.append(f"## {escaped(heading)}")
        if reveals is not None and reveals != now:
            written.append(f"<!-- reveals: {', '.join(f'{slug}={at}' for slug, at in reveals.marks.items())} -->")
        now = reveals
        written.append(rows[block.line - 1].strip())
    after = "\n\n".join(written) + "\n"
    read = _read(after, name, book, others)
    if [block.reveals for block in read.blocks] != wanted or _told(read) != _told(before):
        raise ImportRefused(f"I can’t move that within {name}. Replace it, with a heading such as Chapter 7 above it.")
    return after


def without_words(documents: Mapping[str, str], book: Book) -> dict[str, str]:
    """Return the documents of a book without a novel's own words: the titles of its chapters stay, each at its mark."""
    read = {name: _read(text, name, book, {}) for name, text in documents.items()}
    kept = {name: text for name, text in documents.items() if read[name].kind != "text"}
    titles: dict[str, int] = {}
    for name in sorted(documents.keys() - kept.keys()):
        for block in read[name].blocks:
            if block.heading:
                titles.setdefault(block.heading, block.reveals.marks[book.slug] if block.reveals else book.marks)
    if titles and "contents.md" not in kept:
        draft = contents(list(titles), list(titles.values()), book)
        kept["contents.md"] = render(draft, book, {book.slug: book}, "0" * 12)
    return kept


def _read(text: str, name: str, book: Book, others: Mapping[Slug, Book]) -> Document:
    with tempfile.TemporaryDirectory(prefix="dogear-") as folder:
        path = Path(folder) / name
        path.write_text(text, encoding="utf-8", newline="")
        return read_document(path, book, others, [])


def _told(document: Document) -> list[tuple[object, ...]]:
    """Return what a document is and says, whatever it reveals."""
    about = (document.kind, document.title, document.source, document.rating, document.date)
    return [about, *((b.text, b.is_item, b.rating, b.date, b.likes, b.explicit) for b in document.blocks)]
