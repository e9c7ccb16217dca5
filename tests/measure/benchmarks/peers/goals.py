"""What was asked of Dogear's speed, beside what was seen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.measure.benchmarks.peers.contender import DOGEAR, SEARCH, STOCK

Figures = Mapping[str, Any]

SEARCH_MS, TOUCH_MS = 1.0, 50.0
"""Milliseconds: a search with the question embedded and the book open; the first touch of a book."""

ANSWER = {4_000: 0.4, 300_000: 0.02}
"""Parts of LangChain's time that a whole answer may take, by passages of the library."""

INDEXING = {True: 2.5, False: 1.0}
"""Times LangChain's rate of indexing, with bfloat16 in the processor and without."""

START, RESIDENT = 0.6, 1.0
"""Parts of LangChain's time to a first answer, and of its memory."""

MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Goal:
    """One thing asked, with its limit, the figure seen, and whether more is better."""

    what: str
    limit: float
    seen: float
    unit: str = ""
    more: bool = False

    @property
    def reached(self) -> bool:
        """Whether the figure is within the limit."""
        return self.seen >= self.limit if self.more else self.seen <= self.limit


def goals(figures: Figures) -> Iterator[Goal]:
    """Yield the goals of which there is a figure."""
    sizes = {int(size): of for size, of in figures.get("sizes", {}).items()}
    for size, of in sorted(sizes.items()):
        yield Goal(f"search alone, book open, {size:,} passages", SEARCH_MS, of["ms"][SEARCH]["p50"], " ms")
    if MILLION in sizes:
        seen = sizes[MILLION]["first_touch_ms"]["p50"]
        yield Goal(f"first touch of a book, {MILLION:,} passages", TOUCH_MS, seen, " ms")
    for size, limit in ANSWER.items():
        if size in sizes:
            ms = sizes[size]["ms"]
            part = ms[DOGEAR]["p50"] / ms[STOCK]["p50"]
            yield Goal(f"whole answer, {size:,} passages: part of LangChain's time", limit, part)
    if rate := figures.get("indexing", {}).get("rate"):
        times = rate[DOGEAR] / rate[STOCK]
        yield Goal("indexing: times LangChain's rate", INDEXING[figures["indexing"]["bfloat16"]], times, more=True)
    for size, of in sorted(sizes.items())[:1]:
        for name, what, limit in (
            ("start_s", "process start to first answer", START), ("resident_mb", "resident memory", RESIDENT),
        ):  # fmt: skip
            if name in of:
                part = of[name][DOGEAR] / of[name][STOCK]
                yield Goal(f"{what}, {size:,} passages: part of LangChain's", limit, part)
