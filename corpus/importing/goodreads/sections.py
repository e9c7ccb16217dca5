"""The parts of a Goodreads page, told by the lines that the site puts above them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import Enum, auto

from corpus.importing.lines import Line


class Part(Enum):
    """A part of the page."""

    HEAD = auto()
    ANSWERS = auto()
    REVIEWS = auto()
    TOPICS = auto()
    SIMILAR = auto()
    SERIES = auto()
    AUTHOR = auto()
    QUOTES = auto()
    NOTHING = auto()
    """Navigation, sign-up lines, lists that a club has no use for."""


_BEGINNINGS = {
    "friend reviews": Part.NOTHING, "friends & following": Part.NOTHING, "get a copy": Part.HEAD,
    "reader q&a": Part.ANSWERS, "popular answered questions": Part.ANSWERS, "lists with this book": Part.NOTHING,
    "community reviews": Part.REVIEWS, "ratings & reviews": Part.REVIEWS, "readers also enjoyed": Part.SIMILAR,
    "topics posts views last activity": Part.TOPICS, "topics posts views": Part.TOPICS,
    "see similar books": Part.AUTHOR, "other books in the series": Part.SERIES, "about the author": Part.AUTHOR,
    "genres": Part.NOTHING,
    "more quotes": Part.NOTHING, "company": Part.NOTHING, "videos about this book": Part.NOTHING,
    "news & interviews": Part.NOTHING, "related articles": Part.NOTHING, "trivia about": Part.NOTHING,
    "discuss this book": Part.TOPICS, "books by": Part.NOTHING, "more reviews and ratings": Part.NOTHING,
    "join the discussion": Part.NOTHING, "can't find what you're looking for?": Part.NOTHING,
}  # fmt: skip
_STARTS = {
    "this book is not yet featured on listopia": Part.NOTHING, "« previous": Part.NOTHING, "quotes from ": Part.QUOTES,
    "popular quotes": Part.QUOTES, "trivia about ": Part.NOTHING, "more books by ": Part.NOTHING,
    "books by ": Part.NOTHING, "to see what your friends thought": Part.NOTHING,
    "to ask other readers questions": Part.ANSWERS, "welcome back": Part.NOTHING,
}  # fmt: skip
_AFTER_REVIEWS = ("«", "more reviews", "join the discussion")
"""What ends the reviews without beginning another part; a reader may well write a line “Company”."""
_LIKES = re.compile(r"[”\"]\s*(?:―.{0,100})?[\d,]{1,12} likes?$")
_MEANT = re.compile(r"^Showing \d+\s*[-–]\s*(\d+)")

KNOWN_BY = (
    re.compile(r"^community reviews$", re.IGNORECASE),
    re.compile(r"^reader q&a$", re.IGNORECASE),
    re.compile(r"[\d,]+ ratings?\b.{0,40}[\d,]+ reviews?\b"),
    re.compile(r"^readers also enjoyed$", re.IGNORECASE),
    re.compile(r"\brated it (?:it was amazing|really liked it|liked it|it was ok|did not like it)\b"),
    re.compile(r"^goodreads helps you keep track", re.IGNORECASE),
    re.compile(r"^start by marking [“\"].{1,200}[”\"] as want to read", re.IGNORECASE),
)
"""What a page of the site says; two of these are enough to know it."""


def is_goodreads(lines: Sequence[Line]) -> bool:
    """Return whether the lines are a page of Goodreads."""
    return sum(any(pattern.search(line.text[:400]) for line in lines) for pattern in KNOWN_BY) >= 2


def parts_of(lines: Sequence[Line]) -> dict[Part, list[Line]]:
    """Return the lines of every part; the lines that name a part belong to none."""
    parts: dict[Part, list[Line]] = {part: [] for part in Part}
    part = Part.HEAD
    for line in lines:
        begun = part_begun(line.text)
        written = part is Part.REVIEWS and begun is Part.NOTHING and not line.text.lower().startswith(_AFTER_REVIEWS)
        if begun is not None and not written and not (begun is Part.HEAD and part is not Part.HEAD):
            part = begun
            parts[part].append(Line(""))
            continue
        is_quote = line.text.startswith(("“", '"')) and bool(_LIKES.search(line.text[-160:]))
        if is_quote and part in (Part.SERIES, Part.AUTHOR, Part.SIMILAR, Part.NOTHING):
            part = Part.QUOTES
        parts[part].append(line)
    return parts


def part_begun(text: str) -> Part | None:
    """Return the part of the page that a line begins, or None."""
    said = " ".join(text[:100].casefold().split()).rstrip("….:» ").replace("’", "'")
    if len(text) > 100 or not said:
        return None
    starting = (part for start, part in _STARTS.items() if f"{said} ".startswith(start))
    return _BEGINNINGS.get(said) or next(starting, None)


def reviews_meant(lines: Sequence[Line]) -> int | None:
    """Return how many reviews the page says that it shows."""
    return next((int(found[1]) for line in lines if (found := _MEANT.match(line.text))), None)
