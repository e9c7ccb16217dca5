"""A member's shelf as a picture, and as a text that says the same to those who do not see it."""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bot.features.order.picture import LONGEST_ALT
from bot.features.shelf.rules import ShelfChange, ShelfName, Shelved
from bot.pictures.layout import EDGE, GAP, HUGE, LARGE, LINE, SMALL, WIDTH, Box, Label, Layout, Measure, wrapped
from bot.reading_order.text import clipped, title_of
from corpus.books import Book, Slug

PARTS = (ShelfName.READING, ShelfName.WANT, ShelfName.FINISHED, ShelfName.ASIDE)
"""The parts of a shelf as they are shown: what is being read comes first."""

EMPTY = (
    "Your shelf is empty. Add a book with /shelf add. Books you start or finish with /progress set go "
    "there by themselves."
)


def by_part(shelved: Sequence[Shelved]) -> dict[ShelfName, list[Shelved]]:
    """Return the books of each part that has any, as they are given."""
    parts = {part: [book for book in shelved if book.shelf is part] for part in PARTS}
    return {part: books for part, books in parts.items() if books}


def author_of(shelved: Shelved, books: Mapping[Slug, Book]) -> str:
    """Return who wrote a book on a shelf, where the library knows."""
    return books[shelved.book].author if shelved.book is not None and shelved.book in books else ""


def shelf_list(shelved: Sequence[Shelved], books: Mapping[Slug, Book]) -> list[str]:
    """Return a shelf, one text for each part: its name, and a line for each book."""
    return [
        "\n".join([f"{part.value.capitalize()} ({len(its)})", *(f"• {_line(book, books)}" for book in its)])
        for part, its in by_part(shelved).items()
    ]


def _line(shelved: Shelved, books: Mapping[Slug, Book]) -> str:
    return ", ".join(filter(None, (shelved.title, author_of(shelved, books))))


def change_sentence(change: ShelfChange) -> str:
    """Say what happened to a book on a shelf."""
    before, after = change.before, change.after
    if after is None:
        return f"I took “{before.title}” off your shelf." if before else "Your shelf is as it was before."
    if before is None:
        added = f"“{after.title}” is on your shelf: {after.shelf.value}."
        return added if after.book else f"{added} It isn’t in the library, so I used the title as you typed it."
    if before.shelf is after.shelf:
        return f"“{after.title}” is already there: {after.shelf.value}."
    return f"I moved “{after.title}” from “{before.shelf.value}” to “{after.shelf.value}”."


MARKS = {
    ShelfName.READING: "#f2e45c",
    ShelfName.WANT: "#f5b13d",
    ShelfName.FINISHED: "#7cc4f0",
    ShelfName.ASIDE: "#c3cbda",
}
"""The colour of each part: those of a series, for the same states."""

COVERS = ("#8a3f3f", "#2f5f66", "#5c4c86", "#3b5b85", "#6b5624", "#3f6345", "#824a6b", "#4d5666")
"""Colours of covers: muted, and dark enough for light letters."""

BOARD = "#80654a"
BOARD_HEIGHT = 14

ACROSS = 3
"""Covers side by side: a phone shows a picture at a third of its width, and letters stay as large as in a message."""

ROWS = 2
"""Rows of covers for each part; further books are counted, and the text beside the picture lists them."""

COVER = (WIDTH - 2 * EDGE - (ACROSS - 1) * GAP) / ACROSS
INSET = 20
SPINE = 14
TITLE_LINES, AUTHOR_LINES = 4, 2
LEAST_HEIGHT = 240
STEP = 14
"""Pixels by which covers differ in height, as books on a shelf do."""

TITLE_LENGTHS = (100, 70, 50, 35, 25)
"""Characters of each title in the text beside the picture: the first length at which all of it fits."""


@dataclass(frozen=True, slots=True)
class Cover:
    """A book as it stands on the picture."""

    title: str
    author: str
    key: str


def draw_shelf(shelved: Sequence[Shelved], books: Mapping[Slug, Book]) -> bytes:
    """Return the shelf as a PNG, 1,200 pixels wide: four parts, the books of each with the latest first."""
    from bot.pictures import canvas

    def writable(cover: Cover) -> Cover:
        title = title_of(cover.key, {}) if cover.key in books and canvas.missing_letters(cover.title) else cover.title
        author = "" if canvas.missing_letters(cover.author) else cover.author
        return replace(cover, title=canvas.printable(title), author=author)

    parts = {part: [writable(cover) for cover in covers] for part, covers in covers_of(shelved, books).items()}
    return canvas.png(shelf_layout(parts, canvas.measured))


def covers_of(shelved: Sequence[Shelved], books: Mapping[Slug, Book]) -> dict[ShelfName, list[Cover]]:
    """Return the books of each part that has any, from top to bottom, the latest first."""
    return {
        part: [Cover(book.title, author_of(book, books), book.key) for book in its]
        for part, its in by_part(shelved).items()
    }


def alt_text(shelved: Sequence[Shelved], books: Mapping[Slug, Book]) -> str:
    """Return what the picture shows, in words: the books of each part, and how many more there are.

    Where it would be longer than Discord takes, titles are shortened, and authors left out.
    """
    known = covers_of(shelved, books)
    bare = covers_of(shelved, {})
    texts = (_told(covers, length) for length in TITLE_LENGTHS for covers in (known, bare))
    found = next((text for text in texts if len(text) <= LONGEST_ALT), None)
    return found or clipped(_told(bare, TITLE_LENGTHS[-1]), LONGEST_ALT)


def _told(parts: Mapping[ShelfName, Sequence[Cover]], length: int) -> str:
    told = ["A bookshelf." if parts else "An empty bookshelf."]
    for part, covers in parts.items():
        shown = [
            ", ".join(filter(None, (clipped(cover.title, length), cover.author))) for cover in covers[: ACROSS * ROWS]
        ]
        more = [f"and {len(covers) - len(shown)} more"] if len(covers) > len(shown) else []
        told.append(f"{part.value.capitalize()} ({len(covers)}): {'; '.join([*shown, *more])}.")
    return " ".join(told)


def shelf_layout(parts: Mapping[ShelfName, Sequence[Cover]], measure: Measure) -> Layout:
    """Return where everything of the picture stands."""
    page = _ShelfPage(measure)
    page.write("My shelf", EDGE, HUGE, bold=True)
    for part, covers in parts.items():
        page.part(part, covers)
    if not parts:
        page.write("Your shelf is empty.", EDGE, SMALL, tone="quiet")
    return Layout(page.y + EDGE - GAP, labels=tuple(page.labels), boxes=tuple(page.boxes))


class _ShelfPage:
    """The picture as it grows downwards."""

    def __init__(self, measure: Measure) -> None:
        self._measure = measure
        self.y: float = EDGE - GAP / 2
        self.labels: list[Label] = []
        self.boxes: list[Box] = []

    def write(self, text: str, x: float, size: float, *, bold: bool = False, tone: str = "text") -> None:
        """Write one line."""
        self.labels.append(Label(text, x, self.y + size, size, tone, bold))
        self.y += size * LINE

    def part(self, part: ShelfName, covers: Sequence[Cover]) -> None:
        """Draw one part: its name, and its books on their boards."""
        self.y += GAP
        mark = 26
        self.boxes.append(Box(EDGE, self.y + LARGE - mark - 5, mark, mark, MARKS[part], 6))
        self.write(f"{part.value.capitalize()} · {len(covers)}", EDGE + mark + 18, LARGE, bold=True)
        self.y += GAP * 0.6
        shown = covers[: ACROSS * ROWS]
        for first in range(0, len(shown), ACROSS):
            self._row(shown[first : first + ACROSS])
        if len(covers) > len(shown):
            self.y -= GAP / 2
            self.write(f"and {len(covers) - len(shown)} more", EDGE, SMALL, tone="quiet")

    def _row(self, covers: Sequence[Cover]) -> None:
        texts = [self._texts(cover) for cover in covers]
        heights = [
            max(LEAST_HEIGHT, _block(titles, authors) + 2 * INSET) + STEP * (_number(cover.key) // len(COVERS) % 4)
            for cover, (titles, authors) in zip(covers, texts, strict=True)
        ]
        bottom = self.y + max(heights)
        for n, (cover, height, lines) in enumerate(zip(covers, heights, texts, strict=True)):
            self._cover(cover, EDGE + n * (COVER + GAP), bottom - height, height, lines)
        self.boxes.append(Box(EDGE - 18, bottom, WIDTH - 2 * EDGE + 36, BOARD_HEIGHT, BOARD, 4))
        self.y = bottom + BOARD_HEIGHT + GAP

    def _cover(
        self, cover: Cover, x: float, y: float, height: float, lines: tuple[Sequence[str], Sequence[str]]
    ) -> None:
        colour = COVERS[_number(cover.key) % len(COVERS)]
        self.boxes.append(Box(x, y, COVER, height, colour, 10))
        self.boxes.append(Box(x + SPINE, y, 4, height, "#1b2130", 0))
        titles, authors = lines
        left, line = x + SPINE + INSET, SMALL * LINE
        for n, text in enumerate(titles):
            self.labels.append(Label(text, left, y + INSET + n * line + SMALL, SMALL, bold=True))
        top = y + height - INSET - len(authors) * line
        for n, text in enumerate(authors):
            self.labels.append(Label(text, left, top + n * line + SMALL, SMALL))

    def _texts(self, cover: Cover) -> tuple[list[str], list[str]]:
        room = COVER - SPINE - 1.5 * INSET
        titles = wrapped(cover.title, room, SMALL, True, self._measure, TITLE_LINES)
        return titles, wrapped(cover.author, room, SMALL, False, self._measure, AUTHOR_LINES)


def _block(titles: Sequence[str], authors: Sequence[str]) -> float:
    between = GAP / 2 if authors else 0
    return (len(titles) + len(authors)) * SMALL * LINE + between


def _number(key: str) -> int:
    """Return a number that is always the same for a book, for its colour and its height."""
    return zlib.crc32(key.encode())
