"""Importing pages of no known format, as unplaced background or as a critic's review."""

import re
from collections.abc import Sequence

from corpus.importing.draft import BookFacts, DraftDocument, DraftSection, ImportContext, PageContent, Paragraph, Status
from corpus.importing.page import PageLine, SavedPage, cut_to, unwrapped
from corpus.importing.text import MAX_HEADING, speaks_of_marks

MAX_PARAGRAPH = 20_000
"""Characters of one paragraph that are kept."""

_REVIEW = re.compile(r"\b(?:book )?review(?:ed)?\b", re.IGNORECASE)


def read(page: SavedPage, setting: ImportContext) -> PageContent:
    """Read the headings and paragraphs of the page, all to be placed by matching."""
    lines = page.markup.readable() if page.markup else unwrapped(page.lines)
    top = " ".join([page.markup.title if page.markup else "", *(line.text for line in lines[:3])])[:500]
    kind = "reception" if _REVIEW.search(top) else "background"
    setting.ledger.add(Status.RECOGNISED, "a page of no known form", why=f"kept as {kind}")
    title = "What critics said" if kind == "reception" else "Background"
    source = page.markup.title[:100] if page.markup and page.markup.title else page.name.rpartition(".")[0] or page.name
    return PageContent(BookFacts(), (DraftDocument(f"{kind}-page", kind, title, source, tuple(_sections(lines))),))


def _sections(lines: Sequence[PageLine]) -> list[DraftSection]:
    found: list[DraftSection] = []
    heading, level = "", 2
    paragraphs: list[Paragraph] = []
    for line in (*lines, PageLine("", level=2)):
        if line.level:
            if paragraphs:
                found.append(DraftSection(tuple(paragraphs), heading, level))
            paragraphs = []
            heading = "" if speaks_of_marks(line.text) else line.text[:MAX_HEADING]
            level = max(2, line.level)
        elif any(map(str.isalnum, line.text)):
            paragraphs.append(Paragraph(cut_to(line.text, MAX_PARAGRAPH), line.item))
    return found
