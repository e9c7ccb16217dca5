"""Long text as pages that a card holds, cut where a reader would pause."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.discord.safe_text import cut_point

ROOM = 1_800
"""Characters of a page: two screens of a phone, as a recap has; a card has room for a title and sources beside it."""

_SENTENCE = re.compile(r"(?<!\bMr)(?<!\bDr)(?<!\bSt)(?<!\bMrs)[.!?…][”’\"')\]]*(?=\s)")
_SPACE = re.compile(r"\s")


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a longer text: its number, from 1, and of how many."""

    text: str
    number: int
    of: int


def pages(text: str, room: int = ROOM) -> list[str]:
    """Return text as pages, at least one: cut between paragraphs, else sentences, else words, else anywhere."""
    found = []
    left = text.strip()
    while len(left) > room:
        page = opening(left, room)
        found.append(page)
        left = left[len(page) :].lstrip()
    return [*found, left] if left or not found else found


def pages_of_items(items: Sequence[str], room: int = ROOM, between: str = "\n\n") -> list[str]:
    """Return items as pages, as many whole ones on a page as fit; only one too long for a page is cut."""
    found: list[str] = []
    for part in (part for item in items if item.strip() for part in pages(item, room)):
        if found and len(found[-1]) + len(between) + len(part) <= room:
            found[-1] += between + part
        else:
            found.append(part)
    return found or [""]


def page_of(text: str, number: int, room: int = ROOM) -> Page:
    """Return a page by its number; the nearest there is, since a text may have become shorter behind a button."""
    found = pages(text, room)
    nearest = min(max(1, number), len(found))
    return Page(found[nearest - 1], nearest, len(found))


def opening(text: str, room: int) -> str:
    """Return as much of a text's beginning as fits, up to the end of a paragraph, a sentence or a word."""
    if len(text) <= room:
        return text
    window = text[: room + 1]
    paragraph = window.rfind("\n")
    sentence = max((found.end() for found in _SENTENCE.finditer(window)), default=0)
    word = max((found.start() for found in _SPACE.finditer(window)), default=0)
    for end, least in ((paragraph, room // 2), (sentence, room // 3), (word, 0)):
        if end > least:
            return window[:end].rstrip()
    return text[: cut_point(text, room) or room]
