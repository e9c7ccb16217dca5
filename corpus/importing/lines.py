"""A line of a page: what every importer reads, whether the page was HTML or text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

NAME = "\ue000"
"""Stands where a page's mark-up had the name of a person; cleaning removes it from all text of the page itself."""

REVIEW, AFTER_REVIEW, PHOTO = "review", "after a review", "photo"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text; `level` is that of a heading, `mark` says what starts here as far as the mark-up tells."""

    text: str
    level: int = 0
    item: bool = False
    mark: str = ""


def unwrapped(lines: Sequence[Line]) -> list[Line]:
    """Return lines of which none was broken only for want of room; a text without such breaks comes back as it is."""
    width = max((len(line.text) for line in lines), default=0)
    full = [line for line in lines if len(line.text) >= 0.7 * width]
    if not 40 <= width <= 120 or len(full) < 6:
        return list(lines)
    joined: list[Line] = []
    goes_on = False
    for line in lines:
        if goes_on and line.text and not line.level and not line.item:
            joined[-1] = replace(joined[-1], text=f"{joined[-1].text} {line.text}")
        else:
            joined.append(line)
        goes_on = len(line.text) >= 0.6 * width and not line.level and not line.text.endswith((".", "!", "?", "”"))
    return joined
