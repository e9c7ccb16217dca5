"""Where everything stands in the picture of a series, in pixels: books from top to bottom, arrows in lanes at left."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from bot.reading_order.advice import Advice, OrderStep, ReadingState, Scope
from bot.reading_order.graph import OrderRule, drawn
from bot.reading_order.text import KIND_NAMES, listed, said_of, shown
from corpus.books import Book, Slug


@dataclass(frozen=True, slots=True)
class Trunk:
    """The line that leaves one book for all that ask for it in the same way."""

    before: Slug
    firm: bool
    after: tuple[Slug, ...]


def trunks(rules: Iterable[OrderRule], rows: Mapping[Slug, int]) -> dict[Trunk, int]:
    """Return the lines to draw, each with its lane; 0 is the lane next to the books, where the short lines are."""
    ends: dict[tuple[Slug, bool], list[Slug]] = {}
    for rule in sorted(rules, key=lambda rule: rows[rule.after]):
        ends.setdefault((rule.before, rule.firm), []).append(rule.after)
    lines = [Trunk(before, firm, tuple(after)) for (before, firm), after in ends.items()]
    lines.sort(key=lambda line: (rows[line.after[-1]] - rows[line.before], rows[line.before], not line.firm))
    taken: list[list[tuple[int, int]]] = []
    lanes: dict[Trunk, int] = {}
    for line in lines:
        start, end = rows[line.before], rows[line.after[-1]]
        free = (n for n, spans in enumerate(taken) if all(end <= other[0] or other[1] <= start for other in spans))
        lane = next(free, len(taken))
        if lane == len(taken):
            taken.append([])
        taken[lane].append((start, end))
        lanes[line] = lane
    return lanes


Measure = Callable[[str, float, bool], float]
"""The width of a text at a size, bold or not."""


def wrapped(text: str, width: float, size: float, bold: bool, measure: Measure, most: int) -> list[str]:
    """Return the text in at most `most` lines that fit `width`; what does not fit ends in …."""
    lines: list[str] = []
    left = text.split()
    while left and len(lines) < most:
        word = left.pop(0)
        fits = _fitting(word, width, size, bold, measure)
        line, rest = word[:fits], word[fits:]
        if rest:
            left.insert(0, rest)
        while not rest and left and measure(f"{line} {left[0]}", size, bold) <= width:
            line = f"{line} {left.pop(0)}"
        lines.append(line)
    if left:
        lines[-1] = lines[-1][: _fitting(f"{lines[-1]}", width - measure("…", size, bold), size, bold, measure)] + "…"
    return lines


def _fitting(word: str, width: float, size: float, bold: bool, measure: Measure) -> int:
    """Return how many letters of a word fit, one at least."""
    length = len(word)
    while length > 1 and measure(word[:length], size, bold) > width:
        length -= 1
    return length


WIDTH = 1_200
"""A phone shows it at a third of that, so that text of `SMALL` has the size of text in a message."""

EDGE = 44
GAP = 26
PADDING = 26
BADGE = 36
LANE = 40
NARROWEST_LANE = 9
WIDEST_LANES = 240
CORNER = 16

HUGE, LARGE, SMALL = 60, 46, 39
LINE = 1.28
"""Line height, in text sizes."""

COMPACT_FROM = 14
"""Books from which each has one block of text instead of a title and a line of facts."""

MOST_BOOKS = 40
"""More would make a picture that nobody can scroll through; what is left out is counted."""


@dataclass(frozen=True, slots=True)
class Label:
    """One line of text; `y` is its baseline."""

    text: str
    x: float
    y: float
    size: float = SMALL
    tone: str = "text"
    bold: bool = False
    centred: bool = False


@dataclass(frozen=True, slots=True)
class BookCard:
    """A book's box, with its badge (a number or a sign) at the left."""

    x: float
    y: float
    width: float
    height: float
    state: ReadingState
    badge: str

    @property
    def middle(self) -> float:
        """The height of the badge."""
        return self.y + self.height / 2


@dataclass(frozen=True, slots=True)
class Box:
    """A plain box in a colour, such as “#2b3449”, with round corners."""

    x: float
    y: float
    width: float
    height: float
    colour: str
    corner: float = CORNER


@dataclass(frozen=True, slots=True)
class Arrow:
    """A line through points, round at its corners, with a head at its end; dashed where not `firm`."""

    points: tuple[tuple[float, float], ...]
    firm: bool


@dataclass(frozen=True, slots=True)
class Layout:
    """The whole picture; the arrows of one bundle start together and share a line until they part.

    Boxes lie below all else, a later one over an earlier one.
    """

    height: float
    cards: tuple[BookCard, ...] = ()
    labels: tuple[Label, ...] = ()
    bundles: tuple[tuple[Arrow, ...], ...] = ()
    boxes: tuple[Box, ...] = ()


def series_layout(advice: Advice, books: Mapping[Slug, Book], measure: Measure) -> Layout:
    """Return where everything of the recommended order stands."""
    page = _SeriesPage(advice, books, measure)
    page.head()
    page.cards_of_steps()
    bundles = page.bundles()
    page.foot()
    return Layout(page.y + EDGE, tuple(page.cards.values()), tuple(page.labels), (*bundles, *page.samples))


class _SeriesPage:
    """The picture as it grows downwards."""

    def __init__(self, advice: Advice, books: Mapping[Slug, Book], measure: Measure) -> None:
        self._advice, self._books, self._measure = advice, books, measure
        steps = advice.recommended.steps
        self._first, self._last = shown(steps, MOST_BOOKS)
        self._steps = steps[self._first : self._last]
        self._rows = {step.book: n for n, step in enumerate(self._steps)}
        rules = [rule for rule in drawn(advice.rules) if rule.before in self._rows and rule.after in self._rows]
        self._trunks = trunks(rules, self._rows)
        lanes = 1 + max(self._trunks.values(), default=-1)
        self._gap = min(LANE, max(NARROWEST_LANE, WIDEST_LANES / max(lanes, 1)))
        self._left = EDGE + (lanes * self._gap + LANE if lanes else 0)
        self.y: float = EDGE
        self.cards: dict[Slug, BookCard] = {}
        self.labels: list[Label] = []
        self.samples: list[tuple[Arrow, ...]] = []

    def head(self) -> None:
        """Write what the picture is about."""
        name = self._advice.name or "All books"
        if self._advice.scope is Scope.BOOK and len(self._steps) > 1:
            name = f"On the way to {name}"
        self._write(name, EDGE, HUGE, bold=True, most=3)
        same = [KIND_NAMES[kind].lower() for kind in self._advice.recommended.also]
        also = f"; {listed(same)} {'is' if len(same) == 1 else 'are'} the same" if same and len(self._steps) > 1 else ""
        alone = len(self._steps) < 2 and self._advice.notes
        self._write(self._advice.notes[0] if alone else f"Recommended for you{also}", EDGE, tone="quiet", most=4)
        self.y += GAP

    def cards_of_steps(self) -> None:
        """Write the books, from the first to read to the last."""
        if self._first:
            self._write(f"… {self._first} before these", self._left, tone="quiet")
            self.y += GAP / 2
        series = ""
        for number, step in enumerate(self._steps, self._first + 1):
            if self._advice.scope is Scope.LIBRARY and (name := step.series or "Other books") != series:
                self.y += GAP * bool(series)
                self._write(name, self._left, bold=True, tone="quiet", most=2)
                self.y += GAP / 2
                series = name
            self._card(number, step)
            self.y += GAP
        if left := len(self._advice.recommended.steps) - self._last:
            self._write(f"… and {left} more", self._left, tone="quiet")

    def _card(self, number: int, step: OrderStep) -> None:
        compact = len(self._steps) >= COMPACT_FROM
        text_x = self._left + 2 * PADDING + 2 * BADGE
        lines = self._lines(step, text_x, WIDTH - EDGE - PADDING - text_x, compact)
        padding = PADDING * (0.6 if compact else 1)
        block = sum(line.size * LINE for line in lines)
        height = max(block, 2 * BADGE) + 2 * padding
        top = self.y + (height - block) / 2
        for line in lines:
            self.labels.append(replace(line, y=top + line.size))
            top += line.size * LINE
        badge = {ReadingState.READ: "✓", ReadingState.READING: "▶"}.get(step.state, str(number))
        self.cards[step.book] = BookCard(self._left, self.y, WIDTH - EDGE - self._left, height, step.state, badge)
        self.y += height

    def _lines(self, step: OrderStep, x: float, room: float, compact: bool) -> list[Label]:
        """Return a book's title and facts; in little space the facts follow the title where they fit beside it."""
        size = SMALL if compact else LARGE
        titles = wrapped(step.title, room, size, not compact, self._measure, 2 if compact else 3)
        facts = " · ".join(filter(None, self._facts(step)))
        if compact and facts and self._measure(f"{titles[-1]} · {facts}", SMALL, False) <= room:
            titles[-1], facts = f"{titles[-1]} · {facts}", ""
        lines = [Label(line, x, 0, size, bold=not compact) for line in titles]
        told = wrapped(facts, room, SMALL, False, self._measure, 2)
        return lines + [Label(line, x, 0, SMALL, tone=step.state) for line in told]

    def _facts(self, step: OrderStep) -> Iterable[str]:
        book = self._books.get(step.book)
        yield str(step.year) if step.year is not None else ""
        yield f"set in {book.story_time}" if book and book.story_time is not None else ""
        yield from said_of(step, self._advice.begun)

    def bundles(self) -> list[tuple[Arrow, ...]]:
        """Return the arrows between the books, those from one book to several as a bundle."""
        ports = self._ports()
        found = []
        for trunk, lane in self._trunks.items():
            x = self._left - LANE - lane * self._gap
            start = ports[trunk.before, trunk, ""]
            ends = [ports[after, trunk, after] for after in trunk.after]
            found.append(
                tuple(Arrow(((self._left, start), (x, start), (x, end), (self._left, end)), trunk.firm) for end in ends)
            )
        return found

    def _ports(self) -> dict[tuple[Slug, Trunk, Slug], float]:
        """Return at which height each line meets each card: what comes in above what goes out.

        The inner lanes come in highest and go out lowest, so that lines do not cross at the card.
        """
        coming: dict[Slug, list[Trunk]] = {}
        going: dict[Slug, list[Trunk]] = {}
        for trunk in sorted(self._trunks, key=lambda trunk: self._trunks[trunk]):
            going.setdefault(trunk.before, []).insert(0, trunk)
            for after in trunk.after:
                coming.setdefault(after, []).append(trunk)
        ports: dict[tuple[Slug, Trunk, Slug], float] = {}
        for book, card in self.cards.items():
            ends = [(trunk, book) for trunk in coming.get(book, [])] + [(trunk, "") for trunk in going.get(book, [])]
            for n, (trunk, end) in enumerate(ends, 1):
                ports[book, trunk, end] = card.y + card.height * n / (len(ends) + 1)
        return ports

    def foot(self) -> None:
        """Write what the two kinds of arrow mean, where they are drawn."""
        meanings = {True: "best read first", False: "richer with it"}
        kinds = sorted({trunk.firm for trunk in self._trunks}, reverse=True)
        x: float = EDGE
        self.y += GAP / 2 if kinds else -GAP
        for firm in kinds:
            middle = self.y + SMALL * 0.66
            self.samples.append((Arrow(((x, middle), (x + 2.4 * LANE, middle)), firm),))
            self.labels.append(Label(meanings[firm], x + 3 * LANE, self.y + SMALL, tone="quiet"))
            x += 3 * LANE + self._measure(meanings[firm], SMALL, False) + 1.5 * LANE
        self.y += SMALL * LINE if kinds else 0

    def _write(
        self, text: str, x: float, size: float = SMALL, *, bold: bool = False, tone: str = "text", most: int = 2
    ) -> None:
        for line in wrapped(text, WIDTH - EDGE - x, size, bold, self._measure, most):
            self.labels.append(Label(line, x, self.y + size, size, tone, bold))
            self.y += size * LINE
