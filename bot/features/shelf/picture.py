"""A member's shelf as a picture, and as a text that says the same to those who do not see it."""

import zlib
from collections.abc import Mapping, Sequence

from bot.features.shelf.rules import ShelfChange, ShelfName, Shelved
from bot.pictures.canvas import BACKGROUND, EDGE, GAP, HUGE, LARGE, LINE, QUIET, ROOM, SMALL, Page, wrapped, writable
from bot.reading_order.advice import clipped, title_of
from corpus.books import Book, Slug

EMPTY = "Your shelf is empty. Books that you start or finish go there by themselves, once you tell me where you are."

MARKS = {
    ShelfName.READING: "#f2e45c",
    ShelfName.WANT: "#f5b13d",
    ShelfName.FINISHED: "#7cc4f0",
    ShelfName.ASIDE: "#c3cbda",
}
"""The parts of a shelf as they are shown, what is being read first, each with the colour of its mark."""

COVERS = ("#8a3f3f", "#2f5f66", "#5c4c86", "#3b5b85", "#6b5624", "#3f6345", "#824a6b", "#4d5666")
"""Colours of covers: muted, and dark enough for light letters."""

BOARD = "#80654a"

ACROSS, ROWS = 3, 2
"""Covers side by side, and rows of them for each part: large enough for a phone. Further books are counted."""

COVER = (ROOM - (ACROSS - 1) * GAP) / ACROSS
INSET, SPINE, LEAST_HEIGHT = 20, 14, 240

STEP = 14  # pixels by which covers differ in height, as books on a shelf do


def by_part(shelved: Sequence[Shelved]) -> dict[ShelfName, list[Shelved]]:
    """Return the books of each part that has any, as they are given."""
    parts = {part: [book for book in shelved if book.shelf == part] for part in MARKS}
    return {part: books for part, books in parts.items() if books}


def _author(shelved: Shelved, books: Mapping[Slug, Book]) -> str:
    """Return who wrote a book on a shelf, where the library knows."""
    return books[shelved.book].author if shelved.book and shelved.book in books else ""


def _line(shelved: Shelved, books: Mapping[Slug, Book]) -> str:
    stars = f" {'★' * shelved.stars}" if shelved.stars else ""
    return ", ".join(filter(None, (shelved.title, _author(shelved, books)))) + stars


def shelf_list(shelved: Sequence[Shelved], books: Mapping[Slug, Book]) -> list[str]:
    """Return a shelf, one text for each part: its name, and a line for each book."""
    return [
        "\n".join([f"{part.capitalize()} ({len(its)})", *(f"• {_line(book, books)}" for book in its)])
        for part, its in by_part(shelved).items()
    ]


def change_sentence(change: ShelfChange) -> str:
    """Say what happened to a book on a shelf."""
    before, after = change
    if after is None:
        return f"I took “{before.title}” off your shelf." if before else "Your shelf is as it was before."
    if before is None:
        added = f"“{after.title}” is on your shelf: {after.shelf}."
        return added if after.book else f"{added} It isn’t in the library, so I used the title as you typed it."
    if before.shelf == after.shelf:
        return f"“{after.title}” is already there: {after.shelf}."
    return f"I moved “{after.title}” from “{before.shelf}” to “{after.shelf}”."


def alt_text(shelved: Sequence[Shelved], books: Mapping[Slug, Book]) -> str:
    """Return what the picture shows, in words: the books of each part, and how many more there are."""
    told = ["A bookshelf."]
    for part, its in by_part(shelved).items():
        shown = [clipped(_line(book, books), 100) for book in its[: ACROSS * ROWS]]
        more = [f"and {len(its) - len(shown)} more"] if len(its) > len(shown) else []
        told.append(f"{part.capitalize()} ({len(its)}): {'; '.join([*shown, *more])}.")
    return " ".join(told)


def shelf_page(shelved: Sequence[Shelved], books: Mapping[Slug, Book]) -> Page:
    """Return the page of a shelf: each part with its name, and its books on their boards."""
    page = Page()
    page.write("My shelf", size=HUGE, bold=True)
    for part, its in by_part(shelved).items():
        page.y += GAP
        page.box(EDGE, page.y + LARGE - 31, 26, 26, MARKS[part], 6)
        page.write(f"{part.capitalize()} · {len(its)}", EDGE + 44, LARGE, bold=True)
        page.y += GAP * 0.6
        shown = its[: ACROSS * ROWS]
        for first in range(0, len(shown), ACROSS):
            _row(page, shown[first : first + ACROSS], books)
        if len(its) > len(shown):
            page.write(f"and {len(its) - len(shown)} more", colour=QUIET)
    return page


def _row(page: Page, row: Sequence[Shelved], books: Mapping[Slug, Book]) -> None:
    """Draw some books side by side: each has its colour and its height, always the same, by its key."""
    texts, heights = [], []
    for book in row:
        author = _author(book, books)
        title = book.title if writable(book.title) or book.book is None else title_of(book.book, {})
        lines = [(line, True) for line in wrapped(title, COVER - SPINE - 1.5 * INSET, SMALL, True, 4)]
        lines += [(line, False) for line in wrapped(author * writable(author), COVER - SPINE - 1.5 * INSET)]
        texts.append(lines)
        number = zlib.crc32(book.key.encode())
        heights.append(max(LEAST_HEIGHT, len(lines) * SMALL * LINE + 2.5 * INSET) + STEP * (number // len(COVERS) % 4))
    bottom = page.y + max(heights)
    for n, (book, lines, height) in enumerate(zip(row, texts, heights, strict=True)):
        x, top = EDGE + n * (COVER + GAP), bottom - height
        page.box(x, top, COVER, height, COVERS[zlib.crc32(book.key.encode()) % len(COVERS)], 10)
        page.box(x + SPINE, top, 4, height, BACKGROUND, 0)
        for line, (text, is_title) in enumerate(lines):
            y = top + INSET if is_title else bottom - INSET - len(lines) * SMALL * LINE
            page.label(text, x + SPINE + INSET, y + line * SMALL * LINE + SMALL, bold=is_title)
    page.box(EDGE - 18, bottom, ROOM + 36, 14, BOARD, 4)
    page.y = bottom + 14 + GAP
