"""Changing a schedule: move, shift, pause, resume, cancel. Each returns what would be; nothing of the past changes.

A section is of the past once its meeting has begun or its thread is open: what members have talked about keeps its
range, its date and its ceiling. What is ahead keeps its number, so that calendars know it again.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from bot.club.reached import Reached
from bot.club.schedules.differences import Change
from bot.club.schedules.keeping import dated, each_ahead, going_on, in_order, one_ahead, since
from bot.club.schedules.plan import Schedule, ScheduleState, Section, SectionState
from bot.club.schedules.wishes import NotPossible
from corpus.books import Book, Slug, Unit

MOST_DAYS = 366
"""Days by which a schedule can be shifted at once."""

_DAY = dt.timedelta(days=1)
_WEEK = dt.timedelta(days=7)


def moved(schedule: Schedule, number: int, day: dt.date, at: dt.time | None, now: dt.datetime) -> Change:
    """Return a schedule with one meeting on another day, or at another time. Raises NotPossible."""
    one_ahead(schedule, number, now)
    sections = each_ahead(
        schedule, now, lambda s: dated(s, day, at or s.at, schedule.zone) if s.number == number else s
    )
    return in_order(schedule, replace(schedule, sections=sections), now)


def ended(schedule: Schedule, number: int, last: int, now: dt.datetime) -> Change:
    """Return a schedule with one section that ends with another mark; the next begins after it. Raises NotPossible."""
    chosen = one_ahead(schedule, number, now)
    follows = next((section for section in schedule.live if section.number > number), None)
    if follows is None:
        raise NotPossible("The last section ends with the book. Change the end of the section before it.")
    if not chosen.first <= last < follows.last:
        raise NotPossible(f"Section {number} can end with {chosen.first} to {follows.last - 1}. Write one of these.")
    if schedule.whole.unit == Unit.PERCENT and last % 5:
        raise NotPossible("Sections in percent end at multiples of 5. Write one of these.")
    ranges = {number: (chosen.first, last), follows.number: (last + 1, follows.last)}
    sections = each_ahead(schedule, now, lambda s: _cut(s, *ranges.get(s.number, (s.first, s.last))))
    return in_order(schedule, replace(schedule, sections=sections), now)


def shifted(schedule: Schedule, number: int, days: int, now: dt.datetime) -> Change:
    """Return a schedule with a section and all after it so many days later, or earlier. Raises NotPossible."""
    one_ahead(schedule, number, now)
    if not days or abs(days) > MOST_DAYS:
        raise NotPossible(f"Shift by 1 to {MOST_DAYS} days, later or earlier.")
    sections = each_ahead(schedule, now, lambda s: _later(s, days, schedule.zone) if s.number >= number else s)
    return in_order(schedule, replace(schedule, sections=sections), now)


def freed(schedule: Schedule, also: Mapping[Slug, Book]) -> Change:
    """Return a schedule whose threads to come may speak freely of these other books, and of no more."""
    going_on(schedule)
    free = {slug: Reached.in_book(book, book.marks) for slug, book in also.items() if slug != schedule.book}
    return Change(schedule, replace(schedule, also=free))


def paused(schedule: Schedule, now: dt.datetime) -> Change:
    """Return a schedule that stands still: events that members see are cancelled, and come back when it goes on."""
    going_on(schedule)
    if schedule.state is ScheduleState.PAUSED:
        raise NotPossible("The schedule is paused already. Resume it when you go on.")
    sections = each_ahead(schedule, now, lambda s: replace(s, event=0, sequence=s.sequence + 1))
    return Change(schedule, replace(schedule, sections=sections, state=ScheduleState.PAUSED, paused_at=now))


def resumed(schedule: Schedule, now: dt.datetime) -> Change:
    """Return a schedule that goes on. Where a meeting was missed, all of them move on by whole weeks.

    They move so far that there is as much time to read as there was at the pause, a week at the most. Meetings of
    every day move by days.
    """
    if schedule.state is not ScheduleState.PAUSED:
        raise NotPossible("The schedule is not paused. Shift it if meetings are to be later.")
    paused_at = since(schedule, now)
    left = [section for section in schedule.live if section.ahead(paused_at)]
    days = _missed(left, paused_at, now) if left and left[0].meets <= now else 0
    sections = each_ahead(schedule, now, lambda s: replace(_later(s, days, schedule.zone), sequence=s.sequence + 1))
    return in_order(schedule, replace(schedule, sections=sections, state=ScheduleState.RUNNING, paused_at=None), now)


def cancelled(schedule: Schedule, now: dt.datetime) -> Change:
    """Return a schedule that has come to its end: what is open stays open, and nothing follows."""
    going_on(schedule)
    sections = each_ahead(schedule, now, lambda s: replace(s, state=SectionState.CANCELLED, event=0))
    return Change(schedule, replace(schedule, sections=sections, state=ScheduleState.CANCELLED, paused_at=None))


def _missed(left: Sequence[Section], paused_at: dt.datetime, now: dt.datetime) -> int:
    """Return by how many days meetings move when the first of those that are left was missed."""
    daily = len(left) > 1 and all(b.day - a.day == _DAY for a, b in pairwise(left))
    step = _DAY if daily else _WEEK
    time_to_read = min(left[0].meets - paused_at, _WEEK)
    return math.ceil((now + time_to_read - left[0].meets) / step) * step.days


def _later(section: Section, days: int, zone: str) -> Section:
    return dated(section, section.day + days * _DAY, section.at, zone)


def _cut(section: Section, first: int, last: int) -> Section:
    """Return a section with another range; its ceiling goes along where it was the end of the section."""
    return replace(
        section, first=first, last=last, ceiling=last if section.ceiling == section.last else section.ceiling
    )
