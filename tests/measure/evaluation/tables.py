"""Figures as tables, the same for a terminal and for docs/evaluation.md, and compared with the recorded ones."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

Figures = Mapping[str, float]

COUNTS = (
    "asked", "told", "told elsewhere", "failed", "leaks", "D1", "D2", "D4", "beyond", "honest answers",
    "leaking answers", "sentences", "told early", "words", "p50 ms",
)  # fmt: skip
"""What is counted or timed; everything else is a share."""


def page(figures: Figures) -> str:
    """Return figures as tables in Markdown, a row for each arm; arms with the same figures share a table."""
    arms: dict[str, dict[str, float]] = {}
    for name, value in figures.items():
        arm, _, what = name.rpartition(": ")
        arms.setdefault(arm, {})[what] = value
    tables: dict[tuple[str, ...], list[list[str]]] = {}
    for arm, found in arms.items():
        tables.setdefault(tuple(found), []).append([arm, *(cell(what, value) for what, value in found.items())])
    return "\n\n".join(
        "\n".join(f"| {' | '.join(line)} |" for line in [["", *names], ["---"] * (len(names) + 1), *lines])
        for names, lines in tables.items()
    )


def cell(what: str, value: float) -> str:
    """Return one figure as it is read: a number, or a share in per cent."""
    return f"{value:,.0f}" if what in COUNTS else f"{100 * value:.1f}%"


RECORDED = Path(__file__).parent / "recorded.json"
PAGE = Path(__file__).parents[3] / "docs" / "evaluation.md"

TOLERANCE = 0.02
"""By how much a share may be worse than it was recorded: another processor rounds otherwise, and no more."""

OF_SAMPLE = 0.05
"""The same for a sample, of which a single question is more than two points."""

QUOTING = ("before", "at", "hint", "recap")
"""Arms in which every word comes from passages that the gate let through, so that nothing may leak at all."""

NEVER = ("failed", "beyond")
"""What may not happen in any arm."""

CLUB = "club: Dogear: told early"
"""The same of members' questions, without a chat model."""

MODEL = "model before"
"""The arm in which a chat model tells what it should not."""

LESS_IS_BETTER = ("at: refused", "after: refused", "model before: own words")
LESS_OF = ("too early", "excess", "at the end", "another book", "answerable, refused")


def faults(now: Figures, then: Figures, tolerance: float = TOLERANCE) -> list[str]:
    """Return what is wrong with today's figures, a sentence each."""
    return [*_broken(now), *_fallen(now, then, tolerance)]


def _broken(now: Figures) -> Iterator[str]:
    for name, value in now.items():
        arm, _, what = name.rpartition(": ")
        if value and (what in NEVER or (what == "leaks" and arm in QUOTING) or name == CLUB):
            yield f"{name}: {value:.0f}, and must be 0."


def _fallen(now: Figures, then: Figures, tolerance: float) -> Iterator[str]:
    for name, before in then.items():
        what = name.rpartition(": ")[2]
        if name in now and what not in COUNTS and worse(name, now[name], before) > tolerance:
            yield f"{name}: {now[name]:.1%}, recorded was {before:.1%}."
    leak, leaked = (_leak_rate(figures) for figures in (now, then))
    if leak - leaked > tolerance:
        yield f"{MODEL}: {leak:.1%} leak, recorded was {leaked:.1%}."


def _leak_rate(figures: Figures) -> float:
    return figures.get(f"{MODEL}: leaks", 0) / max(1, figures.get(f"{MODEL}: asked", 0))


def worse(name: str, now: float, then: float) -> float:
    """Return by how much a share became worse; below 0, it became better."""
    less = name in LESS_IS_BETTER or name.rpartition(": ")[2] in LESS_OF
    return now - then if less else then - now


def recorded(path: Path = RECORDED) -> dict[str, dict[str, float]]:
    """Return the figures that were recorded, by the set of questions."""
    found: dict[str, dict[str, float]] = json.loads(path.read_text(encoding="utf-8"))
    return found


def record(name: str, figures: Figures, path: Path = RECORDED, docs: Path = PAGE) -> None:
    """Keep the figures of a set, and put its tables where the page shows them; other sets stay as they are."""
    kept = recorded(path) if path.exists() else {}
    kept[name] = {key: round(value, 4) for key, value in figures.items()}
    path.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    docs.write_text(with_tables(docs.read_text(encoding="utf-8"), kept), encoding="utf-8")


def with_tables(text: str, kept: Mapping[str, Figures]) -> str:
    """Return a page with the tables of what was recorded, between the marks of each set."""
    for name, figures in kept.items():
        marks = re.compile(rf"(<!-- {name}:begin -->\n).*?(<!-- {name}:end -->)", re.DOTALL)
        text = marks.sub(rf"\g<1>{page(figures)}\n\g<2>", text)
    return text
