"""Watching places: whoever writes further than a place goes is told, alone, and the moderators have a queue of it."""

from __future__ import annotations

import datetime as dt
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

from cachetools import LRUCache

from bot.answering.engine import Discussion
from bot.app import App
from bot.audiences import Audiences
from bot.audit import Audit, Did
from bot.features.watch.store import QUEUED, Finding, Outcome, StoredWatching
from bot.jobs import HELD
from bot.people import EVERY, Member, Place, Shards
from bot.workers import Workers
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


class Watching:
    """Places messages where they belong, and keeps those that go too far for who deals with them."""

    def __init__(
        self, discussion: Discussion, audiences: Audiences, records: StoredWatching, audit: Audit, workers: Workers,
        now: Callable[[], dt.datetime], shards: Shards = EVERY,
    ) -> None:  # fmt: skip
        self._discussion, self._audiences, self._records = discussion, audiences, records
        self._audit, self._workers, self._now, self._shards = audit, workers, now, shards
        self._places: dict[int, int] = {}
        self.line = Line()

    @classmethod
    def build(cls, app: App) -> Self:
        """Build it from the app."""
        return cls(
            app.discussion,
            app.get(Audiences),
            StoredWatching(app.database),
            app.get(Audit),
            app.workers,
            app.now,
            app.shards,
        )

    async def load(self) -> None:
        """Read which places are watched: afterwards, no message costs a query to know."""
        self._places = await self._records.watched(self._shards)

    def is_on(self, place: Place) -> bool:
        """Return whether a place is watched."""
        return self._places.get(place.id) == place.club

    async def on(self, place: Place, by: Member) -> None:
        """Watch a place. Raises WatchProblem for one without a ceiling."""
        if not await self._audiences.ceiling(place):
            raise WatchProblem("This place has no ceiling, so nothing goes beyond it. Set one with /ceiling set first.")
        await self._records.watch(place, by.id, self._now())
        self._places[place.id] = place.club
        await self._audit.note(Did.WATCH, place, by.id, about="watch on")

    async def off(self, place: Place, by: Member) -> bool:
        """Stop watching a place; return whether it was watched."""
        self._places.pop(place.id, None)
        was = await self._records.unwatch(place)
        if was:
            await self._audit.note(Did.WATCH, place, by.id, about="watch off")
        return was

    async def read(self, spoken: Spoken) -> Finding | None:
        """Place a message; keep it and return it where it goes further than its place, and was not found before."""
        audience = await self._audiences.public(spoken.place)
        books = list(audience.positions)
        if not books:
            return None
        book = books[0] if len(books) == 1 else None
        needs = await self._workers.do(lambda: self._discussion.reveals(spoken.text, book))
        beyond = Reveals.of({slug: marks for slug, marks in needs.marks.items() if marks > audience.at(slug)})
        if not beyond.marks:
            return None
        now = self._now()
        return await self._records.add(Finding(0, spoken.place, spoken.member, spoken.message, beyond, now), now + HELD)

    async def finding(self, finding_id: int) -> Finding:
        """Return a finding. Raises WatchProblem where it is not known any more."""
        found = await self._records.finding(finding_id)
        if found is None:
            raise WatchProblem("That message is not known any more.")
        return found

    async def queue(self, club: int) -> list[Finding]:
        """Return the findings of a club that wait for a moderator, oldest first."""
        return await self._records.queue(club)

    async def untold(self, finding_id: int) -> Finding | None:
        """Return a finding whose author should know and does not; None where nobody has to be told any more."""
        found = await self._records.finding(finding_id)
        waits = found is not None and not found.told and found.outcome is Outcome.WAITING
        return found if found is not None and waits and found.at >= self._now() - TOO_LATE else None

    async def told(self, finding: Finding) -> None:
        """Record that an author knows, or cannot be told."""
        await self._records.told(finding)

    async def settle(self, finding: Finding, outcome: Outcome) -> None:
        """Note what became of a finding. Raises WatchProblem where somebody was faster."""
        if finding.outcome not in QUEUED or not await self._records.settle(finding.id, outcome):
            raise WatchProblem("Somebody has dealt with that message already.")
