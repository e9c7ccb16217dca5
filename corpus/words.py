"""Small matters of English: how words begin a sentence, and how a number of things is said."""

from __future__ import annotations


def capitalised(words: str) -> str:
    """Return words as they begin a sentence; but for the first letter they stay as they are."""
    return words[:1].upper() + words[1:]


def plural(number: int, thing: str) -> str:
    """Return a number of things: “1 section”, “6 sections”, “1,200 books”."""
    return f"{number:,} {thing}{'s' * (number != 1)}"
