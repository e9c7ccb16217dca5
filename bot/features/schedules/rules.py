"""A schedule: a book, its sections, when each is met for, and what is to be done at a moment."""

import datetime as dt
import math
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, replace
from enum import StrEnum
from fractions import Fraction
from itertools import islice, pairwise, takewhile
from typing import Annotated, Any, Literal

from dateutil.relativedelta import relativedelta
from dateutil.rrule import DAILY, MONTHLY, WEEKLY, rrule
from dateutil.rrule import weekday as rule_day
from pydantic import BeforeValidator, PlainSerializer, TypeAdapter

from bot.features.schedules.words import Every, Own, Pace, Rhythm, Wish
from bot.people import Member, Reached
from bot.reading_order.graph import by_publication
from bot.times import day_name, local, moment, zone_name
from corpus.books import Book, NotInBook, Slug, Unit, how_many, mark_finished
from corpus.errors import DogearError
from corpus.text import plural


class NotPossible(DogearError):
    """A wish that is understood and that cannot be done; the message says what to write."""


MEETING = dt.timedelta(hours=1)  # how long a meeting takes, as far as calendars want to know


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

    `sequence` counts its changes; `thread` and `event` are 0 before there are any in Discord.
    """

    number: int
    first: int
    last: int
    day: dt.date
    at: dt.time
    meets: dt.datetime
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
    books that may be spoken of freely in its threads. `card` is the message that shows it to everybody, in the channel
    `card_in`; 0 before there is one.
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
    card: int = 0
    card_in: int = 0

    @property
    def live(self) -> tuple[Section, ...]:
        """The sections that were not cancelled, in order; together they are the whole book."""
        return tuple(section for section in self.sections if section.state is not SectionState.CANCELLED)

    def ahead(self, now: dt.datetime) -> list[Section]:
        """Return the sections that can still be changed: not opened, and to come now, or when it was paused."""
        ahead = [section for section in self.live if section.state is SectionState.AHEAD and not section.thread]
        return [section for section in ahead if section.meets > (self.paused_at or now)]

    def section(self, number: int) -> Section | None:
        """Return a section by its number."""
        return next((section for section in self.sections if section.number == number), None)

    def with_section(self, number: int, **fields: Any) -> "Schedule":  # noqa: ANN401 (of a section)
        """Return the schedule with other fields of one section."""
        return replace(self, sections=tuple(replace(s, **fields) if s.number == number else s for s in self.sections))

    def ceiling(self, section: Section) -> dict[Slug, Reached]:
        """Return how far a section's thread may go, by book."""
        return {**self.also, self.book: Reached(section.last, self.whole.of, self.whole.unit)}


MOST_SECTIONS = 52  # sections of a schedule: one a week for a year

Ends = tuple[int, ...]
"""The marks at which sections end, in order; each section begins after the one before, and the last ends the book."""


def cut_evenly(book: Book, number: int, *, after: int = 0) -> Ends:
    """Return the ends of so many sections of what comes after a mark, as even as can be. Raises NotPossible."""
    _check_number(number)
    left = _left(book, after)
    if number > left:
        raise NotPossible(f"The rest of “{book.title}” makes at most {plural(left, 'section')}.")
    return tuple(after + (2 * left * n + number) // (2 * number) for n in range(1, number + 1))


def cut_by_size(book: Book, size: Fraction, unit: Unit, *, after: int = 0) -> Ends:
    """Return the ends of sections of so much, each at the last mark that is over by then. Raises NotPossible."""
    _left(book, after)
    if (count := how_many(unit, book)) is None:
        what = "percent" if book.unit is Unit.PERCENT else f"{book.unit.value}s"
        known = f"I don’t know the {unit.value}s of “{book.title}”."
        raise NotPossible(f"{known} Write it in {what}, or as a number of sections.")

    def over(number: float | Fraction) -> int:
        return mark_finished(unit, Fraction(number), book)

    start = bisect_left(range(count + 1), after, key=over)
    number = math.ceil((count - start) / size)
    _check_number(number)
    ends = {over(start + size * n) for n in range(1, number)}
    return (*sorted(end for end in ends if after < end < book.marks), book.marks)


def cut_as_said(book: Book, own: Sequence[Own], *, after: int = 0) -> Ends:
    """Return the ends of the organiser's own sections. Raises NotPossible where they leave something out or overlap."""
    ends = [after]
    for each in own:
        last = book.marks if each.last is None else _mark(book, each.unit, each.last)
        if last <= ends[-1] or ends[-1] not in {_mark(book, each.unit, max(0, each.first - n)) for n in (0, 1)}:
            said = f"{each.first}–{'end' if each.last is None else each.last}"
            place = book.reading_name(ends[-1])
            raise NotPossible(f"{said} doesn’t follow the section before. Begin it after {place}.")
        ends.append(last)
    if ends[-1] != book.marks:
        raise NotPossible(
            f"The last section ends at {book.reading_name(ends[-1])}, but the book goes on. End it with “end”."
        )
    _check_number(len(own))
    return tuple(ends[1:])


def _check_number(number: int) -> None:
    if not 1 <= number <= MOST_SECTIONS:
        raise NotPossible(f"A schedule has 1 to {MOST_SECTIONS} sections; this would be {number}.")


def _left(book: Book, after: int) -> int:
    """Return how many marks come after one. Raises NotPossible."""
    if after >= book.marks:
        raise NotPossible(f"There is nothing left to read in “{book.title}”.")
    return book.marks - after


def _mark(book: Book, unit: Unit | None, number: int) -> int:
    """Return the last mark that is over at a place of the organiser's own."""
    try:
        return mark_finished(unit, Fraction(number), book)
    except NotInBook as error:
        raise NotPossible(f"{error} Write sections that the book has.") from error


_FREQUENCIES: Mapping[Every, Literal[1, 2, 3]] = {Every.DAY: DAILY, Every.WEEK: WEEKLY, Every.MONTH: MONTHLY}


def drafted(
    wish: Wish, book: Book, zone: str, now: dt.datetime, *, after: int = 0, number: int = 1, ends: Ends = ()
) -> tuple[Section, ...]:
    """Return the sections for what comes after a mark, numbered from `number`. Raises NotPossible.

    With `ends` they end there, whatever the wish says.
    """
    if wish.at is None:
        raise NotPossible("At what time do you meet? Add for example “at 8pm”.")
    ends, days = _matched(wish, book, local(now, zone).date(), after, ends)
    sections = tuple(
        Section(n, begin + 1, end, day, wish.at, moment(day, wish.at, zone))
        for n, ((begin, end), day) in enumerate(zip(pairwise((after, *ends)), days, strict=True), number)
    )
    first = sections[0]
    if any(later.meets <= earlier.meets for earlier, later in pairwise(sections)):
        raise NotPossible("The dates are not in order. Write the earliest first.")
    if first.meets <= now:
        raise NotPossible(f"{day_name(first.day)} at {first.at:%H:%M} has passed. Write a later day.")
    return sections


def _matched(
    wish: Wish, book: Book, today: dt.date, after: int, ends: Ends = ()
) -> tuple[Ends, Sequence[dt.date]]:  # fmt: skip
    """Return as many sections as days. Raises NotPossible where what was said of both does not go together."""
    dates = [own.on for own in wish.own if own.on] or [day for day in wish.dates if day not in wish.skipped]
    if dates and wish.rhythm:
        raise NotPossible("Write either dates or a rhythm such as “Fridays”, not both.")
    rhythm = None if dates else _rhythm(wish)
    days = _days(rhythm, wish, wish.first or today + dt.timedelta(days=1)) if rhythm else dates
    ends = ends or _ends(wish, rhythm, book, len(days) if dates or wish.until or wish.span else 0, after)
    if len(ends) > len(days) or (dates and len(ends) < len(days)):
        raise NotPossible(
            f"That makes {plural(len(ends), 'section')}, but there are {plural(len(days), 'meeting')} in that time. "
            "Change how much you read for each, or how long you take."
        )
    return ends, days[: len(ends)]


def _rhythm(wish: Wish) -> Rhythm:
    """Return the rhythm that was said, or that follows from the rest: five a week from a day is weekly on that day."""
    per = wish.pace.per if wish.pace else Every.MEETING
    every = per if per is not Every.MEETING else wish.span.every if wish.span else Every.WEEK
    rhythm = wish.rhythm or Rhythm(every)
    if not rhythm.weekdays and rhythm.every is not Every.DAY and wish.first is None:
        raise NotPossible("On which day do you meet? Add for example “Fridays”, or the date of the first meeting.")
    return rhythm


def _ends(wish: Wish, rhythm: Rhythm | None, book: Book, meetings: int, after: int) -> Ends:
    if sum(map(bool, (wish.own, wish.pace, wish.count))) > 1:
        raise NotPossible("Write either your own sections, or how much for each meeting, or how many sections.")
    if wish.own:
        return cut_as_said(book, wish.own, after=after)
    if wish.pace:
        return cut_by_size(book, _size(wish.pace, rhythm), wish.pace.unit, after=after)
    if not (wish.count or meetings):
        raise NotPossible("How much do you read for each meeting? Add for example “5 chapters a week” or “in 6 weeks”.")
    return cut_evenly(book, wish.count or meetings, after=after)


def _size(pace: Pace, rhythm: Rhythm | None) -> Fraction:
    """Return how much is read for one meeting."""
    if pace.per is Every.MEETING:
        return Fraction(pace.number)
    for length in ({"day": 1, "week": 7}, {"month": 1}):  # months are not so many days
        if rhythm and rhythm.every in length and pace.per in length:
            read = Fraction(pace.number * length[rhythm.every] * rhythm.interval, length[pace.per])
            return read / max(1, len(rhythm.weekdays))
    raise NotPossible(f"How much is that for each meeting? Write for example “{pace.number} {pace.unit}s a meeting”.")


def _days(rhythm: Rhythm, wish: Wish, first: dt.date) -> list[dt.date]:
    """Return the days of meetings from a day on: those in the time that was said, or as many as there may be."""
    on = tuple(rule_day(day, rhythm.nth) if rhythm.nth else rule_day(day) for day in rhythm.weekdays) or None
    rule = rrule(_FREQUENCIES[rhythm.every], dtstart=dt.datetime.combine(first, dt.time()), byweekday=on)
    # Weeks that are left out are counted from that of the first meeting, not from that of the day asked for.
    rule = rule.replace(dtstart=next(iter(rule)), interval=rhythm.interval)
    until = wish.until or dt.date.max
    if wish.span:
        length = relativedelta(**{f"{wish.span.every}s": wish.span.number})  # type: ignore[arg-type]
        until = min(until, rule[0].date() + length - dt.timedelta(days=1))
    held = takewhile(lambda day: day <= until, (each.date() for each in rule))
    days = list(islice((day for day in held if day not in wish.skipped), MOST_SECTIONS + 1))
    if not days:
        raise NotPossible("There is no meeting in that time. Write a later end date.")
    return days


def planned(
    wish: Wish, book: Book, also: Iterable[Book], now: dt.datetime, *, zone: str, place: int, organiser: Member
) -> Schedule:
    """Return the schedule that a wish becomes; a zone within the words goes before `zone`. Raises NotPossible."""
    zone = wish.zone or zone
    sections, whole = drafted(wish, book, zone, now), Reached.in_book(book, book.marks)
    free = {other.slug: Reached.in_book(other, other.marks) for other in also if other.slug != book.slug}
    return Schedule(0, organiser.club, place, organiser.id, book.slug, book.title, whole, zone, sections, free)


def perhaps_free(book: Book, books: Mapping[Slug, Book]) -> list[Book]:
    """Return the other books that threads about a book may speak of: what it asks for, its series, then all others."""
    asked = {need.book for need in book.requires}

    def rank(other: Book) -> object:
        return other.slug not in asked, not book.series or other.series != book.series, by_publication(other)

    return sorted((other for other in books.values() if other.slug != book.slug), key=rank)  # type: ignore[arg-type]


MAX_TITLE = 100  # Discord: characters in the name of a thread, a forum post or a scheduled event


def mark_name(schedule: Schedule, mark: int) -> str:
    """Return how people name a mark of the book: “chapter 5”, “45%”."""
    return f"{mark}%" if schedule.whole.unit == Unit.PERCENT else f"{schedule.whole.unit} {mark}"


def range_name(schedule: Schedule, section: Section) -> str:
    """Return how people name a section's stretch of the book: “chapters 1–5”, “chapter 6”, “20–40%”."""
    unit, first, last = schedule.whole.unit, section.first, section.last
    if unit == Unit.PERCENT:
        return f"{first - 1}–{last}%"
    return f"{unit} {first}" if first == last else f"{unit}s {first}–{last}"


def thread_title(schedule: Schedule, section: Section) -> str:
    """Return the title of a section's thread or event: “Smiley's People, chapters 1–5”, a long book title cut short."""
    stretch = f", {range_name(schedule, section)}"
    room = MAX_TITLE - len(stretch)
    title = schedule.title if len(schedule.title) <= room else schedule.title[: room - 1].rstrip() + "…"
    return title + stretch


def ceiling_name(schedule: Schedule, section: Section) -> str:
    """Return how far a section's thread may go: “up to chapter 5”, “up to the end”."""
    return f"up to {'the end' if section.last >= schedule.whole.of else mark_name(schedule, section.last)}"


def read_now(schedule: Schedule, now: dt.datetime) -> Section:
    """Return the section that met last, or else the first one."""
    met = [s for s in schedule.live if s.meets <= now and s.state is not SectionState.SKIPPED]
    return met[-1] if met else schedule.live[0]


def date_name(meets: dt.datetime, zone: str) -> str:
    """Return a moment as the clocks of the zone show it: “Friday 5 January 2029, 20:00”."""
    there = local(meets, zone)
    return f"{day_name(there.date())}, {there:%H:%M}"


def section_name(schedule: Schedule, section: Section) -> str:
    """Return a section by its number, its stretch of the book and its date."""
    return f"{section.number}. {range_name(schedule, section)} · {date_name(section.meets, schedule.zone)}"


def preview(schedule: Schedule) -> list[str]:
    """Return a schedule's lines: what and where the clocks are, and every section."""
    state = "" if schedule.state is ScheduleState.RUNNING else f", {schedule.state}"
    lines = [f"{schedule.title}, in {zone_name(schedule.zone)}{state}"]
    for section in schedule.live:
        became = "" if section.state is SectionState.AHEAD else f" · {section.state}"
        lines.append(f"{section_name(schedule, section)} · {ceiling_name(schedule, section)}{became}")
    return lines


_SCHEDULE = TypeAdapter(Schedule)


def written(schedule: Schedule) -> dict[str, Any]:
    """Return the plan of a schedule as plain values: all of it that has no column of its own."""
    columns = {"id", "club", "place", "organiser", "book", "state"}
    plain: dict[str, Any] = _SCHEDULE.dump_python(schedule, mode="json", exclude=columns)
    return plain


def read(plan: Mapping[str, Any], **columns: int | str) -> Schedule:
    """Return the schedule of a plan that was written, and of the columns beside it."""
    return _SCHEDULE.validate_python({**plan, **columns})


ON_TIME = dt.timedelta(minutes=15)  # up to here nobody notices
TOO_LATE = dt.timedelta(days=1)  # from here on the organiser decides


class StepKind(StrEnum):
    """What is to be done; at the same moment, in this order. The card is that of the whole schedule."""

    CARD = "card"
    EVENT = "event"
    DAY_BEFORE = "day-before"
    HOUR_BEFORE = "hour-before"
    THREAD = "thread"
    CEILING = "ceiling"
    OPENING = "opening"


_BEFORE = {
    StepKind.EVENT: dt.timedelta(days=7),  # one or two are open at a time, and Discord allows 100 in a club
    StepKind.DAY_BEFORE: dt.timedelta(hours=24),
    StepKind.HOUR_BEFORE: dt.timedelta(hours=1),
}
"""What is done so long before a meeting, and anew where the meeting moves; all else is done once, when it begins."""


@dataclass(frozen=True, slots=True)
class ScheduleStep:
    """One thing to do for a section, late by so much; with `too_late`, the organiser decides whether it is done."""

    id: str
    section: int
    kind: StepKind
    due: dt.datetime
    late: dt.timedelta = dt.timedelta()
    too_late: bool = False

    @property
    def note(self) -> str:
        """What is said of a step that is done late, and nothing of one that is on time."""
        return late_note(self.late)


def late_note(late: dt.timedelta) -> str:
    """Return what is said of a step that is done late by so much, and nothing of one that is on time."""
    minutes = late // dt.timedelta(minutes=1)
    for size, name in ((24 * 60, "day"), (60, "hour"), (1, "minute")):
        if late > ON_TIME and minutes >= size:
            return f"This comes {plural(minutes // size, name)} late: I was offline."
    return ""


def due(
    schedule: Schedule, now: dt.datetime, done: Collection[str] = (), post_now: Collection[int] = ()
) -> list[ScheduleStep]:
    """Return the steps that are due and not done, in the order in which to do them.

    Those that are too late are for the organiser: `post_now` are the numbers of sections that they want all the same.
    """
    ready = [step for step in _steps(schedule, now, post_now) if step.due <= now and step.id not in done]
    return sorted(ready, key=lambda step: (step.due, step.section))


def next_due(schedule: Schedule, now: dt.datetime) -> dt.datetime | None:
    """Return when something becomes due next, for waking up then; None where nothing will."""
    return min((step.due for step in _steps(schedule, now) if step.due > now), default=None)


def to_decide(steps: Collection[ScheduleStep]) -> tuple[int, ...]:
    """Return the numbers of the sections that wait for *Post now* or *Skip*."""
    return tuple(dict.fromkeys(step.section for step in steps if step.too_late))


def _steps(schedule: Schedule, now: dt.datetime, wanted: Collection[int] = ()) -> Iterator[ScheduleStep]:
    """Yield the steps of a running schedule that there still are at a moment, due or not."""
    for section in schedule.live if schedule.state is ScheduleState.RUNNING else ():
        begins, hour = section.meets, section.meets - _BEFORE[StepKind.HOUR_BEFORE]
        for kind in list(StepKind)[1:] if section.state is not SectionState.SKIPPED else ():
            name = f"s{schedule.id}:{section.number}:{kind}"
            if before := _BEFORE.get(kind):  # in time until the meeting begins
                over = hour if kind is StepKind.DAY_BEFORE else begins
                if now < over and not (kind is StepKind.EVENT and section.event):
                    yield ScheduleStep(f"{name}:{section.sequence}", section.number, kind, begins - before)
            elif not (kind is StepKind.THREAD and section.thread):
                late = max(now - begins, dt.timedelta())
                too_late = late >= TOO_LATE and section.number not in wanted
                yield ScheduleStep(name, section.number, kind, begins, late, too_late)
