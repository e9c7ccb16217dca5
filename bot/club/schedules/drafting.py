"""A wish for a book as a draft: which sections, and when each is met for. Nothing is kept before it is confirmed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice, pairwise
from typing import Literal

from dateutil.rrule import DAILY, MONTHLY, WEEKLY, rrule
from dateutil.rrule import weekday as rule_day

from bot.club.schedules.sections import MOST, Range, cut_as_said, cut_by_size, cut_evenly
from bot.club.schedules.times import Moment, local, moment
from bot.club.schedules.wishes import Every, NotPossible, Pace, Per, Rhythm, Wish, day_name
from corpus.books import Book
from corpus.text import plural

_FREQUENCIES: Mapping[Every, Literal[1, 2, 3]] = {Every.DAY: DAILY, Every.WEEK: WEEKLY, Every.MONTH: MONTHLY}
_FARTHEST = dt.timedelta(days=5 * 365)


@dataclass(frozen=True, slots=True)
class Slot:
    """A section of a draft: its range, and the day and the time of day that were wished for."""

    range: Range
    day: dt.date
    at: dt.time


@dataclass(frozen=True, slots=True)
class Draft:
    """Sections with their dates in a zone, what was understood, and notes on times that the clocks make doubtful."""

    zone: str
    slots: tuple[Slot, ...]
    understood: tuple[str, ...]
    notes: tuple[str, ...] = ()


def drafted(wish: Wish, book: Book, zone: str, now: dt.datetime, *, after: int = 0) -> Draft:
    """Return the draft for what comes after a mark. A zone within the words goes before `zone`. Raises NotPossible."""
    zone = wish.zone or zone
    today = local(now, zone).date()
    if wish.at is None:
        raise NotPossible("At what time do you meet? Add for example “at 8pm”.")
    rhythm = _rhythm(wish)
    ranges, days = _matched(wish, rhythm, book, today, after)
    slots = tuple(Slot(each, day, wish.at) for each, day in zip(ranges, days, strict=True))
    moments = [moment(slot.day, slot.at, zone) for slot in slots]
    _checked(slots, moments, now)
    return Draft(zone, slots, wish.understood(), tuple(m.note for m in moments if m.note))


def _rhythm(wish: Wish) -> Rhythm | None:
    """Return the rhythm that was said, or that follows from the rest: five a week from a day is weekly on that day."""
    if wish.rhythm or wish.dates or (wish.own and all(own.on for own in wish.own)):
        rhythm = wish.rhythm
    elif wish.pace and wish.pace.per is not Per.MEETING:
        rhythm = Rhythm(Every(wish.pace.per))
    elif wish.span:
        rhythm = Rhythm(wish.span.every)
    else:
        rhythm = Rhythm(Every.WEEK)
    if rhythm and not rhythm.weekdays and rhythm.every is not Every.DAY and wish.first is None:
        raise NotPossible("On which day do you meet? Add for example “Fridays”, or the date of the first meeting.")
    return rhythm


def _matched(
    wish: Wish, rhythm: Rhythm | None, book: Book, today: dt.date, after: int
) -> tuple[Sequence[Range], Sequence[dt.date]]:
    """Return as many sections as days. Raises NotPossible where what was said of both does not go together."""
    if rhythm is None:
        days = [own.on for own in wish.own if own.on] or [day for day in wish.dates if day not in wish.skipped]
        ranges = _ranges(wish, None, book, len(days), after)
        if len(ranges) != len(days):
            raise NotPossible(
                f"That makes {plural(len(ranges), 'section')} and {plural(len(days), 'date')}. Match them."
            )
        return ranges, days
    if wish.dates:
        raise NotPossible("Write either dates or a rhythm such as “Fridays”, not both.")
    first = wish.first or today + dt.timedelta(days=1)
    days = _days(rhythm, wish, first)
    limited = bool(wish.until or wish.span)
    ranges = _ranges(wish, rhythm, book, len(days) if limited else 0, after)
    if limited and len(ranges) > len(days):
        raise NotPossible(
            f"That makes {plural(len(ranges), 'section')}, and there are {plural(len(days), 'meeting')} in that time. "
            "Read more for every meeting, or take longer."
        )
    return ranges, days[: len(ranges)]


def _ranges(wish: Wish, rhythm: Rhythm | None, book: Book, meetings: int, after: int) -> Sequence[Range]:
    said = [
        name for name, there in (("sections", wish.own), ("how much", wish.pace), ("how many", wish.count)) if there
    ]
    if len(said) > 1:
        raise NotPossible("Write either your own sections, or how much for each meeting, or how many sections.")
    if wish.own:
        return cut_as_said(book, wish.own, after=after)
    if wish.pace:
        return cut_by_size(book, _size(wish.pace, rhythm), wish.pace.unit, after=after)
    if not (wish.count or meetings):
        raise NotPossible("How much do you read for each meeting? Add for example “5 chapters a week” or “in 6 weeks”.")
    return cut_evenly(book, wish.count or meetings, by_pages=wish.by_pages, after=after)


def _size(pace: Pace, rhythm: Rhythm | None) -> Fraction:
    """Return how much is read for one meeting."""
    if pace.per is Per.MEETING:
        return Fraction(pace.number)
    if rhythm is not None:
        days = {Per.DAY: 1, Per.WEEK: 7}.get(pace.per)
        if rhythm.every is Every.MONTH and pace.per is Per.MONTH:
            return Fraction(pace.number * rhythm.interval, max(1, len(rhythm.weekdays)))
        if rhythm.every is Every.WEEK and days:
            return Fraction(pace.number * 7 * rhythm.interval, days * max(1, len(rhythm.weekdays)))
        if rhythm.every is Every.DAY and days:
            return Fraction(pace.number * rhythm.interval, days)
    raise NotPossible(f"How much is that for each meeting? Write for example “{pace.number} {pace.unit}s a meeting”.")


def _days(rhythm: Rhythm, wish: Wish, first: dt.date) -> list[dt.date]:
    """Return the days of meetings from a day on: those in the time that was said, or as many as there may be."""
    on = tuple(rule_day(day, rhythm.nth) if rhythm.nth else rule_day(day) for day in rhythm.weekdays) or None
    frequency = _FREQUENCIES[rhythm.every]
    start = dt.datetime.combine(first, dt.time())
    # Weeks that are left out are counted from that of the first meeting, not from that of the day asked for.
    start = next(iter(rrule(frequency, dtstart=start, byweekday=on)))
    until = dt.datetime.combine(wish.until, dt.time()) if wish.until else None
    if wish.span:
        end = list(rrule(_FREQUENCIES[wish.span.every], dtstart=start, count=2, interval=wish.span.number))[1]
        until = min(filter(None, (until, end - dt.timedelta(days=1))))
    rule = rrule(frequency, dtstart=start, interval=rhythm.interval, byweekday=on, until=until)
    days = list(islice((each.date() for each in rule if each.date() not in wish.skipped), MOST + 1))
    if not days:
        raise NotPossible("There is no meeting in that time. Write a later end.")
    return days


def _checked(slots: Sequence[Slot], moments: Sequence[Moment], now: dt.datetime) -> None:
    for before, after in pairwise(moments):
        if after.utc <= before.utc:
            raise NotPossible("The sections have to be in the order of their dates. Write the dates in that order.")
    if moments[0].utc <= now:
        raise NotPossible(f"{day_name(slots[0].day)} at {slots[0].at:%H:%M} is over. Write a later day.")
    if moments[-1].utc > now + _FARTHEST:
        raise NotPossible(f"{day_name(slots[-1].day)} is too far away. Write an earlier day.")
