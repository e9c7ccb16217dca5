"""Facts of a page into `book.toml`: only what is missing, and nothing that a person wrote is touched."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import tomlkit
from tomlkit.items import AoT

from corpus.books import Edition, SimilarBook, Unit
from corpus.errors import ImportRefused
from corpus.importing.drafts import Facts
from corpus.importing.subject import same_title
from corpus.importing.writing import plain
from corpus.reveals import Slug

MAX_FIELD = 200
"""Characters of a field that a page may fill."""


@dataclass(frozen=True, slots=True)
class BookFile:
    """The text of a `book.toml`, with the fields that were added to it and those that it said already."""

    text: str
    added: tuple[str, ...]
    present: tuple[str, ...]


def new_book(slug: Slug, facts: Facts) -> BookFile:
    """Return a `book.toml` of what the page says. Raises ImportRefused where that is too little."""
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
    filled = completed(tomlkit.dumps(document), facts)
    return BookFile(filled.text, ("title", "author", "unit", "marks", *filled.added), ())


def completed(text: str, facts: Facts) -> BookFile:
    """Return the text of a `book.toml` with the fields that it does not have and the page does."""
    document = tomlkit.parse(text)
    before = tomllib.loads(text)
    added: list[str] = []
    present: list[str] = []
    for name, value in _fields(facts):
        if name in before:
            present.append(name)
        else:
            document[name] = value
            added.append(name)
    for name, entries in (("editions", facts.editions), ("similar", facts.similar)):
        new = [entry for entry in entries if not _known(entry, before.get(name))]
        if entries and not new:
            present.append(name)
        elif new and isinstance(before.get(name, []), list) and _append(document, name, new):
            added.append(f"{len(new)} × {name}" if len(new) > 1 else name)
        elif new:
            present.append(name)
    if not added:
        return BookFile(text, (), tuple(present))
    filled = tomlkit.dumps(document)
    for head in ("[ratings]", "[[editions]]", "[[similar]]"):
        if head not in text:  # room above what is new; what a person wrote stays as it is
            filled = re.sub(rf"(?<=[^\n])\n{re.escape(head)}", f"\n\n{head}", filled)
    after = tomllib.loads(filled)
    if any(after.get(key) != value for key, value in before.items() if key not in ("editions", "similar")):
        raise ImportRefused("book.toml could not be completed without changing what it says. Add the fields by hand.")
    return BookFile(filled, tuple(added), tuple(present))


def _fields(facts: Facts) -> Iterator[tuple[str, Any]]:
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


def _append(document: tomlkit.TOMLDocument, name: str, entries: Sequence[Edition | SimilarBook]) -> bool:
    """Add tables to a list of tables; a list written in one line is left to the person who wrote it."""
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


def _known(entry: Edition | SimilarBook, present: object) -> bool:
    tables = [table for table in present if isinstance(table, dict)] if isinstance(present, list) else []
    names = [name for name in present if isinstance(name, str)] if isinstance(present, list) else []
    if isinstance(entry, SimilarBook):
        titles = [*names, *(str(table.get("title", "")) for table in tables)]
        return any(same_title(title, entry.title) for title in titles)
    return any(
        str(table.get("format", "")) == entry.format and table.get("published") == entry.published for table in tables
    )


def _text(value: str) -> str:
    return plain(value)[:MAX_FIELD]


def _number(value: float | None) -> float | int | None:
    return int(value) if value is not None and value == int(value) else value
