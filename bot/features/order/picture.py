"""The reading order as a picture, and as a text that says the same to those who do not see it."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from bot.reading_order.advice import Advice, OrderStep, Scope
from bot.reading_order.graph import drawn
from bot.reading_order.text import clipped, state_words, title_of
from corpus.books import Book, Slug

LONGEST_ALT = 1_024
"""Discord: 1,024 characters describe an attachment."""


def draw_series(advice: Advice, books: Mapping[Slug, Book], target: Path | BinaryIO | None = None) -> bytes:
    """Return the recommended order as a PNG, 1,200 pixels wide, and write it to `target` where one is given."""
    from bot.pictures import canvas
    from bot.pictures.layout import series_layout

    def writable(step: OrderStep) -> OrderStep:
        title = title_of(step.book, {}) if canvas.missing_letters(step.title) else step.title
        return replace(step, title=canvas.printable(title), series=canvas.printable(step.series))

    first, *others = advice.orders
    first = replace(first, steps=tuple(map(writable, first.steps)))
    shown = replace(advice, name=canvas.printable(advice.name), orders=(first, *others))
    picture = canvas.png(series_layout(shown, books, canvas.measured))
    if isinstance(target, Path):
        target.write_bytes(picture)
    elif target is not None:
        target.write(picture)
    return picture


def alt_text(advice: Advice) -> str:
    """Return what the picture shows, in words: each book with its place, and which is read before which."""
    steps = advice.recommended.steps
    if not steps:
        return clipped(" ".join(advice.notes), LONGEST_ALT)
    number, begun = {step.book: n for n, step in enumerate(steps, 1)}, advice.begun
    books = "; ".join(f"{n}. {_told(step, begun)}" for n, step in enumerate(steps, 1))
    towards = "up to" if advice.scope is Scope.BOOK else "of"
    parts = [f"Recommended reading order {towards} {advice.name or 'all books'}, from top to bottom: {books}."]
    for firm, meaning in ((True, "Arrows, best read first"), (False, "Dashed arrows, richer with it")):
        pairs = [(number[r.before], number[r.after]) for r in drawn(advice.rules) if r.firm is firm]
        if pairs:
            parts.append(f"{meaning}: {', '.join(f'{before} before {after}' for before, after in sorted(pairs))}.")
    return clipped(" ".join(parts), LONGEST_ALT)


def _told(step: OrderStep, begun: bool) -> str:
    year = "" if step.year is None else str(step.year)
    alone = "stands alone" if step.stands_alone else ""
    optional = "optional" if step.optional else ""
    return ", ".join(filter(None, (step.title, year, state_words(step, begun), optional, alone)))
