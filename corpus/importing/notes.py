"""Notes in Markdown, as Obsidian and similar programs keep them: their own marks go, their text and headings stay."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from corpus.documents import pieces, read_front_matter
from corpus.importing.draft import BookFacts
from corpus.importing.page import HIDDEN_BEGINS, HIDDEN_ENDS, PageLine, SavedPage, one_line
from corpus.importing.phrases import isbn_in, year_in

MARKS = {
    "%%…%%": re.compile(r"%%.{0,5000}?(?:%%|$)", re.DOTALL),
    "![[…]]": re.compile(r"!\[\[[^\[\]\n]{0,300}\]\]"),
    "[[…]]": re.compile(r"\[\[(?:[^\[\]|\n]{0,300}\|)?#?([^\[\]|#\n]{0,300})(?:#[^\[\]|\n]{0,300})?\]\]"),
    "==…==": re.compile(r"==(?=\S)([^=\n]{1,2000})(?<=\S)=="),
    "[!note]": re.compile(r"\[![\w-]{1,30}\][+-]?"),
    "^block": re.compile(r"[ \t]\^[\w-]{1,40}(?=[ \t]*$)", re.MULTILINE),
    "[^1]": re.compile(r"\[\^[^\]\s]{1,40}\]:?"),
    "key:: value": re.compile(
        r"^[ \t]*[-*]?[ \t]*[A-Za-z][\w -]{0,40}::.*$|\[[\w -]{1,40}::[^\]\n]{0,300}\]", re.MULTILINE
    ),
}  # what programs write into notes and members are not to see, by an example of each

_FENCED = re.compile(r"^(```|~~~).{0,100000}?^\1[ \t]*$", re.MULTILINE | re.DOTALL)
_TITLED = re.compile(r"^([ \t]*>+[ \t]*)\[!([\w-]{1,30})\][+-]?[ \t]*(.*)$", re.MULTILINE)
_PLACE = re.compile(r"(?:p|pp|pg|page|loc|location|position|\W|\d)[\W\d]*", re.IGNORECASE)
_TAG = re.compile(r"(?:(?<=\s)|^)#(?=[\w/-]*[A-Za-z])[\w/-]{1,80}", re.MULTILINE)
_SPOILER = re.compile(r"(?:(?<=\s)|^)#[\w/-]{0,40}spoiler[\w/-]{0,40}|\[!spoilers?\]", re.IGNORECASE)
_TASK = re.compile(r"^([ \t]*[-*+] )\[[ xX/-]\] ", re.MULTILINE)


def foreign_marks(text: str) -> list[str]:
    """Return an example of each mark of another program that a text holds."""
    return [example for example, pattern in MARKS.items() if pattern.search(text)]


def is_notes(page: SavedPage) -> bool:
    """Return whether a page is written in Markdown: by its name, or by headings and marks of a program for notes."""
    if page.markup is not None:
        return False
    said = page.source[:200_000]
    headed = re.search(r"^#{1,6} \S", said, re.MULTILINE)
    return page.name.lower().endswith((".md", ".markdown")) or bool(headed and foreign_marks(said))


def read_notes(page: SavedPage) -> SavedPage:
    """Return notes without the marks of their program, with what their front matter says about the book."""
    rows = page.source.split("\n")
    front = read_front_matter(rows, lambda line, what, cure: None)
    lines: list[PageLine] = []
    for piece in pieces(_plain("\n".join(rows[front.length :])), 0):
        if words := one_line(piece.words):
            lines += [PageLine(words, piece.level, bool(piece.item) and piece.starts_item), PageLine("")]
    return replace(page, lines=tuple(lines), kind="notes", facts=_facts(front.fields))


def _plain(text: str) -> str:
    text = _TASK.sub(r"\1", _FENCED.sub("", text))
    text = "\n".join(_hidden(row) for row in MARKS["%%…%%"].sub("", text).split("\n"))
    text = _TITLED.sub(
        lambda head: head[1] + ("" if _PLACE.fullmatch(head[3].strip() or "-") else head[3] + "\n>"), text
    )
    for pattern in MARKS.values():
        text = pattern.sub(r"\1" if pattern.groups else "", text)
    return _TAG.sub("", text)


def _hidden(row: str) -> str:
    """Return a line; one with the tag of a spoiler is hidden, as on a page that hides it."""
    found = re.match(r"^(\s*(?:[-*+>]|\d+\.)?\s*)(.*)$", row) if _SPOILER.search(row) else None
    return f"{found[1]}{HIDDEN_BEGINS}{_SPOILER.sub('', found[2]).strip()}{HIDDEN_ENDS}" if found else row


def _facts(front: Mapping[str, object]) -> BookFacts:
    def first(*names: str) -> str:
        found = next((front[name] for name in names if front.get(name)), "")
        return one_line(MARKS["[[…]]"].sub(r"\1", ", ".join(_flat(found))))[:200]

    pages = re.fullmatch(r"\d{1,5}", first("pages", "totalpage", "totalpages", "page_count", "pagecount"))
    number = re.fullmatch(r"\d{1,3}(?:\.\d)?", first("series_number", "series_index", "seriesnumber"))
    return BookFacts(
        title=first("title", "book"), author=first("author", "authors"), series=first("series"),
        year=year_in(first("year", "published", "publishdate", "publish_date", "publication_date")),
        series_number=float(number[0]) if number else None, pages=int(pages[0]) or None if pages else None,
        isbn=isbn_in(first("isbn13", "isbn", "isbn_13")), language=first("language"),
    )  # fmt: skip


def _flat(value: object) -> Iterable[str]:
    if isinstance(value, list):
        for one in value[:10]:
            yield from _flat(one)
    elif isinstance(value, str):
        yield value
