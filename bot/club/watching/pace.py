"""Keeping pace: messages wait in a short line to be read; what comes faster is passed over, and counted."""

from __future__ import annotations

from collections import Counter, OrderedDict, deque
from dataclasses import dataclass

from bot.club.people import Place

LINE = 40
"""Messages that wait. Placing one takes about 20 ms where a place is about one book, 80 ms where it is about several
(two cores, the shipped library); so the last one in the line waits for a second, or for three."""

COUNTED = 5_000
"""Places whose messages are counted at a time; the ones that were quiet longest are let go first."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """A message to be read: where, by whom, and what it says."""

    place: Place
    member: int
    message: int
    text: str


class Line:
    """The line of one process. Which messages are passed over is chance: those that come while the line is full."""

    def __init__(self, room: int = LINE) -> None:
        self._room = room
        self._waiting: deque[Spoken] = deque()
        self._counts: OrderedDict[int, Counter[str]] = OrderedDict()

    def offer(self, spoken: Spoken) -> bool:
        """Put a message into the line; return whether there was room."""
        counts = self._counts.setdefault(spoken.place.id, Counter())
        self._counts.move_to_end(spoken.place.id)
        while len(self._counts) > COUNTED:
            self._counts.popitem(last=False)
        counts["come"] += 1
        if len(self._waiting) >= self._room:
            counts["passed"] += 1
            return False
        self._waiting.append(spoken)
        return True

    def next(self) -> Spoken | None:
        """Take the message that waited longest, if there is one."""
        return self._waiting.popleft() if self._waiting else None

    def counts(self, place: Place) -> tuple[int, int]:
        """Return how many messages of a place came since the start, and how many of them were passed over."""
        counts = self._counts.get(place.id, Counter())
        return counts["come"], counts["passed"]
