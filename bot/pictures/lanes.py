"""Lanes for the lines between rows: one line for all that leaves a row in the same way, and none over another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.reading_order.graph import Rule
from corpus.books import Slug


@dataclass(frozen=True, slots=True)
class Trunk:
    """The line that leaves one book for all that ask for it in the same way."""

    before: Slug
    firm: bool
    after: tuple[Slug, ...]


def trunks(rules: Iterable[Rule], rows: Mapping[Slug, int]) -> dict[Trunk, int]:
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
