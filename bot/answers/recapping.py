"""Recaps: the story so far, told by the sentences at its heart, and no further."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from bot.reply import Quote
from corpus.books import Book
from corpus.passages import Passage, source_line

LIMIT = 1_800
"""Characters of a recap: one message in Discord, with room for its heading."""

RECENT = 0.4
"""Share of the room that the last stretch read may take: it is what a reader comes back to."""


@dataclass(frozen=True, slots=True)
class Recap:
    """The story so far as text, a paragraph a stretch, and what it quotes."""

    text: str
    quotes: tuple[Quote, ...]


def recap(passages: Sequence[Passage], book: Book, limit: int = LIMIT) -> Recap:
    """Return the story so far from gated passages in reading order; empty where nothing may be told."""
    told = sorted((p for p in passages if p.reveals.marks.get(book.slug, 0)), key=lambda p: p.order)
    stretches = [list(run) for _, run in groupby(told, key=lambda p: p.reveals.marks[book.slug])]
    if not stretches:
        return Recap("", ())
    last = _opening(stretches[-1], int(limit * RECENT))
    kept = [last]
    left = limit - len(last)
    for n, stretch in enumerate(reversed(stretches[:-1])):
        share = left // (len(stretches) - 1 - n)
        if text := _opening(stretch, share):
            kept.insert(0, text)
            left -= len(text) + 1
        else:
            kept.insert(0, "")
    told_of = [(stretch[0], text) for stretch, text in zip(stretches, kept, strict=True) if text]
    quotes = tuple(Quote(text, source_line(first, book)) for first, text in told_of)
    return Recap("\n".join(f"{_label(first, book)}: {text}" for first, text in told_of), quotes)


def _label(passage: Passage, book: Book) -> str:
    name = book.reading_name(passage.reveals.marks[book.slug])
    return name[:1].upper() + name[1:]


def _opening(stretch: Sequence[Passage], room: int) -> str:
    """Return as many of a stretch's first sentences as fit."""
    text = ""
    for sentence in (s for p in stretch for s in p.sentences):
        if len(text) + len(sentence) + 1 > room:
            break
        text = f"{text} {sentence}".strip()
    return text
