"""What an organiser reads of where a book's unlabelled text was placed, and what to write to correct it.

It shows text from anywhere in a book, whatever anybody has read: it is for who keeps the library's files.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from itertools import groupby

from corpus.books import Book, Unit
from corpus.passages import Passage
from corpus.text import plural

LEAST_CERTAIN = 5
"""Passages that are shown one by one."""

FIRST_WORDS = 14
"""Words of a passage by which it is found again in its file."""


def placed_lines(book: Book, passages: Iterable[Passage], documents: Collection[str] = ()) -> list[str]:
    """Return how the text of a book was placed, document by document; of these documents, if any are named."""
    looked_at = [p for p in passages if not documents or p.document in documents]
    guessed = [p for p in looked_at if p.inferred]
    if not guessed:
        return [f"{book.title}: all of it is labelled."] if looked_at else []
    by_document = groupby(sorted(looked_at, key=lambda p: p.document), lambda p: p.document)
    lines = [f"{book.title}: where the text without labels was placed"]
    lines += [f"  {name}: {_summed(list(found), book)}" for name, found in by_document]
    return [*lines, *_to_look_at(guessed, book)]


def _summed(passages: Sequence[Passage], book: Book) -> str:
    """Return how many passages of a document are labelled, placed, and left for the end, and where they landed."""
    guessed = [p for p in passages if p.inferred]
    before = [p for p in guessed if not _waits(p, book)]
    told = [plural(len(passages), "passage"), f"{len(passages) - len(guessed)} labelled"]
    if before:
        sure = sum(p.certainty for p in before) / len(before)
        told.append(f"{len(before)} placed at {_span([_mark(p) for p in before], book)}, {_sureness(sure)}")
    told.append(f"{len(guessed) - len(before)} waiting for the end of the book")
    return "; ".join(told)


def _to_look_at(guessed: Sequence[Passage], book: Book) -> list[str]:
    """Return the passages whose place is least certain; first those that are shown before the end of the book."""
    ranked = sorted(guessed, key=lambda p: (_waits(p, book), p.certainty, p.order))[:LEAST_CERTAIN]
    lines = ["Least certain; look at these first:"]
    for passage in ranked:
        sure = "" if _waits(passage, book) else f", {_sureness(passage.certainty)}"
        lines.append(f"  {passage.document}, {book.reading_name(_mark(passage))}{sure}: “{_beginning(passage)}”")
        lines.append(f"      <!-- reveals: {_label(passage)} -->")
    cure = "Write such a line above a paragraph with the mark that you know to be right; it always wins."
    return [*lines, f"{cure} 0 gives nothing away, {book.marks} is the end."]


def _sureness(certainty: float) -> str:
    return f"{100 * certainty:.0f}% sure" if certainty else "by its share of the text alone"


def _span(marks: Sequence[int], book: Book) -> str:
    first, last = min(marks), max(marks)
    span = f"{first}–{last}" if first != last else f"{first}"
    return f"{span}%" if book.unit is Unit.PERCENT else f"{book.unit.value} {span}"


def _mark(passage: Passage) -> int:
    return passage.reveals.marks.get(passage.book, 0)


def _waits(passage: Passage, book: Book) -> bool:
    return _mark(passage) >= book.marks


def _beginning(passage: Passage) -> str:
    words = passage.text.split()
    return " ".join(words[:FIRST_WORDS]) + ("…" if len(words) > FIRST_WORDS else "")


def _label(passage: Passage) -> str:
    """Return the label that says what was guessed."""
    if passage.reveals.marks.keys() <= {passage.book}:
        return str(_mark(passage))
    return ", ".join(f"{slug}={mark}" for slug, mark in passage.reveals.marks.items())
