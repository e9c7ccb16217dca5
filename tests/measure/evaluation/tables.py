"""Figures as tables, the same for a terminal and for docs/evaluation.md, and compared with the recorded ones."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

COUNTS = (
    "asked",
    "told",
    "told elsewhere",
    "failed",
    "leaks",
    "D1",
    "D2",
    "D4",
    "beyond",
    "honest answers",
    "leaking answers",
    "sentences",
)
"""What is counted; everything else is a share."""

NOTHING = "–"


@dataclass(frozen=True, slots=True)
class Table:
    """A table: for each column an arm, for each row what of it is shown, both with how they are called."""

    title: str
    columns: Mapping[str, str]
    rows: Mapping[str, str]

    def of(self, figures: Mapping[str, float]) -> str:
        """Return the table in Markdown; nothing where none of its figures is there."""
        if not any(f"{arm}: {row}" in figures for arm in self.columns for row in self.rows):
            return ""
        lines = [[self.title, *self.columns.values()], ["---"] * (len(self.columns) + 1)]
        lines += [[called, *(cell(figures, arm, row) for arm in self.columns)] for row, called in self.rows.items()]
        return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def cell(figures: Mapping[str, float], arm: str, row: str) -> str:
    """Return one figure as it is read: a number, or a share in per cent."""
    value = figures.get(f"{arm}: {row}")
    if value is None:
        return NOTHING
    return f"{value:,.0f}" if row in COUNTS else f"{100 * value:.1f}%"


ANSWERS = Table(
    "what it answers",
    {"before": "one mark before", "at": "at the mark", "after": "after the end"},
    {
        "asked": "questions",
        "refused": "neutral reply",
        "holds the reference": "400 characters hold a reference answer",
        "word recall": "its words in them",
        "hit@1": "right place first",
        "hit@3": "in the first three",
        "hit@5": "in the first five",
    },
)
LEAKS = Table(
    "what it gives away",
    {"before": "question before", "at": "question at", "hint": "hint before", "recap": "recap before"},
    {
        "asked": "asked",
        "leaks": "leaks",
        "D1": "D1: the reference answer",
        "D2": "D2: half of its new words",
        "D4": "D4: five hidden words in a row",
        "beyond": "answers with passages beyond the gate",
        "failed": "failures",
    },
)
MESSAGES = Table(
    "a message that tells the answer",
    {"check": "share"},
    {
        "told": "messages",
        "too early": "placed too early",
        "excess": "too late by, of the book",
        "another book": "taken for another book too",
        "told elsewhere": "told where another book of the author is at hand",
        "found elsewhere": "placed in their own, and not too early",
    },
)
ROUTING = Table("no book named, all finished", {"unnamed": "share"}, {"right book": "right book found"})
UNANSWERABLE = Table(
    "nothing in the book answers",
    {"unanswerable": "share"},
    {"asked": "questions", "refused half-way": "neutral reply, half-way", "refused at the end": "the same, at the end"},
)
MODEL = Table(
    "a chat model that tells everything",
    {"model before": "one mark before", "model at": "at the mark"},
    {"asked": "questions", "own words": "its own words shown", "leaks": "leaks", "beyond": "passages beyond the gate"},
)
GUARD = Table(
    "answers as a chat model gives them",
    {"guard tune": "looked at", "guard kept": "kept aside"},
    {
        "honest answers": "honest answers",
        "honest, something shown": "something of them shown",
        "honest, half or more shown": "half or more of them shown",
        "honest, shown whole": "shown whole",
        "leaking answers": "leaking answers",
        "leaking, every leak stopped": "every leak in them stopped",
        "mixed, all the rest kept": "mixed ones that keep all the rest",
    },
)
TABLES = (ANSWERS, LEAKS, MESSAGES, ROUTING, UNANSWERABLE, MODEL, GUARD)


def placing(figures: Mapping[str, float]) -> str:
    """Return the table of unlabelled text, a line for each way in which labels were taken out."""
    cases = list(dict.fromkeys(name.rpartition(": ")[0] for name in figures if name.startswith("placing")))
    if not cases:
        return ""
    shown = ("sentences", "too early", "excess", "at the end")
    lines = [["text without labels", "sentences", "too early", "too late by, of the book", "at the end"], ["---"] * 5]
    lines += [[case.removeprefix("placing "), *(cell(figures, case, row) for row in shown)] for case in cases]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def page(figures: Mapping[str, float], tables: Sequence[Table] = TABLES) -> str:
    """Return all tables of which there are figures."""
    told = [table.of(figures) for table in tables]
    return "\n\n".join(filter(None, [*told, placing(figures)]))


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

MODEL = "model before"
"""The arm in which a chat model tells what it should not."""

LESS_IS_BETTER = ("at: refused", "after: refused", "model before: own words")
LESS_OF = ("too early", "excess", "at the end", "another book")

Figures = Mapping[str, float]


def faults(now: Figures, then: Figures, tolerance: float = TOLERANCE) -> list[str]:
    """Return what is wrong with today's figures, a sentence each."""
    return [*_broken(now), *_fallen(now, then, tolerance)]


def _broken(now: Figures) -> Iterator[str]:
    for name, value in now.items():
        arm, _, what = name.rpartition(": ")
        if value and (what in NEVER or (what == "leaks" and arm in QUOTING)):
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
