"""What every change of a schedule keeps: the past, the order of meetings, and a count of changes for calendars."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

from bot.club.schedules.differences import Change
from bot.club.schedules.plan import Schedule, ScheduleState, Section
from bot.club.schedules.times import moment
from bot.club.schedules.wishes import NotPossible


def going_on(schedule: Schedule) -> None:
    """Raise NotPossible for a schedule that was cancelled."""
    if schedule.state is ScheduleState.CANCELLED:
        raise NotPossible("The schedule is cancelled. Create a new one.")


def since(schedule: Schedule, now: dt.datetime) -> dt.datetime:
    """Return the moment before which all is past: now, or when the schedule was paused, for nothing happened since."""
    return schedule.paused_at or now


def one_ahead(schedule: Schedule, number: int, now: dt.datetime) -> Section:
    """Return a section that can still be changed. Raises NotPossible."""
    going_on(schedule)
    ahead = [section for section in schedule.live if section.ahead(since(schedule, now))]
    chosen = next((section for section in ahead if section.number == number), None)
    if chosen is not None:
        return chosen
    if not ahead:
        raise NotPossible("No section is ahead that could be changed. Create a new schedule.")
    raise NotPossible(f"Section {number} cannot be changed. Write one of {ahead[0].number} to {ahead[-1].number}.")


def dated(section: Section, day: dt.date, at: dt.time, zone: str) -> Section:
    """Return a section with its meeting at a time of day in a zone."""
    return replace(section, day=day, at=at, meets=moment(day, at, zone).utc)


def raised(before: Section, after: Section) -> Section:
    """Return a changed section with its sequence raised, and an unchanged one as it was."""
    return after if after == before else replace(after, sequence=before.sequence + 1)


def each_ahead(schedule: Schedule, now: dt.datetime, change: Callable[[Section], Section]) -> tuple[Section, ...]:
    """Return the sections of a schedule with each one ahead changed."""
    start = since(schedule, now)
    return tuple(raised(s, change(s)) if s.ahead(start) else s for s in schedule.sections)


def in_order(before: Schedule, after: Schedule, now: dt.datetime) -> Change:
    """Return the change from one schedule to another. Raises NotPossible where meetings lose their order."""
    live = after.live
    for earlier, later in pairwise(live):
        if later.meets <= earlier.meets:
            raise NotPossible(f"Section {later.number} would not come after section {earlier.number}. Shift both.")
    for section in live:
        old = before.section(section.number)
        if section.meets <= now and (old is None or old.meets != section.meets):
            raise NotPossible(f"Section {section.number} would be in the past. Choose a later date.")
    return Change(before, after)
