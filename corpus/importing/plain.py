"""Importing pages of no known format, as unplaced background or as a critic's review."""

import re
from collections.abc import Sequence

from corpus.importing.draft import BookFacts, DraftDocument, DraftSection, ImportContext, PageContent, Paragraph
from corpus.importing.page import MAX_HEADING, PageLine, PageSection, SavedPage
from corpus.importing.phrases import speaks_of_marks

_REVIEW = re.compile(r"\b(?:book )?review(?:ed)?\b", re.IGNORECASE)


def read(page: SavedPage, setting: ImportContext) -> PageContent:
    """Read the headings and paragraphs of the page, all to be placed by matching."""
    lines = page.readable()
    top = " ".join([page.markup.title if page.markup else "", *(line.text for line in lines[:3])])[:500]
    kind = "reception" if _REVIEW.search(top) else "background"
    setting.ledger.recognised("a page of no known form", why=f"kept as {kind}")
    title = "What critics said" if kind == "reception" else "Background"
    source = page.markup.title[:100] if page.markup and page.markup.title else page.name.rpartition(".")[0] or page.name
    return PageContent(BookFacts(), (DraftDocument(f"{kind}-page", kind, title, source, tuple(_sections(lines))),))


def _sections(lines: Sequence[PageLine]) -> list[DraftSection]:
    found = [PageSection()]
    for line in lines:
        if line.level:
            heading = "" if speaks_of_marks(line.text) else line.text[:MAX_HEADING]
            found.append(PageSection(heading, max(2, line.level)))
        elif any(map(str.isalnum, line.text)):
            found[-1].take(line.text, line)
    return [
        DraftSection(tuple(Paragraph(line.text, line.item) for line in part.lines), part.heading, part.level)
        for part in found
        if part.lines
    ]
