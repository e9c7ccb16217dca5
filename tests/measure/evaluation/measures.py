"""How good one answer is; each measure takes plain values and knows nothing of the bot."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import TypeVar

from tests.measure.evaluation.words import holds, stems

T = TypeVar("T")

READ = 400
"""Characters of an answer that are read: what stands behind them answers nobody."""

DEPTHS = (1, 3, 5)
"""How many different places are looked at."""


def distinct(found: Iterable[T | None]) -> list[T]:
    """Return what was found, best first, each once; None is nowhere."""
    return list(dict.fromkeys(place for place in found if place is not None))


def hit(found: Iterable[T | None], right: Collection[T], depth: int) -> bool:
    """Return whether one of the right places is among the first `depth` different places found."""
    return any(place in right for place in distinct(found)[:depth])


def answers(text: str, references: Sequence[str]) -> bool:
    """Return whether the beginning of an answer holds a reference answer word for word."""
    return any(holds(text[:READ], wording) for wording in references)


def word_recall(text: str, references: Sequence[str]) -> float:
    """Return the share of a reference answer's words that the beginning of an answer holds, at its best reference."""
    said = stems(text[:READ])
    return max((len(stems(wording) & said) / max(1, len(stems(wording))) for wording in references), default=0.0)


def too_early(placed: int, at: int) -> bool:
    """Return whether a message that tells what mark `at` tells was placed before it."""
    return placed < at


def excess(placed: int, at: int, marks: int) -> float:
    """Return by what share of the book it was placed too late."""
    return max(0, placed - at) / marks


def mean(values: Collection[float]) -> float:
    """Return the mean of values or the share of what is true; of nothing, 0."""
    return sum(values) / len(values) if values else 0.0
