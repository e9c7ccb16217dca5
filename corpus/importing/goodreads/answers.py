"""Readers' questions and answers on a Goodreads page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from corpus.importing.cleaning import cut_to
from corpus.importing.drafts import Paragraph, Section
from corpus.importing.lines import NAME, Line
from corpus.importing.report import Fate, Ledger
from corpus.importing.wording import is_cut_short, undoubled, whole_sentences, without_more, without_name

MAX_ANSWERS, MAX_ANSWER = 500, 20_000
"""Answers that are kept of a page, and characters of each."""

_UNTOLD = re.compile(
    r"^(?:See all \d+|\d+ likes?\b|Like\b|flag\b|To ask other|View \d+|Add your answer|Ask the Goodreads|Unanswered|"
    r"(?:\d+|a|an|one|about .{1,9}) (?:days?|weeks?|months?|years?|hours?) ago|Popular Answered|Ask a question)",
    re.IGNORECASE,
)
_ASKING = re.compile(
    r"^(?:who|whom|whose|what|when|where|which|why|how|is|isn|are|aren|am|was|were|do|does|don|did|didn|can|could|should|"
    r"would|will|won|has|have|had|may|might|must|any|anyone|anybody|in|if|at|on|to|for|from|so|so,|i|hi|hello|this|the)\b",
    re.IGNORECASE,
)


def answers(lines: Sequence[Line], ledger: Ledger) -> list[Section]:
    """Return a section a question; an answer whose question the page does not show has a heading of its own."""
    sections: list[Section] = []
    question, orphans = "", 0
    for line in lines[: 4 * MAX_ANSWERS]:
        text = line.text[: 2 * MAX_ANSWER]
        if not text.replace(NAME, "").strip() or _UNTOLD.match(text):
            continue
        if asked := _question(text):
            question = asked
        elif answer := _answer(text, ledger):
            if not question:
                orphans += 1
            heading = question or "A reader’s answer" + (f" · no. {orphans}" if orphans > 1 else "")
            if sections and sections[-1].heading == heading:
                sections[-1] = replace(sections[-1], paragraphs=(*sections[-1].paragraphs, Paragraph(answer)))
            else:
                sections.append(Section((Paragraph(answer),), heading))
    return sections[:MAX_ANSWERS]


def _question(text: str) -> str:
    """Return the question that a line asks, or nothing; only an answer begins with its writer's name."""
    before, whole = undoubled(text)
    is_one = not before and NAME not in text and whole.endswith("?") and len(whole) <= 500 and _ASKING.match(whole)
    return whole if is_one else ""


def _answer(text: str, ledger: Ledger) -> str:
    """Return an answer whole and without its writer's name, or nothing where no whole sentence is left."""
    before, whole = undoubled(text)
    is_bare = bool(before) or NAME in text
    answer = whole.replace(NAME, " ").strip() if is_bare else without_name(whole)
    kept = whole_sentences(without_more(answer)) if is_cut_short(text) else answer
    ledger.add(Fate.DROPPED, "sentences", int(kept != answer), "cut off by the page")
    return cut_to(kept, MAX_ANSWER)
