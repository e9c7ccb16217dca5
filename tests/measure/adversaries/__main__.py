"""`python -m tests.measure.adversaries`: how many attempts of which kind are made, and with what.

It prints the table of docs/adversaries.md; a test compares the two.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from tests.measure.adversaries.attempts import Attempt, attempts

FILES = sorted(Path(__file__).parent.glob("*.toml"))

MEANS = {
    "share": ("ask (shared)",),
    "mention": ("a mention",),
    "direct": ("a direct message",),
    "about": ("Ask about this",),
    "spoils": ("Would this spoil?",),
    "suggests": ("prompt suggest", "prompt queue", "Suggest as discussion prompt"),
    "imported": ("a saved page",),
    "review": ("review write", "review read", "ask"),
    "forged": ("buttons of others",),
    "doctored": ("buttons with ids made up",),
    "named": ("ask (shared)", "progress share", "nominate add"),
    "titled": ("ceiling set", "ceiling show", "ask (shared)", "progress show", "audit"),
    "votes": ("vote start", "vote results", "vote close"),
    "schedules": (
        "schedule create", "schedule show", "schedule edit", "schedule shift", "schedule pause", "schedule resume",
        "schedule cancel", "schedule export", "prompt suggest", "prompt approve", "prompt queue",
        "what is posted by itself",
    ),
    "prompts": (
        "prompt suggest", "prompt approve", "prompt edit", "prompt reject", "prompt post", "prompt library",
        "prompt queue", "what is posted by itself",
    ),
    "watched": ("watch on", "watch status", "watch off", "what is posted by itself"),
}  # fmt: skip
"""What is used in the ways that are no single command (tests/measure/adversaries/ways.py)."""


def used(attempt: Attempt) -> tuple[str, ...]:
    """Return the commands, menus and other ways that an attempt takes."""
    if attempt.do == "types":
        return (f"{attempt.more['into'].rpartition(' ')[0]} (while typing)",)
    if attempt.do == "own things":
        return tuple(attempt.more["commands"])
    return MEANS.get(attempt.do, (attempt.do,))


def commands(made: Iterable[Attempt]) -> set[str]:
    """Return the commands and menus that attempts use or type into."""
    return {name.removesuffix(" (while typing)").removesuffix(" (shared)") for each in made for name in used(each)}


def everything() -> list[Attempt]:
    """Return all attempts."""
    return [attempt for file in FILES for attempt in attempts(file)]


def table() -> str:
    """Return the kinds of attempts, with how many there are and what they use."""
    made = everything()
    lines = ["| kind | attempts | with |", "|---|---|---|"]
    for kind in dict.fromkeys(attempt.kind for attempt in made):
        of_kind = [attempt for attempt in made if attempt.kind == kind]
        means = sorted({_short(name) for attempt in of_kind for name in used(attempt)})
        lines.append(f"| {kind} | {len(of_kind)} | {', '.join(means)} |")
    return "\n".join([*lines, f"| **all** | **{len(made)}** | |"])


def _short(name: str) -> str:
    """Return the group of a command, as the table has room for; what is no command as it is."""
    return "fields that offer something" if name.endswith("(while typing)") else _command(name)


def _command(name: str) -> str:
    return f"`/{name.split()[0]}`" if name[:1].islower() and not name.startswith(_PLAIN) else name


_PLAIN = ("a ", "buttons", "what ")


if __name__ == "__main__":
    print(table())
