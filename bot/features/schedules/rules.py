"""A schedule: a book, its sections, when each is met for, and what is to be done at a moment."""

import datetime as dt
import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, replace
from enum import StrEnum
from fractions import Fraction
from itertools import islice, pairwise
from typing import Any, Literal

from dateutil.rrule import DAILY, MONTHLY, WEEKLY, rrule
from dateutil.rrule import weekday as rule_day
from pydantic import TypeAdapter

from bot.people import Reached
from bot.reading_order.graph import by_publication
from bot.times import WEEKDAYS, Moment, day_name, local, moment
from corpus.books import Book, NotInBook, Slug, Unit, mark_finished
from corpus.errors import DogearError
from corpus.text import plural


class NotPossible(DogearError):
    """A wish that is understood and that cannot be done; the message says what to write."""


class Every(StrEnum):
    """What a rhythm counts."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Meetings every `interval` days, weeks or months.

    Of weeks, `weekdays` says on which days, and none says: on that of the first meeting. Of months, `nth` says which
    of the weekdays (-1 is the last), and 0 says: on the day of the month of the first meeting.
    """

    every: Every
    interval: int = 1
    weekdays: tuple[int, ...] = ()
    nth: int = 0


class Per(StrEnum):
    """How often a pace is read."""

    MEETING = "meeting"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Pace:
    """So many chapters, pages or percent for every meeting, or for every day, week or month."""

    number: int
    unit: Unit
    per: Per


@dataclass(frozen=True, slots=True)
class Span:
    """How long the whole schedule takes, in days, weeks or months."""

    number: int
    every: Every


@dataclass(frozen=True, slots=True)
class Own:
    """A section of the organiser's own: first and last of a unit (None: marks), None for the end, and its date."""

    first: int
    last: int | None
    unit: Unit | None = None
    on: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Wish:
    """All that was said. `first` is the earliest day that the first meeting may have."""

    rhythm: Rhythm | None = None
    at: dt.time | None = None
    zone: str = ""
    pace: Pace | None = None
    count: int = 0
    span: Span | None = None
    by_pages: bool = False
    first: dt.date | None = None
    until: dt.date | None = None
    dates: tuple[dt.date, ...] = ()
    skipped: tuple[dt.date, ...] = ()
    own: tuple[Own, ...] = ()

    def understood(self) -> tuple[str, ...]:
        """Return what was understood, one short line each, for showing it back."""
        own = ", ".join(_own(each) for each in self.own)
        return tuple(
            filter(
                None,
                (
                    _rhythm(self.rhythm) if self.rhythm else "",
                    f"at {self.at:%H:%M}" if self.at else "",
                    f"in the time of {self.zone}" if self.zone else "",
                    _pace(self.pace) if self.pace else "",
                    f"{plural(self.count, 'section')}" if self.count else "",
                    f"over {plural(self.span.number, self.span.every.value)}" if self.span else "",
                    "even by pages" if self.by_pages else "",
                    f"from {day_name(self.first)}" if self.first else "",
                    f"until {day_name(self.until)}" if self.until else "",
                    f"on {', '.join(map(day_name, self.dates))}" if self.dates else "",
                    f"not on {', '.join(map(day_name, self.skipped))}" if self.skipped else "",
                    f"sections {own}" if own else "",
                ),
            )
        )


def _rhythm(rhythm: Rhythm) -> str:
    days = " and ".join(filter(None, (", ".join(WEEKDAYS[d] for d in rhythm.weekdays[:-1]),
                                      "".join(WEEKDAYS[d] for d in rhythm.weekdays[-1:]))))  # fmt: skip
    if rhythm.nth:
        which = {-1: "last", 1: "first", 2: "second", 3: "third", 4: "fourth"}[rhythm.nth]
        return f"the {which} {days} of " + (
            "every month" if rhythm.interval == 1 else f"every {rhythm.interval} months"
        )
    often = f"every {rhythm.every}" if rhythm.interval == 1 else f"every {rhythm.interval} {rhythm.every}s"
    if not days:
        return often
    return f"every {days}" if rhythm.interval == 1 else f"{often} on {days}"


def _pace(pace: Pace) -> str:
    number = f"{pace.number}%" if pace.unit is Unit.PERCENT else plural(pace.number, pace.unit.value)
    return f"{number} a {pace.per}"


def _own(own: Own) -> str:
    unit = f"{own.unit} " if own.unit not in (None, Unit.PERCENT) else ""
    last = "the end" if own.last is None else f"{own.last}{'%' if own.unit is Unit.PERCENT else ''}"
    ends = f"{own.first}" if own.first == own.last else f"{own.first}–{last}"
    return f"{unit}{ends}" + (f" on {day_name(own.on)}" if own.on else "")


MOST = 52
"""Sections of a schedule: one a week for a year."""

PERCENT_STEP = 5
"""A section of a book that is counted in percent ends at a multiple of this."""


@dataclass(frozen=True, slots=True)
class Range:
    """A section's first and last mark."""

    first: int
    last: int


def cut_evenly(book: Book, number: int, *, by_pages: bool = False, after: int = 0) -> tuple[Range, ...]:
    """Return what comes after a mark in so many sections, even by marks or by pages. Raises NotPossible."""
    _checked_number(number)
    unit = Unit.PAGE if by_pages else book.unit
    start, end = _counted(book, unit, after), _counted(book, unit, book.marks)
    cuts = _cuts(book, after)
    if number > len(cuts) + 1:
        raise NotPossible(f"The rest of “{book.title}” makes at most {plural(len(cuts) + 1, 'section')}.")
    places = (start + (end - start) * n / number for n in range(1, number))
    ends: list[int] = []
    for n, place in enumerate(places):
        free = cuts[: len(cuts) - (number - 2 - n)]  # the sections after this one need an end each
        ends.append(_nearest(book, unit, [cut for cut in free if not ends or cut > ends[-1]], place))
    return _between(book, after, ends)


def cut_by_size(book: Book, size: Fraction, unit: Unit, *, after: int = 0) -> tuple[Range, ...]:
    """Return what comes after a mark in sections of so many chapters, pages, parts or percent. Raises NotPossible.

    A section ends at the end of a mark that is nearest, and two that would end at the same one are one section.
    """
    if unit is Unit.PART and book.unit is not Unit.PART:
        return _by_parts(book, size, after)
    start, end = _counted(book, unit, after), _counted(book, unit, book.marks)
    cuts = _cuts(book, after)
    if book.unit is Unit.PERCENT and size * book.marks / end < PERCENT_STEP:
        raise NotPossible(f"“{book.title}” is counted in percent. Read at least {PERCENT_STEP}% for each meeting.")
    number = math.ceil((end - start) / size)
    if number > MOST:
        raise NotPossible(f"That makes {number} sections, but {MOST} is the maximum. Read more for each meeting.")
    near = {_nearest(book, unit, (after, *cuts, book.marks), start + size * n) for n in range(1, number)}
    return _between(book, after, sorted(near - {after, book.marks}))


def cut_as_said(book: Book, own: Sequence[Own], *, after: int = 0) -> tuple[Range, ...]:
    """Return the organiser's own sections. Raises NotPossible where they leave something out or overlap."""
    ranges: list[Range] = []
    for n, each in enumerate(own):
        begin = ranges[-1].last if ranges else after
        last = book.marks if each.last is None else _mark(book, each.unit, each.last)
        if last <= begin or not _follows(book, begin, each, own[n - 1] if n else None):
            said = f"{each.first}–{'end' if each.last is None else each.last}"
            raise NotPossible(f"{said} doesn’t follow the section before. Begin it after {book.reading_name(begin)}.")
        ranges.append(Range(begin + 1, last))
    return checked(book, ranges, after=after)


def checked(book: Book, ranges: Iterable[Range], *, after: int = 0) -> tuple[Range, ...]:
    """Return sections that cover all that comes after a mark, once and in order. Raises NotPossible."""
    done = tuple(ranges)
    _checked_number(len(done))
    begin = after
    for each in done:
        if each.first != begin + 1 or each.last < each.first:
            raise NotPossible(
                f"Sections must follow each other without gaps. Begin the next one after {book.reading_name(begin)}."
            )
        if book.unit is Unit.PERCENT and each.last % PERCENT_STEP and each.last != book.marks:
            raise NotPossible(f"“{book.title}” is counted in percent. End every section at a multiple of 5%.")
        begin = each.last
    if begin != book.marks:
        raise NotPossible(
            f"The last section ends at {book.reading_name(begin)}, but the book goes on. End it with “end”."
        )
    return done


def _cuts(book: Book, after: int) -> list[int]:
    """Return the marks at which a section may end before the end of the book."""
    if after >= book.marks:
        raise NotPossible(f"There is nothing left to read in “{book.title}”.")
    step = PERCENT_STEP if book.unit is Unit.PERCENT else 1
    return [mark for mark in range(after + 1, book.marks) if mark % step == 0]


def _between(book: Book, after: int, ends: Sequence[int]) -> tuple[Range, ...]:
    return checked(book, (Range(a + 1, b) for a, b in pairwise((after, *ends, book.marks))), after=after)


def _counted(book: Book, unit: Unit, mark: int) -> Fraction:
    """Return how many chapters, pages or percent end with a mark. Raises NotPossible where that is not known."""
    if unit is book.unit:
        return Fraction(mark)
    if unit is Unit.PERCENT:
        return Fraction(100 * mark, book.marks)
    if unit is Unit.PAGE and book.mark_ends:
        return Fraction(book.mark_ends[mark - 1] if mark else 0)
    if unit is Unit.PAGE and book.pages and book.unit is Unit.PERCENT:
        return Fraction(mark * book.pages, book.marks)
    what = "percent" if book.unit is Unit.PERCENT else f"{book.unit.value}s"
    known = f"I don’t know where the {unit.value}s of “{book.title}” end."
    raise NotPossible(f"{known} Write it in {what}, or as a number of sections.")


def _nearest(book: Book, unit: Unit, cuts: Sequence[int], place: Fraction) -> int:
    """Return the mark that ends nearest to a place in the book; of two, the later."""
    return min(cuts, key=lambda cut: (abs(_counted(book, unit, cut) - place), -cut))


def _by_parts(book: Book, size: Fraction, after: int) -> tuple[Range, ...]:
    ends = [part.last_mark for part in book.parts if part.last_mark > after]
    if not ends:
        raise NotPossible(f"I don’t know the parts of “{book.title}”. Write a number of sections instead.")
    many = max(1, math.floor(size))
    return _between(book, after, [end for end in ends[many - 1 :: many] if end < book.marks])


def _follows(book: Book, begin: int, own: Own, before: Own | None) -> bool:
    """Return whether a section begins where it has to; percent and pages may name the end of the one before again."""
    starts = {_mark(book, own.unit, max(0, own.first - 1))}
    if own.unit in (Unit.PERCENT, Unit.PAGE) or book.unit is Unit.PERCENT:
        if before is not None and before.last is not None and before.unit is own.unit:
            return own.first in (before.last, before.last + 1)
        starts.add(_mark(book, own.unit, own.first))
    return begin in starts


def _mark(book: Book, unit: Unit | None, number: int) -> int:
    """Return the mark at which a place of the organiser's own ends; a page stands for the nearest end of a mark."""
    try:
        mark = mark_finished(unit, Fraction(number), book)
    except NotInBook as error:
        raise NotPossible(f"{error} Write sections that the book has.") from error
    if unit is not Unit.PAGE or not book.mark_ends or not number:
        return mark
    return min(range(book.marks + 1), key=lambda each: abs(_counted(book, unit, each) - number))


def _checked_number(number: int) -> None:
    if not 1 <= number <= MOST:
        raise NotPossible(f"A schedule has 1 to {MOST} sections; this would be {number}.")


_FREQUENCIES: Mapping[Every, Literal[1, 2, 3]] = {Every.DAY: DAILY, Every.WEEK: WEEKLY, Every.MONTH: MONTHLY}
_FARTHEST = dt.timedelta(days=5 * 365)


@dataclass(frozen=True, slots=True)
class Slot:
    """A section of a draft: its range, and the day and the time of day that were wished for."""

    range: Range
    day: dt.date
    at: dt.time


@dataclass(frozen=True, slots=True)
class DraftSchedule:
    """Sections with their dates in a zone, and what was understood."""

    zone: str
    slots: tuple[Slot, ...]
    understood: tuple[str, ...]


def drafted(wish: Wish, book: Book, zone: str, now: dt.datetime, *, after: int = 0) -> DraftSchedule:
    """Return the draft for what comes after a mark. A zone within the words goes before `zone`. Raises NotPossible."""
    zone = wish.zone or zone
    today = local(now, zone).date()
    if wish.at is None:
        raise NotPossible("At what time do you meet? Add for example “at 8pm”.")
    rhythm = _rhythm_drafting(wish)
    ranges, days = _matched(wish, rhythm, book, today, after)
    slots = tuple(Slot(each, day, wish.at) for each, day in zip(ranges, days, strict=True))
    moments = [moment(slot.day, slot.at, zone) for slot in slots]
    _checked(slots, moments, now)
    return DraftSchedule(zone, slots, wish.understood())


def _rhythm_drafting(wish: Wish) -> Rhythm | None:
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
                f"That makes {plural(len(ranges), 'section')} but {plural(len(days), 'date')}. They must match."
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
            f"That makes {plural(len(ranges), 'section')}, but there are only {plural(len(days), 'meeting')} in that "
            "time. Read more for each meeting, or take longer."
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
            raise NotPossible("The dates are not in order. Write the earliest first.")
    if moments[0].utc <= now:
        raise NotPossible(f"{day_name(slots[0].day)} at {slots[0].at:%H:%M} has passed. Write a later day.")
    if moments[-1].utc > now + _FARTHEST:
        raise NotPossible(f"{day_name(slots[-1].day)} is too far away. Write an earlier day.")


MEETING = dt.timedelta(hours=1)
"""How long a meeting takes, as far as calendars want to know."""


class SectionState(StrEnum):
    """What became of a section."""

    AHEAD = "ahead"
    OPENED = "opened"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"


class ScheduleState(StrEnum):
    """What becomes of a schedule."""

    RUNNING = "running"
    PAUSED = "paused"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Section:
    """A section: marks `first` to `last`, met for on `day` at `at` in the schedule's zone, which is `meets` in UTC.

    `ceiling` is how far its thread may go. `sequence` counts its changes; `thread` and `event` are 0 before there are
    any in Discord.
    """

    number: int
    first: int
    last: int
    day: dt.date
    at: dt.time
    meets: dt.datetime
    ceiling: int
    state: SectionState = SectionState.AHEAD
    sequence: int = 0
    thread: int = 0
    event: int = 0

    def ahead(self, now: dt.datetime) -> bool:
        """Return whether the section can still be changed: its meeting is to come, and nothing of it was opened."""
        return self.state is SectionState.AHEAD and not self.thread and self.meets > now

    def begun(self, now: dt.datetime) -> bool:
        """Return whether the section is of the past, which no change touches."""
        return self.state is not SectionState.CANCELLED and not self.ahead(now)


@dataclass(frozen=True, slots=True)
class Schedule:
    """A club's schedule for a book in a place; `id` is 0 before it is kept.

    `title` and `whole` are the book's title and how it was counted when the schedule was made. `also` are the other
    books that may be spoken of freely in its threads.
    """

    id: int
    club: int
    place: int
    organiser: int
    book: Slug
    title: str
    whole: Reached
    zone: str
    sections: tuple[Section, ...]
    also: Mapping[Slug, Reached]
    state: ScheduleState = ScheduleState.RUNNING
    paused_at: dt.datetime | None = None

    @property
    def live(self) -> tuple[Section, ...]:
        """The sections that were not cancelled, in order; together they are the whole book."""
        return tuple(section for section in self.sections if section.state is not SectionState.CANCELLED)

    def section(self, number: int) -> Section | None:
        """Return a section by its number."""
        return next((section for section in self.sections if section.number == number), None)

    def with_section(self, section: Section) -> "Schedule":
        """Return the schedule with one section in place of the earlier one of that number."""
        return replace(self, sections=tuple(section if s.number == section.number else s for s in self.sections))

    def ceiling(self, section: Section) -> dict[Slug, Reached]:
        """Return how far a section's thread may go, by book."""
        return {**self.also, self.book: Reached(section.ceiling, self.whole.of, self.whole.unit)}


def planned(
    draft: DraftSchedule, book: Book, also: Mapping[Slug, Book], *, club: int, place: int, organiser: int
) -> Schedule:
    """Return the schedule that a confirmed draft becomes, not yet kept."""
    sections = tuple(section_of(slot, number, draft.zone) for number, slot in enumerate(draft.slots, 1))
    free = {slug: Reached.in_book(other, other.marks) for slug, other in also.items() if slug != book.slug}
    whole = Reached.in_book(book, book.marks)
    return Schedule(0, club, place, organiser, book.slug, book.title, whole, draft.zone, sections, free)


def section_of(slot: Slot, number: int, zone: str) -> Section:
    """Return the section that a slot of a draft becomes; its thread goes as far as it does."""
    meets = moment(slot.day, slot.at, zone).utc
    return Section(number, slot.range.first, slot.range.last, slot.day, slot.at, meets, slot.range.last)


def perhaps_free(book: Book, books: Mapping[Slug, Book]) -> tuple[Book, ...]:
    """Return the other books that threads about a book may be allowed to speak of: what it asks for goes first.

    After that come what those ask for in turn, the earlier and then the later books of its series, and all others.
    """
    asked: list[Slug] = []
    here = [book]
    while here:
        needs = sorted((need for each in here for need in each.requires), key=lambda need: need.need != "first")
        fresh = dict.fromkeys(n.book for n in needs if n.book in books and n.book not in (*asked, book.slug))
        asked += fresh
        here = [books[slug] for slug in fresh]
    rest = [other for slug, other in books.items() if slug not in asked and slug != book.slug]
    own = by_publication(book)
    rest.sort(key=lambda other: (not book.series or other.series != book.series, by_publication(other) > own,
                                 by_publication(other)))  # fmt: skip
    return (*(books[slug] for slug in asked), *rest)


MAX_TITLE = 100
"""Discord: characters in the name of a thread, a forum post or a scheduled event."""

_STATES = {SectionState.OPENED: "opened", SectionState.SKIPPED: "skipped", SectionState.CANCELLED: "cancelled"}


def range_name(schedule: Schedule, first: int, last: int) -> str:
    """Return how people name a stretch of the book: “chapters 1–5”, “chapter 6”, “20–40%”."""
    unit, of = schedule.whole.unit, schedule.whole.of
    if unit == Unit.PERCENT:
        return f"{_percent(first - 1, of)}–{_percent(last, of)}%"
    return f"{unit} {first}" if first == last else f"{unit}s {first}–{last}"


def thread_title(schedule: Schedule, section: Section) -> str:
    """Return the title of a section's thread or event: “Smiley's People, chapters 1–5”, a long book title cut short."""
    stretch = f", {range_name(schedule, section.first, section.last)}"
    room = MAX_TITLE - len(stretch)
    title = schedule.title if len(schedule.title) <= room else schedule.title[: room - 1].rstrip() + "…"
    return title + stretch


def ceiling_name(schedule: Schedule, mark: int) -> str:
    """Return how far a thread may go: “up to chapter 5”, “up to the end”."""
    if mark >= schedule.whole.of:
        return "up to the end"
    if schedule.whole.unit == Unit.PERCENT:
        return f"up to {_percent(mark, schedule.whole.of)}%"
    return f"up to {schedule.whole.unit} {mark}"


def date_name(meets: dt.datetime, zone: str) -> str:
    """Return a moment as the clocks of the zone show it: “Friday 5 January 2029, 20:00”."""
    there = local(meets, zone)
    return f"{day_name(there.date())}, {there:%H:%M}"


def section_line(schedule: Schedule, section: Section) -> str:
    """Return a section's line: its number, range, date and ceiling, and what became of it."""
    parts = [
        f"{section.number}. {range_name(schedule, section.first, section.last)}",
        date_name(section.meets, schedule.zone),
        ceiling_name(schedule, section.ceiling),
        _STATES.get(section.state, ""),
    ]
    return " · ".join(filter(None, parts))


def preview(schedule: Schedule) -> tuple[str, ...]:
    """Return a schedule's lines: what and where the clocks are, every section, and what the clocks make doubtful."""
    paused = {ScheduleState.RUNNING: "", ScheduleState.PAUSED: ", paused", ScheduleState.CANCELLED: ", cancelled"}
    times = (moment(s.day, s.at, schedule.zone).note for s in schedule.live if s.state is SectionState.AHEAD)
    return (
        f"{schedule.title}, times of {schedule.zone}{paused[schedule.state]}",
        *(section_line(schedule, section) for section in schedule.live),
        *filter(None, times),
    )


def _percent(mark: int, of: int) -> int:
    return round(100 * mark / of)


_Whole = tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class _Plan:
    title: str
    whole: _Whole
    zone: str
    sections: tuple[Section, ...]
    also: dict[Slug, _Whole]
    paused_at: dt.datetime | None


_PLAN = TypeAdapter(_Plan)


def written(schedule: Schedule) -> dict[str, Any]:
    """Return the plan of a schedule as plain values."""
    also = {slug: astuple(reached) for slug, reached in schedule.also.items()}
    plan = _Plan(schedule.title, astuple(schedule.whole), schedule.zone, schedule.sections, also, schedule.paused_at)
    plain: dict[str, Any] = _PLAN.dump_python(plan, mode="json")
    return plain


def read(
    plain: Mapping[str, Any], *, id: int, club: int, place: int, organiser: int, book: str, state: str  # noqa: A002 (its name)
) -> Schedule:  # fmt: skip
    """Return the schedule of a plan that was written."""
    plan = _PLAN.validate_python(plain)
    also = {slug: Reached(*reached) for slug, reached in plan.also.items()}
    return Schedule(
        id, club, place, organiser, book, plan.title, Reached(*plan.whole), plan.zone, plan.sections, also,
        ScheduleState(state), plan.paused_at,
    )  # fmt: skip


EVENT_AHEAD = dt.timedelta(days=7)
"""How long before a meeting its event is created: one or two are open at a time, and Discord allows 100 in a club."""

ON_TIME = dt.timedelta(minutes=15)
"""Up to here nobody notices."""

TOO_LATE = dt.timedelta(days=1)
"""From here on the organiser decides."""


class StepKind(StrEnum):
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
    StepKind.EVENT: EVENT_AHEAD,
    StepKind.DAY_BEFORE: dt.timedelta(hours=24),
    StepKind.HOUR_BEFORE: dt.timedelta(hours=1),
    StepKind.THREAD: dt.timedelta(),
    StepKind.CEILING: dt.timedelta(),
    StepKind.OPENING: dt.timedelta(),
}
_RENEWED = (StepKind.EVENT, StepKind.DAY_BEFORE, StepKind.HOUR_BEFORE)


@dataclass(frozen=True, slots=True)
class ScheduleStep:
    """One thing to do for a section; `id` is the same whenever it is asked for."""

    id: str
    schedule: int
    section: int
    kind: StepKind
    due: dt.datetime
    lateness: Lateness = Lateness.ON_TIME
    late_by: dt.timedelta = dt.timedelta()


def due(
    schedule: Schedule, now: dt.datetime, done: Collection[str] = (), post_now: Collection[int] = ()
) -> tuple[ScheduleStep, ...]:
    """Return the steps that are due and not done, in the order in which to do them.

    Those that are too late are for the organiser: `post_now` are the numbers of sections that they want all the same.
    """
    if schedule.state is not ScheduleState.RUNNING:
        return ()
    steps = (step for section in schedule.live for step in _steps(schedule, section, now, section.number in post_now))
    ready = [step for step in steps if step.due <= now and step.id not in done]
    return tuple(sorted(ready, key=lambda step: (step.due, step.section, list(StepKind).index(step.kind))))


def next_due(schedule: Schedule, now: dt.datetime) -> dt.datetime | None:
    """Return when something becomes due next, for waking up then; None where nothing will."""
    if schedule.state is not ScheduleState.RUNNING:
        return None
    steps = (step for section in schedule.live for step in _steps(schedule, section, now, False))
    return min((step.due for step in steps if step.due > now), default=None)


def to_decide(steps: Collection[ScheduleStep]) -> tuple[int, ...]:
    """Return the numbers of the sections that wait for *Post now* or *Skip*."""
    return tuple(dict.fromkeys(step.section for step in steps if step.lateness is Lateness.TOO_LATE))


def late_note(step: ScheduleStep) -> str:
    """Return what is said of a step that is done late, and nothing of one that is on time."""
    if step.lateness is Lateness.ON_TIME:
        return ""
    minutes = int(step.late_by / dt.timedelta(minutes=1))
    for size, name in ((24 * 60, "day"), (60, "hour"), (1, "minute")):
        if minutes >= size:
            return f"This comes {plural(minutes // size, name)} late: I was offline."
    return ""


def _steps(schedule: Schedule, section: Section, now: dt.datetime, wanted: bool) -> Iterator[ScheduleStep]:
    """Yield the steps of a section that there still are at a moment, due or not."""
    if section.state in (SectionState.SKIPPED, SectionState.CANCELLED):
        return
    for kind, before in _BEFORE.items():
        at = section.meets - before
        if kind in _RENEWED:
            there = now < section.meets and not (kind is StepKind.EVENT and section.event)
            there = there and not (kind is StepKind.DAY_BEFORE and now >= section.meets - _BEFORE[StepKind.HOUR_BEFORE])
            late_by = dt.timedelta()  # an event and a reminder are in time until the meeting begins
        else:
            there = not (kind is StepKind.THREAD and section.thread)
            late_by = max(now - at, dt.timedelta())
        if there:
            yield ScheduleStep(_id(schedule, section, kind), schedule.id, section.number, kind, at,
                       _lateness(late_by, wanted), late_by)  # fmt: skip


def _lateness(late_by: dt.timedelta, wanted: bool) -> Lateness:
    if late_by <= ON_TIME:
        return Lateness.ON_TIME
    return Lateness.LATE if late_by < TOO_LATE or wanted else Lateness.TOO_LATE


def _id(schedule: Schedule, section: Section, kind: StepKind) -> str:
    changes = f":{section.sequence}" if kind in _RENEWED else ""
    return f"s{schedule.id}:{section.number}:{kind}{changes}"
