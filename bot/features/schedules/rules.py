"""A schedule: a book, its sections, when each is met for, and what is to be done at a moment."""

import datetime as dt
import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, replace
from enum import StrEnum
from fractions import Fraction
from itertools import islice, pairwise
from typing import Annotated, Any, Literal

from dateutil.rrule import DAILY, MONTHLY, WEEKLY, rrule
from dateutil.rrule import weekday as rule_day
from pydantic import BeforeValidator, PlainSerializer, TypeAdapter

from bot.features.schedules.words import Every, Own, Pace, Per, Rhythm, Wish
from bot.people import Member, Reached
from bot.reading_order.graph import by_publication
from bot.times import day_name, local, moment
from corpus.books import Book, NotInBook, Slug, Unit, mark_finished
from corpus.errors import DogearError
from corpus.text import plural


class NotPossible(DogearError):
    """A wish that is understood and that cannot be done; the message says what to write."""


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


KeptReached = Annotated[Reached, BeforeValidator(lambda plain: Reached(*plain)), PlainSerializer(astuple)]
"""In a kept plan, this is a list."""


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
    whole: KeptReached
    zone: str
    sections: tuple[Section, ...]
    also: Mapping[Slug, KeptReached]
    state: ScheduleState = ScheduleState.RUNNING
    paused_at: dt.datetime | None = None

    @property
    def live(self) -> tuple[Section, ...]:
        """The sections that were not cancelled, in order; together they are the whole book."""
        return tuple(section for section in self.sections if section.state is not SectionState.CANCELLED)

    def since(self, now: dt.datetime) -> dt.datetime:
        """Return the moment before which all is past: now, or when it was paused, for nothing happened since."""
        return self.paused_at or now

    def ahead(self, now: dt.datetime) -> list[Section]:
        """Return the sections that can still be changed: the meeting is to come, and nothing of it was opened."""
        start, state = self.since(now), SectionState.AHEAD
        return [section for section in self.live if section.state is state and not section.thread
                and section.meets > start]  # fmt: skip

    def section(self, number: int) -> Section | None:
        """Return a section by its number."""
        return next((section for section in self.sections if section.number == number), None)

    def with_section(self, section: Section) -> "Schedule":
        """Return the schedule with one section in place of the earlier one of that number."""
        return replace(self, sections=tuple(section if s.number == section.number else s for s in self.sections))

    def ceiling(self, section: Section) -> dict[Slug, Reached]:
        """Return how far a section's thread may go, by book."""
        return {**self.also, self.book: Reached(section.ceiling, self.whole.of, self.whole.unit)}


MOST_SECTIONS = 52
"""Sections of a schedule: one a week for a year."""

PERCENT_STEP = 5
"""A section of a book that is counted in percent ends at a multiple of this."""

Ends = tuple[int, ...]
"""The marks at which sections end, in order; each section begins after the one before, and the last ends the book."""


def cut_evenly(book: Book, number: int, *, by_pages: bool = False, after: int = 0) -> Ends:
    """Return the ends of so many sections of what comes after a mark, even by marks or by pages. Raises NotPossible."""
    _check_number(number)
    unit = Unit.PAGE if by_pages else book.unit
    start, end = _counted(book, unit, after), _counted(book, unit, book.marks)
    cuts = _cuts(book, after)
    if number > len(cuts) + 1:
        raise NotPossible(f"The rest of “{book.title}” makes at most {plural(len(cuts) + 1, 'section')}.")
    ends = [after]
    for n in range(1, number):
        free = cuts[: len(cuts) - (number - 1 - n)]  # the sections after this one need an end each
        place = start + (end - start) * n / number
        ends.append(_nearest(book, unit, [cut for cut in free if cut > ends[-1]], place))
    return (*ends[1:], book.marks)


def cut_by_size(book: Book, size: Fraction, unit: Unit, *, after: int = 0) -> Ends:
    """Return the ends of sections of so many chapters, pages, parts or percent, after a mark. Raises NotPossible.

    A section ends at the end of a mark that is nearest, and two that would end at the same one are one section.
    """
    if unit is Unit.PART and book.unit is not Unit.PART:
        return _cut_by_parts(book, size, after)
    start, end = _counted(book, unit, after), _counted(book, unit, book.marks)
    cuts = _cuts(book, after)
    if book.unit is Unit.PERCENT and size * book.marks / end < PERCENT_STEP:
        raise NotPossible(f"“{book.title}” is counted in percent. Read at least {PERCENT_STEP}% for each meeting.")
    number = math.ceil((end - start) / size)
    if number > MOST_SECTIONS:
        raise NotPossible(
            f"That makes {number} sections, but {MOST_SECTIONS} is the maximum. Read more for each meeting."
        )
    near = {_nearest(book, unit, (after, *cuts, book.marks), start + size * n) for n in range(1, number)}
    return (*sorted(near - {after, book.marks}), book.marks)


def cut_as_said(book: Book, own: Sequence[Own], *, after: int = 0) -> Ends:
    """Return the ends of the organiser's own sections. Raises NotPossible where they leave something out or overlap."""
    ends = [after]
    for before, each in zip([None, *own], own, strict=False):
        last = book.marks if each.last is None else _mark(book, each.unit, each.last)
        if last <= ends[-1] or not _follows(book, ends[-1], each, before):
            said = f"{each.first}–{'end' if each.last is None else each.last}"
            place = book.reading_name(ends[-1])
            raise NotPossible(f"{said} doesn’t follow the section before. Begin it after {place}.")
        ends.append(last)
    if ends[-1] != book.marks:
        raise NotPossible(
            f"The last section ends at {book.reading_name(ends[-1])}, but the book goes on. End it with “end”."
        )
    return _checked(book, ends[1:])


def _cut_by_parts(book: Book, size: Fraction, after: int) -> Ends:
    parts = [part.last_mark for part in book.parts if part.last_mark > after]
    if not parts:
        raise NotPossible(f"I don’t know the parts of “{book.title}”. Write a number of sections instead.")
    many = max(1, math.floor(size))
    return _checked(book, [*(end for end in parts[many - 1 :: many] if end < book.marks), book.marks])


def _checked(book: Book, ends: Sequence[int]) -> Ends:
    _check_number(len(ends))
    if book.unit is Unit.PERCENT and any(end % PERCENT_STEP and end != book.marks for end in ends):
        raise NotPossible(f"“{book.title}” is counted in percent. End every section at a multiple of 5%.")
    return tuple(ends)


def _check_number(number: int) -> None:
    if not 1 <= number <= MOST_SECTIONS:
        raise NotPossible(f"A schedule has 1 to {MOST_SECTIONS} sections; this would be {number}.")


def _cuts(book: Book, after: int) -> list[int]:
    """Return the marks at which a section may end before the end of the book."""
    if after >= book.marks:
        raise NotPossible(f"There is nothing left to read in “{book.title}”.")
    step = PERCENT_STEP if book.unit is Unit.PERCENT else 1
    return [mark for mark in range(after + 1, book.marks) if mark % step == 0]


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


_FREQUENCIES: Mapping[Every, Literal[1, 2, 3]] = {Every.DAY: DAILY, Every.WEEK: WEEKLY, Every.MONTH: MONTHLY}
_FARTHEST = dt.timedelta(days=5 * 365)


def drafted(
    wish: Wish, book: Book, zone: str, now: dt.datetime, *, after: int = 0, number: int = 1
) -> tuple[Section, ...]:
    """Return the sections for what comes after a mark, numbered from `number`. Raises NotPossible."""
    if wish.at is None:
        raise NotPossible("At what time do you meet? Add for example “at 8pm”.")
    ends, days = _matched(wish, _rhythm_drafting(wish), book, local(now, zone).date(), after)
    sections = tuple(
        Section(n, begin + 1, end, day, wish.at, moment(day, wish.at, zone).utc, end)
        for n, ((begin, end), day) in enumerate(zip(pairwise((after, *ends)), days, strict=True), number)
    )
    first, last = sections[0], sections[-1]
    if any(later.meets <= earlier.meets for earlier, later in pairwise(sections)):
        raise NotPossible("The dates are not in order. Write the earliest first.")
    if first.meets <= now:
        raise NotPossible(f"{day_name(first.day)} at {first.at:%H:%M} has passed. Write a later day.")
    if last.meets > now + _FARTHEST:
        raise NotPossible(f"{day_name(last.day)} is too far away. Write an earlier day.")
    return sections


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
) -> tuple[Ends, Sequence[dt.date]]:
    """Return as many sections as days. Raises NotPossible where what was said of both does not go together."""
    if rhythm is None:
        days = [own.on for own in wish.own if own.on] or [day for day in wish.dates if day not in wish.skipped]
        ends = _ends(wish, None, book, len(days), after)
        if len(ends) != len(days):
            raise NotPossible(
                f"That makes {plural(len(ends), 'section')} but {plural(len(days), 'date')}. They must match."
            )
        return ends, days
    if wish.dates:
        raise NotPossible("Write either dates or a rhythm such as “Fridays”, not both.")
    days = _days(rhythm, wish, wish.first or today + dt.timedelta(days=1))
    limited = bool(wish.until or wish.span)
    ends = _ends(wish, rhythm, book, len(days) if limited else 0, after)
    if limited and len(ends) > len(days):
        raise NotPossible(
            f"That makes {plural(len(ends), 'section')}, but there are only {plural(len(days), 'meeting')} in that "
            "time. Read more for each meeting, or take longer."
        )
    return ends, days[: len(ends)]


def _ends(wish: Wish, rhythm: Rhythm | None, book: Book, meetings: int, after: int) -> Ends:
    if sum(map(bool, (wish.own, wish.pace, wish.count))) > 1:
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
    for length in ({"day": 1, "week": 7}, {"month": 1}):  # months are not so many days
        if rhythm and rhythm.every in length and pace.per in length:
            read = Fraction(pace.number * length[rhythm.every] * rhythm.interval, length[pace.per])
            return read / max(1, len(rhythm.weekdays))
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
    days = list(islice((each.date() for each in rule if each.date() not in wish.skipped), MOST_SECTIONS + 1))
    if not days:
        raise NotPossible("There is no meeting in that time. Write a later end.")
    return days


def planned(
    wish: Wish, book: Book, also: Iterable[Book], now: dt.datetime, *, zone: str, place: int, organiser: Member
) -> Schedule:
    """Return the schedule that a wish becomes, not yet kept; a zone within the words goes before `zone`.

    Raises NotPossible.
    """
    zone = wish.zone or zone
    sections, whole = drafted(wish, book, zone, now), Reached.in_book(book, book.marks)
    who, free = (organiser.club, place, organiser.id), spoken_of(also, book.slug)
    return Schedule(0, *who, book.slug, book.title, whole, zone, sections, free)


def spoken_of(also: Iterable[Book], book: Slug) -> dict[Slug, Reached]:
    """Return how far other books may be spoken of freely beside the one that is read: to their ends."""
    return {other.slug: Reached.in_book(other, other.marks) for other in also if other.slug != book}


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


def range_name(schedule: Schedule, section: Section) -> str:
    """Return how people name a section's stretch of the book: “chapters 1–5”, “chapter 6”, “20–40%”."""
    unit, of, first, last = schedule.whole.unit, schedule.whole.of, section.first, section.last
    if unit == Unit.PERCENT:
        return f"{percent(first - 1, of)}–{percent(last, of)}%"
    return f"{unit} {first}" if first == last else f"{unit}s {first}–{last}"


def thread_title(schedule: Schedule, section: Section) -> str:
    """Return the title of a section's thread or event: “Smiley's People, chapters 1–5”, a long book title cut short."""
    stretch = f", {range_name(schedule, section)}"
    room = MAX_TITLE - len(stretch)
    title = schedule.title if len(schedule.title) <= room else schedule.title[: room - 1].rstrip() + "…"
    return title + stretch


def ceiling_name(schedule: Schedule, mark: int) -> str:
    """Return how far a thread may go: “up to chapter 5”, “up to the end”."""
    if mark >= schedule.whole.of:
        return "up to the end"
    if schedule.whole.unit == Unit.PERCENT:
        return f"up to {percent(mark, schedule.whole.of)}%"
    return f"up to {schedule.whole.unit} {mark}"


def date_name(meets: dt.datetime, zone: str) -> str:
    """Return a moment as the clocks of the zone show it: “Friday 5 January 2029, 20:00”."""
    there = local(meets, zone)
    return f"{day_name(there.date())}, {there:%H:%M}"


def preview(schedule: Schedule) -> tuple[str, ...]:
    """Return a schedule's lines: what and where the clocks are, every section, and what the clocks make doubtful."""
    state = "" if schedule.state is ScheduleState.RUNNING else f", {schedule.state}"
    lines, notes = [f"{schedule.title}, times of {schedule.zone}{state}"], []
    for section in schedule.live:
        name, date = range_name(schedule, section), date_name(section.meets, schedule.zone)
        became = "" if section.state is SectionState.AHEAD else f" · {section.state}"
        lines.append(f"{section.number}. {name} · {date} · {ceiling_name(schedule, section.ceiling)}{became}")
        if not became:
            notes.append(moment(section.day, section.at, schedule.zone).note)
    return (*lines, *filter(None, notes))


def percent(mark: int, of: int) -> int:
    """Return the percent of a book that end with a mark."""
    return round(100 * mark / of)


_SCHEDULE = TypeAdapter(Schedule)


def written(schedule: Schedule) -> dict[str, Any]:
    """Return the plan of a schedule as plain values: all of it that has no column of its own."""
    columns = {"id", "club", "place", "organiser", "book", "state"}
    plain: dict[str, Any] = _SCHEDULE.dump_python(schedule, mode="json", exclude=columns)
    return plain


def read(plan: Mapping[str, Any], **columns: int | str) -> Schedule:
    """Return the schedule of a plan that was written, and of the columns beside it."""
    return _SCHEDULE.validate_python({**plan, **columns})


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
    StepKind.EVENT: dt.timedelta(days=7),  # one or two are open at a time, and Discord allows 100 in a club
    StepKind.DAY_BEFORE: dt.timedelta(hours=24),
    StepKind.HOUR_BEFORE: dt.timedelta(hours=1),
}
"""What is done so long before a meeting, and anew where the meeting moves; all else is done once, when it begins."""


@dataclass(frozen=True, slots=True)
class ScheduleStep:
    """One thing to do for a section; `id` is the same whenever it is asked for."""

    id: str
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
    return tuple(sorted(ready, key=lambda step: (step.due, step.section)))


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
    begins, hour = section.meets, section.meets - _BEFORE[StepKind.HOUR_BEFORE]
    for kind in StepKind:
        name = f"s{schedule.id}:{section.number}:{kind}"
        if before := _BEFORE.get(kind):  # in time until the meeting begins
            over = hour if kind is StepKind.DAY_BEFORE else begins
            if now < over and not (kind is StepKind.EVENT and section.event):
                yield ScheduleStep(f"{name}:{section.sequence}", section.number, kind, begins - before)
        elif not (kind is StepKind.THREAD and section.thread):
            late_by = max(now - begins, dt.timedelta())
            yield ScheduleStep(name, section.number, kind, begins, _lateness(late_by, wanted), late_by)


def _lateness(late_by: dt.timedelta, wanted: bool) -> Lateness:
    if late_by <= ON_TIME:
        return Lateness.ON_TIME
    return Lateness.LATE if late_by < TOO_LATE or wanted else Lateness.TOO_LATE
