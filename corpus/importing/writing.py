"""Drafts as library files: Markdown that a person reads and edits, and that reads back exactly as it was meant.

Text from outside is data. Whatever in it Markdown or the library format would obey is made harmless here: comments,
mark-up, headings, list markers, rules, links, and the bracket that ends a quote. Only what an importer states itself
becomes a comment, a heading or front matter.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

import yaml

from corpus.books import Book
from corpus.headings import heading_mark
from corpus.importing.cleaning import one_line
from corpus.importing.drafts import END, Draft, Paragraph, Placing, Section
from corpus.importing.headings import names_a_unit
from corpus.reveals import Slug

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
"""Characters of a line such as “Chapter 7” which, were it no sentence, might be taken for a heading."""

MAX_PARAGRAPH = 8_000
"""Characters of a paragraph as it is written; a longer one goes on in the next."""


def plain(text: str) -> str:
    """Return text from outside on one line and free of mark-up: how it is meant to be read back."""
    words = _LABEL.sub(r"\1 –", _TAG.sub("‹", one_line(text)))
    bare = len(words) <= MAX_LINE and not _SENTENCE_END.search(words) and names_a_unit(words)
    return f"{words}." if bare or _NOTES.search(words, max(0, len(words) - 100)) else words


def escaped(text: str) -> str:
    """Return plain text as Markdown that reads back as just this text."""
    text = _BACKSLASH.sub(r"\\\\", text)
    text = _ENTITY.sub(r"\&", text)
    text = _INLINE.sub(lambda found: f"\\{found[0]}", text)
    if _LINK.search(text):
        text = re.sub(r"(?<!\\)([\[\]])", r"\\\1", text)
    text = _SIGNS.sub(lambda found: "".join(f"\\{sign}" for sign in found[0]), text)
    return _NUMBER.sub(r"\1\\\2", text)


def placed(reveals: Placing, books: Mapping[Slug, Book]) -> dict[Slug, int]:
    """Return the marks that a draft means, the end of a book in its own marks."""
    return {slug: books[slug].marks if mark == END else mark for slug, mark in reveals.items()}


def written(draft: Draft, book: Book, books: Mapping[Slug, Book], fingerprint: str) -> str:
    """Return a draft as the text of a document. `fingerprint` tells the page again when it is imported once more."""
    front: dict[str, object] = {"kind": draft.kind, "title": draft.title, "source": plain(draft.source)}
    if draft.reveals is not None:
        front["reveals"] = placed(draft.reveals, books) or 0
    front["imported"] = fingerprint
    dumped = yaml.safe_dump(front, allow_unicode=True, sort_keys=False, width=1_000)
    blocks = [f"---\n{dumped}---"]
    for section in draft.sections:
        blocks += _section(section, book, books)
    return "\n\n".join(blocks) + "\n"


def in_bounds(section: Section) -> Section:
    """Return a section whose long paragraphs are several, cut between sentences."""
    kept: list[Paragraph] = []
    for paragraph in section.paragraphs:
        text = plain(paragraph.text)
        while len(text) > MAX_PARAGRAPH and not paragraph.item:
            end = text.rfind(". ", MAX_PARAGRAPH // 2, MAX_PARAGRAPH) + 1 or text.rfind(" ", 0, MAX_PARAGRAPH)
            end = end if end > 0 else MAX_PARAGRAPH
            kept.append(replace(paragraph, text=text[:end].strip()))
            text = text[end:].strip()
        if text:
            kept.append(replace(paragraph, text=text[:MAX_PARAGRAPH]))
    return replace(section, paragraphs=tuple(kept))


def _section(section: Section, book: Book, books: Mapping[Slug, Book]) -> list[str]:
    heading = plain(section.heading).rstrip(".") if names_a_unit(section.heading) else plain(section.heading)
    if not section.names_marks and heading_mark(heading, book) is not None:
        heading = ""  # it would place the text below it, and nobody here has said so
    blocks = [f"{'#' * min(6, section.level)} {escaped(heading)}"] if heading else []
    now: Placing | None = None
    items: list[str] = []
    for paragraph in section.paragraphs:
        if paragraph.reveals is not None and paragraph.reveals != now:
            now = paragraph.reveals
            blocks += ["\n".join(items)] if items else []
            items = []
            blocks.append(f"<!-- reveals: {_stated(now, book, books)} -->")
        if paragraph.item:
            items.append(f"- {escaped(plain(paragraph.text))}{_notes(paragraph)}")
            continue
        blocks += ["\n".join(items)] if items else []
        items = []
        blocks.append(escaped(plain(paragraph.text)))
    return [*blocks, *(["\n".join(items)] if items else [])]


def _stated(reveals: Placing, book: Book, books: Mapping[Slug, Book]) -> str:
    marks = placed(reveals, books)
    if set(marks) == {book.slug}:
        return str(marks[book.slug])
    return ", ".join(f"{slug}={mark}" for slug, mark in marks.items())


def _notes(paragraph: Paragraph) -> str:
    counted = f"{paragraph.likes} like" + ("s" if paragraph.likes != 1 else "")
    likes = [counted] if paragraph.likes else []
    said = ", ".join([*likes, *(["explicit"] if paragraph.explicit else [])])
    return f" ({said})" if said else ""


@dataclass(frozen=True, slots=True)
class Meant:
    """What must be read back of a paragraph; `by_heading` where its heading may place it."""

    text: str
    reveals: Mapping[Slug, int] | None
    by_heading: bool


def meant(draft: Draft, book: Book, books: Mapping[Slug, Book]) -> list[Meant]:
    """Return what must be read back of a draft once it is written."""
    found = []
    for section in draft.sections:
        now = draft.reveals
        for paragraph in section.paragraphs:
            now = paragraph.reveals if paragraph.reveals is not None else now
            where = None if now is None else {book.slug: 0} | placed(now, books)
            found.append(Meant(plain(paragraph.text), where, section.names_marks))
    return found
