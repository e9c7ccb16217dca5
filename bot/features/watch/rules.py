"""Messages that go further than their place, and the line of those that are still to be read."""

import datetime as dt
from collections import Counter, deque
from dataclasses import dataclass
from enum import StrEnum

from cachetools import LRUCache

from bot.people import Place
from corpus.books import Reveals
from corpus.errors import DogearError

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
        self._counts: LRUCache[int, Counter[str]] = LRUCache(COUNTED)

    def offer(self, spoken: Spoken) -> bool:
        """Put a message into the line; return whether there was room."""
        counts = self._counts.setdefault(spoken.place.id, Counter())
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


TOO_LATE = dt.timedelta(days=1)
"""After this long, an author is not told any more: everybody has read the message."""


class WatchProblem(DogearError):
    """A place cannot be watched, or a message is dealt with already."""


class Outcome(StrEnum):
    """What has become of a message that goes further than its place; the first two wait for a moderator."""

    WAITING = "waiting"
    FINE = "fine"
    HIDDEN = "hidden"
    SETTLED = "settled"


QUEUED = (Outcome.WAITING, Outcome.FINE)
"""Outcomes with which a message is in the moderators' queue."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A message that goes further than its place: whose it is, and where it belongs. Its words are not kept.

    `told` is true once its author knows, or cannot be told.
    """

    id: int
    place: Place
    member: int
    message: int
    needs: Reveals
    at: dt.datetime
    told: bool = False
    outcome: Outcome = Outcome.WAITING
