"""Where a club is in a book, as a picture, and as a text that says the same to those who do not see it.

Only figures are drawn, whose groups have five members at least: nobody's position can be seen in it.
"""

from bot.features.order.picture import LONGEST_ALT
from bot.features.stats.rules import END, QUARTERS, Figure, Group
from bot.pictures.layout import EDGE, GAP, HUGE, LARGE, LINE, SMALL, WIDTH, Box, Label, Layout, Measure, wrapped
from bot.reading_order.text import clipped, title_of
from corpus.books import Book
from corpus.text import capitalised, plural

BAR = 40
GROUND = "#2b3449"
COLOURS = ("#f5d76a", "#f2b84b", "#e8953f", "#d9734a", "#7cc4f0")
"""A group's colour, by the part of the book at which it begins: warmer from quarter to quarter, and blue at the end, as
books are that somebody has read."""

PAGE, PAGES, BETWEEN = 14, 20, 8
"""Pixels of the part of a book in the little book beside a group: its height, its width, and what is between them."""

ROOM = WIDTH - 2 * EDGE


def draw_stats(figure: Figure, book: Book) -> bytes:
    """Return the figure as a PNG, 1,200 pixels wide: a bar for each group, from the beginning of the book on."""
    from bot.pictures import canvas

    title = title_of(book.slug, {}) if canvas.missing_letters(book.title) else book.title
    return canvas.png(stats_layout(figure, canvas.printable(title), canvas.measured))


def alt_text(figure: Figure, book: Book) -> str:
    """Return what the picture shows, in words."""
    bars = "; ".join(
        f"{group.where}: {plural(group.members, 'member')}, {share(group, figure)}" for group in figure.groups
    )
    return clipped(f"Bars of where {plural(figure.members, 'member')} are in {book.title}: {bars}.", LONGEST_ALT)


def share(group: Group, figure: Figure) -> str:
    """Return which share of all members is in a group."""
    return f"{round(100 * group.members / figure.members)}%"


def stats_layout(figure: Figure, title: str, measure: Measure) -> Layout:
    """Return where everything of the picture stands."""
    page = _StatsPage(measure, figure.members)
    page.write("Where the club is", HUGE, bold=True)
    for line in wrapped(title, ROOM, LARGE, False, measure, 2):
        page.write(line, LARGE)
    page.write(f"{plural(figure.members, 'member')} who said where they are", SMALL, tone="quiet")
    page.y += GAP
    for group in figure.groups:
        page.bar(group, f"{group.members:,} · {share(group, figure)}")
    return Layout(page.y + EDGE - GAP, labels=tuple(page.labels), boxes=tuple(page.boxes))


class _StatsPage:
    """The picture as it grows downwards."""

    def __init__(self, measure: Measure, members: int) -> None:
        self._measure, self._member = measure, ROOM / members
        self.y: float = EDGE - GAP / 2
        self.labels: list[Label] = []
        self.boxes: list[Box] = []

    def write(self, text: str, size: float, *, bold: bool = False, tone: str = "text") -> None:
        """Write one line."""
        self.labels.append(Label(text, EDGE, self.y + size, size, tone, bold))
        self.y += size * LINE

    def bar(self, group: Group, told: str) -> None:
        """Draw a group: a little book with its part in colour, the part in words, its members, and their bar."""
        x = self._book(group)
        words = capitalised(group.where)
        self.labels.append(Label(words, x, self.y + SMALL, SMALL, bold=True))
        width = self._measure(told, SMALL, False)
        self.labels.append(Label(told, WIDTH - EDGE - width, self.y + SMALL, SMALL, "quiet"))
        self.y += SMALL * LINE + 8
        self.boxes.append(Box(EDGE, self.y, ROOM, BAR, GROUND, 8))
        self.boxes.append(Box(EDGE, self.y, group.members * self._member, BAR, COLOURS[group.first], 8))
        self.y += BAR + GAP

    def _book(self, group: Group) -> float:
        """Draw the quarters of the book and its end, those of the group in its colour; return where words begin."""
        x: float = EDGE
        for part in range(QUARTERS + 1):
            colour = COLOURS[group.first] if group.first <= part <= group.last else GROUND
            width = PAGE if part == END else PAGES
            height = SMALL * 0.72
            self.boxes.append(Box(x, self.y + SMALL - height, width, height, colour, 3))
            x += width + BETWEEN
        return x + GAP / 2
