"""The figures as tables in Markdown, as they are printed and stand in docs/benchmarks.md."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from tests.measure.benchmarks.peers.contender import CONTENDERS, DOGEAR, PEERS, SEARCH
from tests.measure.benchmarks.peers.goals import goals

Figures = Mapping[str, Any]

MEASURES = {
    "at_1": "right section first, at the position",
    "at_3": "… in the first three",
    "at_5": "… in the first five",
    "after_1": "right section first, after the end",
    "after_3": "… in the first three",
    "after_5": "… in the first five",
    "at_answer": "400 characters hold the answer, at the position",
    "after_answer": "… after the end",
    "leaks": "gives something away before, gated or filtered",
    "leaks_unfiltered": "… without the position in the filter",
}
"""Measures of quality in their order, as the tables call them."""

NONE = "–"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table in Markdown; all columns but the first are numbers."""
    lines = [head, ["---", *("--:" for _ in head[1:])], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def number(value: float | None) -> str:
    """Return a figure in as many digits as mean something."""
    if value is None:
        return NONE
    digits = 0 if value >= 100 else 1 if value >= 10 else 2
    return f"{value:,.{digits}f}"


def quality(of: Figures) -> str:
    """Return what contenders answer and give away."""
    found = of["contenders"]
    names = [name for name in CONTENDERS if name in found]
    rows = [
        [told, *(f"{found[name][key]:.1%}" if key in found[name] else NONE for name in names)]
        for key, told in MEASURES.items()
        if any(key in found[name] for name in names)
    ]
    return table([f"{of['questions']:,} questions, {of['books']} books", *names], rows)


def by_size(figures: Figures, names: Sequence[str], cell: Callable[[Figures, str], str]) -> str:
    """Return a table with a line a contender and a column a size."""
    sizes = sorted(figures["sizes"], key=int)
    rows = [[name, *(cell(figures["sizes"][size], name) for size in sizes)] for name in names]
    return table(["passages", *(f"{figures['sizes'][size]['passages']:,}" for size in sizes)], rows)


def time_per_question(figures: Figures) -> str:
    """Return how long a question takes."""

    def cell(of: Figures, name: str) -> str:
        return f"{number(of['ms'][name]['p50'])} ({number(of['ms'][name]['p95'])})" if name in of["ms"] else NONE

    return by_size(figures, (DOGEAR, SEARCH, *PEERS), cell)


def first_touch(figures: Figures) -> str:
    """Return how long the first question to a book takes."""
    ways = {"p50": "p50", "p95": "p95", "most": "longest"}
    return by_size(
        figures, list(ways.values()),
        lambda of, told: number({t: of["first_touch_ms"][key] for key, t in ways.items()}[told]),
    )  # fmt: skip


def processes(figures: Figures) -> str:
    """Return how long a process takes to its first answer, and the memory that it holds."""

    def cell(of: Figures, name: str) -> str:
        if name not in of.get("start_s", {}):
            return NONE
        return f"{number(of['start_s'][name])} s, {of['resident_mb'][name]:,} MB"

    return by_size(figures, CONTENDERS, cell)


def indexing(figures: Figures) -> str:
    """Return how many passages a second are embedded and written."""
    return table(
        ["", "passages a second"], [[name, number(rate)] for name, rate in figures["indexing"]["rate"].items()]
    )


def goals_table(figures: Figures) -> str:
    """Return what was asked, beside what was seen."""
    rows = [
        [g.what, f"{'≥' if g.more else '≤'} {g.limit:g}{g.unit}", f"{g.seen:.3g}{g.unit}", "yes" if g.reached else "no"]
        for g in goals(figures)
    ]
    return table(["", "asked", "seen", "reached"], rows)


def machine(figures: Figures) -> str:
    """Return what the figures were made on."""
    of = figures["machine"]
    versions = ", ".join(f"{name} {version}" for name, version in of["versions"].items())
    bfloat16 = "with" if of["bfloat16"] else "without"
    return (
        f"{of['processor']}, {of['cores']} cores, {of['memory_gb']} GB, {bfloat16} bfloat16; Python {of['python']}; "
        f"{versions}."
    )


def tables(figures: Figures) -> dict[str, str]:
    """Return every table of which there are figures, by its name in docs/benchmarks.md."""
    found = {"machine": machine(figures)}
    for name, of in figures.get("quality", {}).items():
        found[f"quality-{name}"] = quality(of)
    if figures.get("sizes"):
        found |= {
            "time": time_per_question(figures), "touch": first_touch(figures), "processes": processes(figures),
        }  # fmt: skip
    if figures.get("indexing"):
        found["indexing"] = indexing(figures)
    return found | {"goals": goals_table(figures)}
