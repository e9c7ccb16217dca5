"""A line of a page: what every importer reads, whether the page was HTML or text."""

from __future__ import annotations

from dataclasses import dataclass

NAME = "\ue000"
"""Stands where a page's mark-up had the name of a person; cleaning removes it from all text of the page itself."""

REVIEW, PHOTO = "review", "photo"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text; `level` is that of a heading, `mark` says what starts here as far as the mark-up tells."""

    text: str
    level: int = 0
    item: bool = False
    mark: str = ""
