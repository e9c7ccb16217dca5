"""The reading order as a picture, and as a text that says the same to those who do not see it."""

from collections.abc import Mapping
from dataclasses import replace

from bot.reading_order.advice import Advice, OrderStep, Scope
from bot.reading_order.graph import drawn
from bot.reading_order.text import clipped, said_of, title_of
from corpus.books import Book, Slug

LONGEST_ALT = 1_024
"""Discord: 1,024 characters describe an attachment."""


def draw_series(advice: Advice, books: Mapping[Slug, Book]) -> bytes:
    """Return the recommended order as a PNG, 1,200 pixels wide."""
    from bot.pictures import canvas
    from bot.pictures.layout import series_layout

    def writable(step: OrderStep) -> OrderStep:
        title = title_of(step.book, {}) if canvas.missing_letters(step.title) else step.title
        return replace(step, title=canvas.printable(title), series=canvas.printable(step.series))

    first, *others = advice.orders
    first = replace(first, steps=tuple(map(writable, first.steps)))
    shown = replace(advice, name=canvas.printable(advice.name), orders=(first, *others))
    return canvas.png(series_layout(shown, books, canvas.measured))


def alt_text(advice: Advice) -> str:
    """Return what the picture shows, in words: each book with its place, and which is read before which."""
    steps = advice.recommended.steps
    if not steps:
        return clipped(" ".join(advice.notes), LONGEST_ALT)
    number = {step.book: n for n, step in enumerate(steps, 1)}
    told = ((step.title, *([str(step.year)] if step.year else []), *said_of(step, advice.begun)) for step in steps)
    books = "; ".join(f"{n}. {', '.join(words)}" for n, words in enumerate(told, 1))
    towards = "up to" if advice.scope is Scope.BOOK else "of"
    parts = [f"Recommended reading order {towards} {advice.name or 'all books'}, from top to bottom: {books}."]
    for firm, meaning in ((True, "Arrows, best read first"), (False, "Dashed arrows, richer with it")):
        pairs = sorted((number[r.before], number[r.after]) for r in drawn(advice.rules) if r.firm is firm)
        if pairs:
            parts.append(f"{meaning}: {', '.join(f'{before} before {after}' for before, after in pairs)}.")
    return clipped(" ".join(parts), LONGEST_ALT)
