"""Questions for people to talk about, a line each of `discussion/<kind>.txt`, with braces for what readers know."""

import string
from collections.abc import Mapping
from functools import cache
from pathlib import Path

QUESTIONS = Path(__file__).parent / "discussion"

KINDS = ("character", "theme", "craft", "prediction", "quote", "comparison", "personal")
"""What a discussion prompt can be about."""

SLOTS = frozenset({"author", "book", "event", "other", "person", "place", "quote", "theme"})
"""What a question may leave open."""


@cache
def questions(kind: str) -> tuple[str, ...]:
    """Return the questions of a kind, in the order of their file. Raises KeyError for a kind that there is not."""
    if kind not in KINDS:
        raise KeyError(f"no kind of discussion prompt: {kind!r}; there are {', '.join(KINDS)}")
    lines = (QUESTIONS / f"{kind}.txt").read_text(encoding="utf-8").splitlines()
    return tuple(line.strip() for line in lines if line.strip())


def slots(question: str) -> frozenset[str]:
    """Return what a question leaves open."""
    return frozenset(name for _, name, _, _ in string.Formatter().parse(question) if name)


def filled(question: str, values: Mapping[str, str]) -> str | None:
    """Return a question with all that it leaves open filled in; None where something is not known."""
    if not all(values.get(name) for name in slots(question)):
        return None
    return question.format_map(dict(values))
