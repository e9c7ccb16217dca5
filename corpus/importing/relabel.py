"""Changing documents as an organiser says: a text moves to another mark, or a novel's own words are left out."""

import re
import tempfile
from collections.abc import Collection, Mapping
from pathlib import Path

from corpus.books import Book, Reveals, Slug
from corpus.documents import Document, read_document
from corpus.errors import ImportRefused
from corpus.importing.novel import contents
from corpus.importing.write import escaped, render
from corpus.labels import heading_mark

_FRONT = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
_REVEALS = re.compile(r"^reveals:.*\n(?:[ \t-].*\n)*", re.MULTILINE)


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
    """Return what a document says, whatever it reveals."""
    return [(b.text, b.is_item, b.rating, b.date, b.likes, b.explicit) for b in document.blocks]
