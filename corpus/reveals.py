"""How far a reader must be before a text may be shown: the one rule of visibility."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

Slug = str
"""A book's name in file names and commands: lowercase letters, digits and hyphens."""

SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
"""What our own slugs look like. Folders with other names load too, as long as they are plain names."""

MAX_NAME = 100
"""Characters of a folder's name. Discord: 100 characters of a choice, by which a book is picked."""


def is_plain(name: str) -> bool:
    """Return whether a name can be a slug: short, on one line, of what can be seen, and no path."""
    return 0 < len(name) <= MAX_NAME and name.isprintable() and name == name.strip() and not set(name) & set(":/\\")


@dataclass(frozen=True, slots=True)
class Reveals:
    """The least position that a reader needs in every book named; a book that is not named needs none."""

    marks: Mapping[Slug, int] = field(default_factory=lambda: MappingProxyType({}))

    @classmethod
    def of(cls, marks: Mapping[Slug, int]) -> Reveals:
        """Return the reveals of `marks`, as a value that nobody can change afterwards."""
        return cls(MappingProxyType(dict(marks)))

    def within(self, positions: Mapping[Slug, int]) -> bool:
        """Return whether readers at `positions` (marks finished, by book; absent is 0) may see the text."""
        return all(positions.get(book, 0) >= marks for book, marks in self.marks.items())

    def joined(self, others: Iterable[Reveals]) -> Reveals:
        """Return what is needed for this text and all the others together: the furthest mark of each book."""
        joined = dict(self.marks)
        for other in others:
            for book, marks in other.marks.items():
                joined[book] = max(marks, joined.get(book, 0))
        return Reveals.of(joined)

    def covers(self, other: Reveals) -> bool:
        """Return whether everyone who may see this text may see the other too."""
        return other.within(self.marks)

    def __hash__(self) -> int:
        return hash(frozenset(self.marks.items()))
