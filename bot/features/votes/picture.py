"""How a vote was counted, as a picture, and as a text that says the same to those who do not see it."""

from dataclasses import dataclass

from bot.features.votes.counting import Count, Why
from bot.features.votes.rules import outcome, rounds
from bot.features.votes.store import Vote
from bot.pictures.canvas import GAP, HUGE, QUIET, Page, writable
from bot.reading_order.advice import title_of
from corpus.text import plural

WINNER, STAYED, OUT = ("#f5b13d", "#f9d08a"), ("#7cc4f0", "#b9e0f8"), ("#5d7ea6", "#86a2c4")
"""Colours of first choices, and of what came later: of the winner, of who was in to the end, of who went out."""


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

    def __str__(self) -> str:
        """Return its votes and what became of it: “3 + 1 = 4 · out in round 2”."""
        gains = [str(gain) for n, gain in enumerate(self.gains) if gain or not n]
        votes = " + ".join(gains) + (f" = {self.votes}" if len(gains) > 1 else "")
        out = f"out in round {self.out}{', by lot' * self.by_lot}" if self.out else ""
        return " · ".join(filter(None, (votes, "wins" if self.wins else out)))


def alt_text(vote: Vote, count: Count) -> str:
    """Return what the picture shows, in words: the outcome, and every round."""
    return " ".join(["Bars of votes, round by round.", outcome(count, vote.titles), *rounds(count, vote.titles)])


def bars(vote: Vote, count: Count) -> list[Bar]:
    """Return a bar for each book, first choices first: the winner on top, who went out first at the bottom."""
    found = []
    for key, title in vote.titles.items():
        its = [each for each in count.rounds if key in each.votes]
        votes = [each.votes[key] for each in its]
        gains = tuple(now - before for before, now in zip([0, *votes], votes, strict=False))
        out = len(its) if key in its[-1].out else 0
        shown = title if writable(title) else title_of(key, {})
        found.append(Bar(shown, gains, out, bool(out) and its[-1].why is Why.LOT, key == count.winner))
    return sorted(found, key=lambda bar: (not bar.wins, -(bar.out or len(count.rounds) + 1), -bar.votes))


def rounds_page(vote: Vote, count: Count) -> Page:
    """Return the page of a count."""
    page, shown, exhausted = Page(), bars(vote, count), count.rounds[-1].exhausted
    page.write("The count", size=HUGE, bold=True)
    facts = (plural(count.ballots, "ballot"), plural(len(count.rounds), "round"), f"{exhausted} exhausted")
    page.write(" · ".join(facts if exhausted else facts[:2]), colour=QUIET)
    page.y += GAP
    most = max(bar.votes for bar in shown)
    for bar in shown:
        first, later = WINNER if bar.wins else OUT if bar.out else STAYED
        page.bar(bar.title, str(bar), [(gain / most, later if n else first) for n, gain in enumerate(bar.gains)])
    if len(count.rounds) > 1:
        page.write("Bright: first choices. Pale: what came with later rounds.", colour=QUIET)
    return page
