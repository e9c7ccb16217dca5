"""What is to be done for a schedule at a moment: threads, ceilings, opening messages, events, reminders.

Nothing is done here. Whoever does it keeps the ids of steps that are done; the same schedule at the same moment gives
the same steps, so that a crash or a second process repeats nothing. A change of a meeting renews its event and its
reminders, and never its thread.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum

from bot.features.schedules.plan import Schedule, ScheduleState, Section, SectionState
from corpus.text import plural

EVENT_AHEAD = dt.timedelta(days=7)
"""How long before a meeting its event is created: one or two are open at a time, and Discord allows 100 in a club."""

ON_TIME = dt.timedelta(minutes=15)
"""Up to here nobody notices."""

TOO_LATE = dt.timedelta(days=1)
"""From here on the organiser decides."""


class Kind(StrEnum):
    """What is to be done; at the same moment, in this order."""

    EVENT = "event"
    DAY_BEFORE = "day-before"
    HOUR_BEFORE = "hour-before"
    THREAD = "thread"
    CEILING = "ceiling"
    OPENING = "opening"


class Lateness(StrEnum):
    """How late a step is: done as usual, done with a word about it, or left to the organiser."""

    ON_TIME = "on time"
    LATE = "late"
    TOO_LATE = "too late"


_BEFORE = {
    Kind.EVENT: EVENT_AHEAD,
    Kind.DAY_BEFORE: dt.timedelta(hours=24),
    Kind.HOUR_BEFORE: dt.timedelta(hours=1),
    Kind.THREAD: dt.timedelta(),
    Kind.CEILING: dt.timedelta(),
    Kind.OPENING: dt.timedelta(),
}
_RENEWED = (Kind.EVENT, Kind.DAY_BEFORE, Kind.HOUR_BEFORE)


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do for a section; `id` is the same whenever it is asked for."""

    id: str
    schedule: int
    section: int
    kind: Kind
    due: dt.datetime
    lateness: Lateness = Lateness.ON_TIME
    late_by: dt.timedelta = dt.timedelta()


def due(
    schedule: Schedule, now: dt.datetime, done: Collection[str] = (), post_now: Collection[int] = ()
) -> tuple[Step, ...]:
    """Return the steps that are due and not done, in the order in which to do them.

    Those that are too late are for the organiser: `post_now` are the numbers of sections that they want all the same.
    """
    if schedule.state is not ScheduleState.RUNNING:
        return ()
    steps = (step for section in schedule.live for step in _steps(schedule, section, now, section.number in post_now))
    ready = [step for step in steps if step.due <= now and step.id not in done]
    return tuple(sorted(ready, key=lambda step: (step.due, step.section, list(Kind).index(step.kind))))


def next_due(schedule: Schedule, now: dt.datetime) -> dt.datetime | None:
    """Return when something becomes due next, for waking up then; None where nothing will."""
    if schedule.state is not ScheduleState.RUNNING:
        return None
    steps = (step for section in schedule.live for step in _steps(schedule, section, now, False))
    return min((step.due for step in steps if step.due > now), default=None)


def to_decide(steps: Collection[Step]) -> tuple[int, ...]:
    """Return the numbers of the sections that wait for *Post now* or *Skip*."""
    return tuple(dict.fromkeys(step.section for step in steps if step.lateness is Lateness.TOO_LATE))


def late_note(step: Step) -> str:
    """Return what is said of a step that is done late, and nothing of one that is on time."""
    if step.lateness is Lateness.ON_TIME:
        return ""
    minutes = int(step.late_by / dt.timedelta(minutes=1))
    for size, name in ((24 * 60, "day"), (60, "hour"), (1, "minute")):
        if minutes >= size:
            return f"This comes {plural(minutes // size, name)} late: I was away."
    return ""


def _steps(schedule: Schedule, section: Section, now: dt.datetime, wanted: bool) -> Iterator[Step]:
    """Yield the steps of a section that there still are at a moment, due or not."""
    if section.state in (SectionState.SKIPPED, SectionState.CANCELLED):
        return
    for kind, before in _BEFORE.items():
        at = section.meets - before
        if kind in _RENEWED:
            there = now < section.meets and not (kind is Kind.EVENT and section.event)
            there = there and not (kind is Kind.DAY_BEFORE and now >= section.meets - _BEFORE[Kind.HOUR_BEFORE])
            late_by = dt.timedelta()  # an event and a reminder are in time until the meeting begins
        else:
            there = not (kind is Kind.THREAD and section.thread)
            late_by = max(now - at, dt.timedelta())
        if there:
            yield Step(_id(schedule, section, kind), schedule.id, section.number, kind, at,
                       _lateness(late_by, wanted), late_by)  # fmt: skip


def _lateness(late_by: dt.timedelta, wanted: bool) -> Lateness:
    if late_by <= ON_TIME:
        return Lateness.ON_TIME
    return Lateness.LATE if late_by < TOO_LATE or wanted else Lateness.TOO_LATE


def _id(schedule: Schedule, section: Section, kind: Kind) -> str:
    changes = f":{section.sequence}" if kind in _RENEWED else ""
    return f"s{schedule.id}:{section.number}:{kind}{changes}"
