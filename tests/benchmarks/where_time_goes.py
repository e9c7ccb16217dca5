"""Where the time goes: one answer in quote mode and one start of the program, part by part.

python -m tests.benchmarks.where_time_goes [--library DIR] [--data DIR] [--questions 40]

Every question is asked some times over and the quickest counts, as other work on the machine only ever adds time.
The start is that of a process of its own, with the store built. A figure from before a change is had from git.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from bot import discussion as answering
from bot.assembly import open_discussion
from bot.discussion import Discussion
from bot.settings import Settings
from corpus.library import SHIPPED
from retrieval import bert, features, found, opened, opener, packaged_encoder, ranking
from retrieval.gate import Audience
from tests.benchmarks.rush import questions
from tests.benchmarks.spans import Part, quickest

ROUNDS = 15
STARTS = 5
"""Starts of which the quickest counts."""

ANSWER = (
    Part("embedding: tokens", packaged_encoder.PackagedEncoder, "question"),
    Part("embedding: two readings of them", bert.Bert, "question"),
    Part("the question's words and kind", features.Question, "of"),
    Part("the gate", opened.OpenedBook, "seen_through"),
    Part("whether hidden text fits better", opened.OpenedBook, "fits_better_beyond"),
    Part("opening a book that is open", opener.Opener, "open"),
    Part("comparisons", ranking, "features"),
    Part("the network", ranking.Weights, "scores"),
    Part("chances and confidence", ranking.Reader, "read"),
    Part("choosing passages", found, "_ranked_passages"),
    Part("quoting and citing", answering, "quoted"),
)


def answer_parts(discussion: Discussion, count: int) -> dict[str, float]:
    """Return the seconds of the parts of an answer: the mean over questions about many books and positions."""
    books, slugs = discussion.library.books, {b.title: slug for slug, b in discussion.library.books.items()}
    total: dict[str, float] = {}
    for number, (text, title) in enumerate(questions(count)):
        slug = slugs[title]
        audience = Audience({slug: 1 + number * 7 % books[slug].marks})
        discussion.ask(text, audience, slug)
        found = quickest(ANSWER, lambda: discussion.ask(text, audience, slug), ROUNDS)  # noqa: B023 (called at once)
        for name, seconds in found.items():
            total[name] = total.get(name, 0.0) + seconds / count
    return total


def start_parts(library: Path, data: Path) -> dict[str, float]:
    """Return the seconds of the parts of the quickest of some starts."""
    found = []
    for _ in range(STARTS):
        command = [sys.executable, "-m", "tests.benchmarks.one_start", str(time.time()), str(library), str(data)]
        told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        found.append(json.loads(told.splitlines()[-1]))
    return min(found, key=lambda laps: sum(laps.values()))


def table(title: str, parts: Mapping[str, float], floor: Sequence[str] = ()) -> str:
    """Return parts as a table in Markdown, with their sum, and what share of it the floor is."""
    whole = sum(parts.values())
    lines = [f"| {title} | ms | share |", "|---|---|---|"]
    lines += [f"| {name} | {1_000 * s:.2f} | {100 * s / whole:.0f}% |" for name, s in parts.items()]
    lines.append(f"| together | {1_000 * whole:.2f} | |")
    if floor:
        least = sum(parts[name] for name in floor)
        lines.append(f"| the floor: embedding the question | {1_000 * least:.2f} | {100 * least / whole:.0f}% |")
    return "\n".join(lines)


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description="Where the time of an answer and of a start goes.")
    parser.add_argument("--library", type=Path, default=SHIPPED, help="The library; it holds the shipped books.")
    parser.add_argument("--data", type=Path, help="The data folder; otherwise one that is made and removed.")
    parser.add_argument("--questions", type=int, default=40)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        data = given.data or Path(folder)
        with open_discussion(Settings(), given.library, data) as discussion:
            answer = answer_parts(discussion, given.questions)
        print(table("one answer", answer, [part.name for part in ANSWER[:2]]))
        print()
        print(table("one start", start_parts(given.library, data)))


if __name__ == "__main__":
    main()
