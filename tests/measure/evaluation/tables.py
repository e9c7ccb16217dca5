"""Figures as tables, the same for a terminal and for docs/evaluation.md."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

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
