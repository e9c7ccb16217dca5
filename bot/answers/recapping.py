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

LABEL = 14
"""Characters that naming a stretch takes, “Chapter 12: ” and the end of its line."""

RECENT = 0.4
"""Share of the room that the last stretch read may take: it is what a reader comes back to."""


@dataclass(frozen=True, slots=True)
class Recap:
    """The story so far as text, a paragraph a stretch, and what it quotes."""

    text: str
    quotes: tuple[Quote, ...]


def recap(passages: Sequence[Passage], book: Book, limit: int = LIMIT) -> Recap:
    """Return the story so far from gated passages in reading order; empty where nothing may be told."""
    told = sorted(
        (p for p in passages if p.reveals.marks.get(book.slug, 0)), key=lambda p: (p.reveals.marks[book.slug], p.order)
    )
    stretches = [list(run) for _, run in groupby(told, key=lambda p: p.reveals.marks[book.slug])]
    if not stretches:
        return Recap("", ())
    firsts = [stretch[0].sentences[0] for stretch in stretches]
    kept = dict.fromkeys(range(len(stretches)), "")
    kept[len(stretches) - 1] = _opening(stretches[-1], int(limit * RECENT)) or firsts[-1]
    left = limit - len(kept[len(stretches) - 1]) - LABEL
    for n in _spaced(firsts[:-1], left):
        kept[n] = firsts[n]
        left -= len(firsts[n]) + LABEL
    for n in sorted((n for n in kept if kept[n] == firsts[n]), reverse=True):
        more = _opening(stretches[n], len(firsts[n]) + left)
        left -= max(0, len(more) - len(firsts[n]))
        kept[n] = max(more, kept[n], key=len)
    told_of = [(stretch[0], text) for stretch, text in zip(stretches, kept.values(), strict=True) if text]
    quotes = tuple(Quote(text, source_line(first, book)) for first, text in told_of)
    return Recap("\n".join(f"{_label(first, book)}: {text}" for first, text in told_of), quotes)


def _spaced(firsts: Sequence[str], room: int) -> list[int]:
    """Return as many stretches as fit with their first sentences, from all over the story so far."""
    fitting = len(firsts)
    while fitting:
        chosen = [round(n * (len(firsts) - 1) / max(1, fitting - 1)) for n in range(fitting)]
        if sum(len(firsts[n]) + LABEL for n in chosen) <= room:
            return chosen
        fitting -= 1
    return []


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
