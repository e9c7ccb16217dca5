"""What is kept of schedules: their plans, what was done for them, and who wants to be reminded."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from bot.club.people import Member
from bot.club.schedules.plan import Schedule
from bot.club.shards import Shards


@dataclass(frozen=True, slots=True)
class Begun:
    """A step that was begun: until when whoever began it has it, and what it became once it was done."""

    until: dt.datetime
    done: bool = False
    result: int = 0


@dataclass(frozen=True, slots=True)
class Kept:
    """A schedule, and what goes on around it.

    `wanted` are the sections that are to be posted although they are late by days. `touched` are events in Discord
    that no longer show what the schedule says. `version` counts changes; `steps` are all that were begun, by their id.
    """

    schedule: Schedule
    wanted: frozenset[int] = frozenset()
    touched: tuple[int, ...] = ()
    version: int = 0
    steps: Mapping[str, Begun] = field(default_factory=dict)

    @property
    def done(self) -> frozenset[str]:
        """The ids of the steps that are done."""
        return frozenset(name for name, begun in self.steps.items() if begun.done)


class By(StrEnum):
    """How somebody is reminded."""

    DIRECT = "direct message"
    THREAD = "thread"


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to do a step now. `since` is when it was first begun by whoever did not come to its end, or None."""

    step: str
    since: dt.datetime | None = None


class ScheduleRecords(Protocol):
    """The schedules of clubs. A change is made under a lock, on what is there at that moment."""

    async def add(self, schedule: Schedule, name: str, at: dt.datetime) -> Schedule | None:
        """Keep a new schedule and return it with its id; None where there was one of that name."""
        ...

    async def kept(self, schedule_id: int) -> Kept | None:
        """Return a schedule."""
        ...

    async def of_club(self, club: int) -> Sequence[Schedule]:
        """Return a club's schedules, the latest first."""
        ...

    async def change(self, schedule_id: int, at: dt.datetime, change: Callable[[Kept], Kept]) -> Kept:
        """Change a schedule as it is now, and have it looked at from `at` on. What the change raises undoes it."""
        ...

    async def due(self, shards: Shards, now: dt.datetime) -> Sequence[int]:
        """Return the ids of the schedules of these shards that are to be looked at."""
        ...

    async def next_due(self, shards: Shards) -> dt.datetime | None:
        """Return when a schedule of these shards is to be looked at next; None where none is."""
        ...

    async def wake(self, kept: Kept, at: dt.datetime | None) -> None:
        """Have a schedule looked at from a moment on, or not at all, unless it was changed since it was read."""
        ...

    async def claim(self, schedule_id: int, step: str, now: dt.datetime, until: dt.datetime) -> Claim | None:
        """Begin a step; None where it is done, or where another has it now."""
        ...

    async def postpone(self, step: str, until: dt.datetime) -> None:
        """Leave a step that could not be done until a moment."""
        ...

    async def finish(
        self, schedule_id: int, step: str, result: int = 0, change: Callable[[Kept], Kept] | None = None
    ) -> None:
        """Note that a step is done and what it became, and change the schedule with it."""
        ...

    async def forget_steps(self, schedule_id: int, begin: str) -> None:
        """Forget the steps whose ids begin with a text."""
        ...

    async def remind(self, schedule_id: int, member: Member, by: By | None, at: dt.datetime) -> None:
        """Note how a member wants to be reminded of a schedule's meetings, or with None that they do not."""
        ...

    async def reminded(self, schedule_id: int) -> Mapping[Member, By]:
        """Return who wants to be reminded, and how."""
        ...
