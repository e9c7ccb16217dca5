"""Any other page: kept as text that nothing places, a critic's where it says that it is a review."""

from __future__ import annotations

import re
from collections.abc import Sequence

from corpus.importing.draft import Draft, Facts, Fate, Paragraph, Reading, Section, Setting
from corpus.importing.page import Line, Page, cut_to, unwrapped
from corpus.importing.text import MAX_HEADING, speaks_of_marks

MAX_PARAGRAPH = 20_000
"""Characters of one paragraph that are kept."""

_REVIEW = re.compile(r"\b(?:book )?review(?:ed)?\b", re.IGNORECASE)


def read(page: Page, setting: Setting) -> Reading:
    """Read the page: its headings and paragraphs as they are, all of it left for placing by alignment."""
    lines = page.markup.readable() if page.markup else unwrapped(page.lines)
    top = " ".join([page.markup.title if page.markup else "", *(line.text for line in lines[:3])])[:500]
    kind = "reception" if _REVIEW.search(top) else "background"
    setting.ledger.add(Fate.RECOGNISED, "a page of no known form", why=f"kept as {kind}")
    title = "What critics said" if kind == "reception" else "Background"
    source = page.markup.title[:100] if page.markup and page.markup.title else page.name.rpartition(".")[0] or page.name
    return Reading(Facts(), (Draft(f"{kind}-page", kind, title, source, tuple(_sections(lines))),))


def _sections(lines: Sequence[Line]) -> list[Section]:
    found: list[Section] = []
    heading, level = "", 2
    paragraphs: list[Paragraph] = []
    for line in (*lines, Line("", level=2)):
        if line.level:
            if paragraphs:
                found.append(Section(tuple(paragraphs), heading, level))
            paragraphs = []
            heading = "" if speaks_of_marks(line.text) else line.text[:MAX_HEADING]
            level = max(2, line.level)
        elif any(map(str.isalnum, line.text)):
            paragraphs.append(Paragraph(cut_to(line.text, MAX_PARAGRAPH), line.item))
    return found
