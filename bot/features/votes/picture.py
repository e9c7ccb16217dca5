"""How a vote was counted, as a picture, and as a text that says the same to those who do not see it.

Each book has one bar: its first choices, and behind them what came to it in each later round.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.features.order.picture import LONGEST_ALT
from bot.features.votes.counting import Count, Round, Why
from bot.features.votes.rules import Vote, outcome, rounds, titles_of
from bot.pictures.layout import EDGE, GAP, HUGE, LINE, SMALL, WIDTH, Box, Label, Layout, Measure, wrapped
from bot.reading_order.text import clipped, title_of

BAR = 34
SLIT = 4
"""Pixels between the parts of a bar."""

GROUND = "#2b3449"
WINNER, STAYED, OUT = ("#f5b13d", "#f9d08a"), ("#7cc4f0", "#b9e0f8"), ("#5d7ea6", "#86a2c4")
"""Colours of first choices, and of what came later: of the winner, of who was in to the end, of who went out."""

HALF, BACKGROUND = "#f4f6fa", "#1b2130"
ROOM = WIDTH - 2 * EDGE


@dataclass(frozen=True, slots=True)
class Bar:
    """A book: the votes that each round brought it, the round after which it went out (0: never), and by lot or not."""

    title: str
    gains: tuple[int, ...]
    out: int = 0
    by_lot: bool = False
    wins: bool = False

    @property
    def votes(self) -> int:
        """The votes that it had in the end."""
        return sum(self.gains)


def draw_rounds(vote: Vote, count: Count) -> bytes:
    """Return the rounds of a count as a PNG, 1,200 pixels wide: the winner on top, who went out first at the bottom."""
    from bot.pictures import canvas

    def writable(key: str, title: str) -> str:
        return canvas.printable(title_of(key, {}) if canvas.missing_letters(title) else title)

    titles = {key: writable(key, title) for key, title in titles_of(vote).items()}
    return canvas.png(rounds_layout(bars(count, titles), count, canvas.measured))


def alt_text(vote: Vote, count: Count) -> str:
    """Return what the picture shows, in words: the outcome, and every round."""
    return clipped(
        " ".join(["Bars of votes, round by round.", outcome(vote, count), *rounds(vote, count)]), LONGEST_ALT
    )


def bars(count: Count, titles: dict[str, str]) -> list[Bar]:
    """Return the bars from top to bottom."""
    found = []
    for key, title in titles.items():
        its = [each for each in count.rounds if key in each.votes]
        votes = [each.votes[key] for each in its]
        gains = tuple(now - before for before, now in zip([0, *votes], votes, strict=False))
        last = its[-1]
        out = len(its) if key in last.out else 0
        found.append(Bar(title, gains, out, bool(out) and last.why is Why.LOT, key == count.winner))
    return sorted(found, key=lambda bar: (not bar.wins, -(bar.out or len(count.rounds) + 1), -bar.votes))


def rounds_layout(shown: Sequence[Bar], count: Count, measure: Measure) -> Layout:
    """Return where everything of the picture stands."""
    page = _VotePage(measure, max(bar.votes for bar in shown))
    page.head(count)
    for bar in shown:
        page.bar(bar)
    last = count.rounds[-1]
    if last.why is Why.MAJORITY:
        page.half(last)
    page.foot(later=len(count.rounds) > 1, half=last.why is Why.MAJORITY)
    return Layout(page.y + EDGE, labels=tuple(page.labels), boxes=tuple(page.boxes))


class _VotePage:
    """The picture as it grows downwards."""

    def __init__(self, measure: Measure, most: int) -> None:
        self._measure, self._vote = measure, ROOM / max(1, most)
        self.y: float = EDGE - GAP / 2
        self.labels: list[Label] = []
        self.boxes: list[Box] = []
        self._tops: list[float] = []

    def head(self, count: Count) -> None:
        """Write what was counted."""
        self._write("The count", EDGE, HUGE, bold=True)
        number = len(count.rounds)
        gone = count.rounds[-1].exhausted
        facts = [
            "1 ballot" if count.ballots == 1 else f"{count.ballots} ballots",
            f"{number} rounds" if number > 1 else "1 round",
            f"{gone} exhausted" if gone else "",
        ]
        self._write(" · ".join(filter(None, facts)), EDGE, SMALL, tone="quiet")
        self.y += GAP

    def bar(self, bar: Bar) -> None:
        """Draw a book: its title, what became of it, and its bar."""
        told = _told(bar)
        width = self._measure(told, SMALL, False)
        self.labels.append(Label(told, WIDTH - EDGE - width, self.y + SMALL, SMALL, "quiet"))
        for line in wrapped(bar.title, ROOM - width - GAP, SMALL, True, self._measure, 2):
            self._write(line, EDGE, SMALL, bold=True)
        self.y += 6
        self._tops.append(self.y)
        self.boxes.append(Box(EDGE, self.y, ROOM, BAR, GROUND, 8))
        x: float = EDGE
        first, later = WINNER if bar.wins else OUT if bar.out else STAYED
        for n, gain in enumerate(bar.gains):
            if gain:
                self.boxes.append(Box(x, self.y, gain * self._vote - SLIT, BAR, later if n else first, 6))
                x += gain * self._vote
        self.y += BAR + GAP

    def half(self, last: Round) -> None:
        """Mark what a majority of the last round has to go beyond, on the bars of those who were in it."""
        x = EDGE + last.counting / 2 * self._vote
        for top in self._tops[: len(last.counted)]:
            self.boxes.append(Box(x - 3, top - 5, 6, BAR + 10, BACKGROUND, 0))
            self.boxes.append(Box(x - 1.5, top - 5, 3, BAR + 10, HALF, 0))

    def foot(self, *, later: bool, half: bool) -> None:
        """Write how the bars are read."""
        bars = "Bright: first choices. Pale: what came with later rounds." if later else ""
        line = f"Line: half of the votes{' in the last round' if later else ''}." if half else ""
        for text in filter(None, (bars, line)):
            self._write(text, EDGE, SMALL, tone="quiet")

    def _write(self, text: str, x: float, size: float, *, bold: bool = False, tone: str = "text") -> None:
        self.labels.append(Label(text, x, self.y + size, size, tone, bold))
        self.y += size * LINE


def _told(bar: Bar) -> str:
    """Return a book's votes and what became of it: “3 + 1 = 4 · out in round 2”."""
    gains = [str(gain) for n, gain in enumerate(bar.gains) if gain or not n]
    votes = " + ".join(gains) + (f" = {bar.votes}" if len(gains) > 1 else "")
    fate = "wins" if bar.wins else f"out in round {bar.out}{', by lot' if bar.by_lot else ''}" if bar.out else ""
    return " · ".join(filter(None, (votes, fate)))
