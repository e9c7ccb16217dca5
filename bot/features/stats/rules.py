"""Where a club is in a book, in numbers from which nobody's position follows."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from bot.people import Reached

SMALLEST = 5
"""Members of the smallest group that is shown, and of the smallest change."""

FEWEST = 2
"""Members who agreed to be counted, from whom on they are shown."""

QUARTERS = 4
END = QUARTERS
"""The part behind the four quarters: those who finished."""


class Said(NamedTuple):
    """Where one member said they are, and since when they count as that; not who it is.

    Who `agreed` is counted in the open; all others in groups, and the two kinds are never mixed: else the open
    figure, subtracted from one of everybody, would tell of those who did not agree.
    """

    reached: Reached
    at: dt.datetime
    agreed: bool = False


class Group(NamedTuple):
    """Members in a stretch of a book, from one of its parts to another: quarters are 0 to 3, and 4 is its end."""

    first: int
    last: int
    members: int

    @property
    def where(self) -> str:
        """The stretch in words."""
        first, last = 100 * self.first // QUARTERS, 100 * (self.last + 1) // QUARTERS
        if self.first == END:
            return "finished"
        if self.last == END:
            return f"from {first}%" if self.first else "anywhere in the book"
        if self.last == END - 1:
            return f"from {first}%, not finished" if self.first else "not finished"
        return f"{first}% to {last}%" if self.first else f"up to {last}%"


@dataclass(frozen=True, slots=True)
class Figure:
    """Where some of a club were in a book at a moment, from its beginning to its end; or no groups."""

    at: dt.datetime
    groups: tuple[Group, ...]

    @property
    def members(self) -> int:
        """How many members are in the groups."""
        return sum(group.members for group in self.groups)


def outdated(figure: Figure, said: Sequence[Said]) -> bool:
    """Return whether so many members have said anew where they are that another figure tells of none of them.

    Who watches a figure while somebody reports sees no change, or the changes of five and more at once. That holds for
    “nothing to show”, too.
    """
    return sum(each.at > figure.at for each in said) >= SMALLEST


def open_groups(positions: Iterable[Reached]) -> tuple[Group, ...]:
    """Return where those are who agreed to be counted, by the parts of the book; nothing for a single member."""
    parts = Counter(map(_part, positions))
    return tuple(Group(part, part, parts[part]) for part in sorted(parts)) if parts.total() >= FEWEST else ()


def groups_of(positions: Iterable[Reached]) -> tuple[Group, ...]:
    """Return the groups that may be shown: as fine as the rules allow, from the beginning; none where one is left.

    A smaller group is merged with the part of the book beside it, an empty part too, so that no gap tells anything. One
    group alone would say of everybody where they are.
    """
    parts = [0] * (QUARTERS + 1)
    for reached in positions:
        parts[_part(reached)] += 1
    groups: list[Group] = []
    first, members = 0, 0
    for part, there in enumerate(parts):
        members += there
        if members >= SMALLEST:
            groups.append(Group(first, part, members))
            first, members = part + 1, 0
    if groups and first <= END:
        last = groups.pop()
        groups.append(Group(last.first, END, last.members + members))
    return tuple(groups) if len(groups) > 1 else ()


def _part(reached: Reached) -> int:
    return END if reached.finished else min(QUARTERS - 1, QUARTERS * reached.marks // max(1, reached.of))
