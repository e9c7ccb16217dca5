"""The blocks of a document: its paragraphs and list items, each with its heading, its stars and its place."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby

from corpus.labels import label_in
from corpus.markdown import Comment, Piece, pieces
from corpus.reveals import Reveals
from corpus.scopes import HIDDEN, Scopes

MAX_HEADING = 200
"""Characters of a heading that are kept: it is repeated with every passage below it."""

MAX_LINE = 80
"""Characters of a paragraph that may have been meant as a heading: “**Chapter 20**”."""

MOST_NOTES, LONGEST_NOTE = 10, 80
"""Brackets that are taken off the end of a quote, and the characters of each."""

_STARS = re.compile(r"^([★☆]{1,5})(?=\s|$)")
_NOTES = re.compile(r"\s*\(([^()]{0,60})\)\s*$")
_LIKES = re.compile(r"([0-9][0-9,]{0,11}) likes?")
_DATE = re.compile(r"\b([0-9]{4}-[0-9]{2}-[0-9]{2})\b")


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph or list item with what holds for it.

    `reveals` is None where nothing places the block, `heading_reveals` where nothing places its heading.
    """

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


def read_blocks(text: str, lines_before: int, scopes: Scopes) -> Iterator[Block]:
    """Yield the blocks of a text. What is explicit in a list item is so in all of it."""
    reader = _Reader(scopes)
    found = ((piece.item or -piece.line, reader.block(piece)) for piece in pieces(text, lines_before))
    for _, of_item in groupby(found, key=lambda pair: pair[0]):
        blocks = [block for _, block in of_item if block]
        explicit = any(block.explicit for block in blocks)
        yield from (replace(block, explicit=True) if explicit else block for block in blocks)


def as_date(text: str) -> dt.date | None:
    """Return the day that a text such as 2019-02-11 names, or None where it names none."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


class _Reader:
    """Makes blocks of pieces, and tells the scopes of every heading and comment on the way."""

    def __init__(self, scopes: Scopes) -> None:
        self._scopes = scopes

    def block(self, piece: Piece) -> Block | None:
        """Take a piece; return the block that it makes, if it is one."""
        if piece.level and not (piece.underlined and not self._scopes.names_marks(piece.words)):
            self._scopes.heading(piece.level, piece.words, piece.line, inside=piece.inside)
            for comment in (*piece.before, *piece.among):
                self._label(comment, first=True)
            self._doubts(piece)
            return None
        for comment in piece.before:
            self._label(comment, first=True)
        for comment in piece.among:
            self._label(comment, first=False)
        self._doubts(piece)
        block = self._placed(piece) if piece.words else None
        if piece.level:
            self._scopes.heading(piece.level, "", piece.line, inside=piece.inside)
            cure = "Leave a line empty above the hyphens, or write the heading with ## before it."
            self._scopes.doubtful(piece.line, f"A sentence with hyphens below it is a heading, {HIDDEN}", cure)
        return block

    def _label(self, comment: Comment, *, first: bool) -> None:
        label = label_in(comment.words)
        if not comment.closed:
            self._scopes.doubtful(comment.line, f"The comment is not closed, {HIDDEN}", "Write --> behind it.")
        elif label is not None and first:
            self._scopes.comment(label, comment.line)
        elif label is not None:
            what = "The comment stands within a text, so the whole text waits for it, and for what held before."
            self._scopes.doubtful(comment.line, what, "Write the comment on a line of its own above the text.", label)

    def _doubts(self, piece: Piece) -> None:
        if piece.stray:
            cure = "Write <!-- reveals: 7 --> on a line of its own above the text."
            self._scopes.doubtful(piece.line, f"A comment is not written as one, {HIDDEN}", cure)
        alone = not (piece.level or piece.item or piece.is_sentence) and len(piece.words) <= MAX_LINE
        if piece.false_heading or (alone and self._scopes.is_named_by(piece.words)):
            cure = "Write ## and a space before a heading, on a line of its own; \\# is a plain sign."
            self._scopes.doubtful(piece.line, f"What seems to be a heading is none, {HIDDEN}", cure)

    def _placed(self, piece: Piece) -> Block:
        """Return a text with all that holds for it."""
        reveals, by = self._scopes.place()
        headings = self._scopes.headings
        heading = headings[-1] if headings else ""
        stars = next(filter(None, map(_STARS.match, reversed(headings))), None)
        dated = next(filter(None, map(_DATE.search, reversed(headings))), None)
        text, likes, explicit = _notes(piece.words)
        marked = {part.strip().lower() for above in headings for part in above.split("·")}
        return Block(
            text=text,
            line=piece.line,
            heading=heading if len(heading) <= MAX_HEADING else f"{heading[:MAX_HEADING]}…",
            heading_reveals=self._scopes.heading_reveals,
            reveals=reveals,
            placed_by=by,
            is_item=piece.starts_item,
            rating=stars[1].count("★") if stars else None,
            date=as_date(dated[1]) if dated else None,
            likes=likes,
            explicit=explicit or "explicit" in marked,
        )


def _notes(text: str) -> tuple[str, int, bool]:
    """Take the brackets off the end of a quote: its likes, and whether it is explicit."""
    likes, explicit = 0, False
    for _ in range(MOST_NOTES):
        if not (found := _NOTES.search(text, max(0, len(text) - LONGEST_NOTE))):
            break
        notes = [note.strip().lower() for note in found[1].split(", ")]
        counts = [_LIKES.fullmatch(note) for note in notes]
        if not all(count or note == "explicit" for note, count in zip(notes, counts, strict=True)):
            break
        likes = max([likes, *(int(count[1].replace(",", "")) for count in counts if count)])
        explicit = explicit or "explicit" in notes
        text = text[: found.start()]
    return text, likes, explicit
