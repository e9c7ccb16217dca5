"""Changes of a schedule: each returns what would be, to be shown first, and nothing of the past changes."""

import datetime as dt
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise
from typing import Any, Self

from pydantic import TypeAdapter

from bot.features.schedules import rules
from bot.features.schedules.rules import NotPossible, Schedule, ScheduleState, Section, SectionState
from bot.features.schedules.words import Every, Rhythm, Wish, read_wish
from bot.people import Member, Reached
from bot.times import find_zone, local, moment, zone_name
from corpus.books import Book, Slug
from corpus.positions import parse_position

CHANGED = "The schedule has changed in the meantime. Look at it again with /schedule show, and start over."


@dataclass(frozen=True, slots=True)
class ScheduleChange:
    """A schedule before and after, to be shown first and kept once it is confirmed."""

    before: Schedule
    after: Schedule

    def preview(self) -> list[str]:
        """Return a line for everything that changes, and for what stays in Discord as it is."""
        before, after = self.before, self.after
        opened = sum(section.state is SectionState.OPENED for section in after.sections)
        threads = "The open thread stays as it is." if opened == 1 else f"The {opened} open threads stay as they are."
        sections = list(filter(None, map(self._line, after.sections)))
        said = (
            (before.state is not after.state, f"The schedule is {after.state}."),
            (before.zone != after.zone, f"Times are in {zone_name(after.zone)} now."),
            (before.place != after.place, "Future threads open in the other channel."),
            *((True, line) for line in sections),
            (bool(self.touched()), "Events that are in Discord already change with it."),
            (opened > 0, threads),
        )
        return [line for there, line in said if there] if before != after else ["Nothing would change."]

    def touched(self) -> list[int]:
        """Return the events in Discord that no longer show what the schedule says: its channel, a date or a range."""
        moves, after = self.before.place != self.after.place, self.after
        return [old.event for old in self.before.sections if old.event and (moves or after.section(old.number) != old)]

    def _line(self, new: Section) -> str:
        """Return what changes of a section; nothing where it stays as it is."""
        was, now = (
            (rules.range_name(schedule, section), rules.date_name(section.meets, schedule.zone))
            if section and section.state is not SectionState.CANCELLED else ()
            for schedule, section in ((self.before, self.before.section(new.number)), (self.after, new))
        )  # fmt: skip
        if was and now:
            said = "; ".join(f"{old} → {new}" for old, new in zip(was, now, strict=True) if old != new)
        else:
            said = f"{'new' if now else 'cancelled'}: {', '.join(was or now)}" if was or now else ""
        return f"{new.number}. {said}" if said else ""

    def check(self, now: dt.datetime) -> Self:
        """Return the same, where it can be made at a moment. Raises NotPossible."""
        begun = [section for section in self.before.live if section not in self.before.ahead(now)]
        if any(self.after.section(section.number) != section for section in begun):
            raise NotPossible(CHANGED)
        for earlier, later in pairwise(self.after.live):
            if later.meets <= earlier.meets:
                raise NotPossible(f"Section {later.number} would not come after section {earlier.number}. Shift both.")
        for section in self.after.live:
            old = self.before.section(section.number)
            if section.meets <= now and (old is None or old.meets != section.meets):
                raise NotPossible(f"Section {section.number} would be in the past. Choose a later date.")
        return self


def _one_ahead(schedule: Schedule, number: int, now: dt.datetime) -> Section:
    """Return a section that can still be changed, with 0 the first one. Raises NotPossible."""
    ahead = schedule.ahead(now)
    for section in ahead:
        if number in (0, section.number):
            return section
    if not ahead:
        raise NotPossible("There are no sections left to change. Create a new schedule.")
    raise NotPossible(f"Section {number} cannot be changed. Write one of {ahead[0].number} to {ahead[-1].number}.")


def _dated(section: Section, day: dt.date, at: dt.time, zone: str) -> Section:
    """Return a section with its meeting at a time of day in a zone."""
    return replace(section, day=day, at=at, meets=moment(day, at, zone))


def _later(section: Section, days: int, zone: str) -> Section:
    return _dated(section, section.day + days * _DAY, section.at, zone)


def _raised(before: Section, after: Section) -> Section:
    """Return a changed section with its sequence raised, and an unchanged one as it was."""
    return after if after == before else replace(after, sequence=before.sequence + 1)


def _changed(
    schedule: Schedule, now: dt.datetime, change: Callable[[Section], Section], **fields: Any,  # noqa: ANN401 (of Schedule)
) -> ScheduleChange:  # fmt: skip
    """Return a schedule with each section ahead changed, and other fields of it. Raises NotPossible."""
    ahead = schedule.ahead(now)
    sections = tuple(_raised(s, change(s)) if s in ahead else s for s in schedule.sections)
    return ScheduleChange(schedule, replace(schedule, sections=sections, **fields)).check(now)


_DAY = dt.timedelta(days=1)


def moved(schedule: Schedule, number: int, day: dt.date, at: dt.time | None, now: dt.datetime) -> ScheduleChange:
    """Return a schedule with one meeting on another day, or at another time. Raises NotPossible."""
    chosen = _one_ahead(schedule, number, now)
    return _changed(schedule, now, lambda s: _dated(s, day, at or s.at, schedule.zone) if s == chosen else s)


def ended(schedule: Schedule, number: int, last: int, now: dt.datetime) -> ScheduleChange:
    """Return a schedule with one section that ends with another mark; the next begins after it. Raises NotPossible."""
    chosen = _one_ahead(schedule, number, now)
    follows = next((section for section in schedule.live if section.number > chosen.number), None)
    if follows is None:
        raise NotPossible("The last section ends with the book. Change the end of the section before it.")
    if not chosen.first <= last < follows.last:
        most = follows.last - 1
        raise NotPossible(f"Section {chosen.number} can end with {chosen.first} to {most}. Write one of these.")
    cut = {chosen.number: replace(chosen, last=last), follows.number: replace(follows, first=last + 1)}
    return _changed(schedule, now, lambda section: cut.get(section.number, section))


def shifted(schedule: Schedule, number: int, days: int, now: dt.datetime) -> ScheduleChange:
    """Return a schedule with a section and all after it so many days later, or earlier. Raises NotPossible."""
    first = _one_ahead(schedule, number, now).number
    return _changed(schedule, now, lambda s: _later(s, days, schedule.zone) if s.number >= first else s)


def paused(schedule: Schedule, now: dt.datetime) -> ScheduleChange:
    """Return a schedule that stands still: events that members see are cancelled, and come back when it goes on."""
    if schedule.state is ScheduleState.PAUSED:
        raise NotPossible("The schedule is already paused. Continue it with /schedule resume.")
    return _changed(
        schedule, now, lambda s: replace(s, event=0, sequence=s.sequence + 1),
        state=ScheduleState.PAUSED, paused_at=now
    )  # fmt: skip


def resumed(schedule: Schedule, now: dt.datetime) -> ScheduleChange:
    """Return a schedule that goes on. Where a meeting was missed, all move on by as many weeks as the pause took.

    So there is as much time to read as there was at the pause. Meetings of every day move by days.
    """
    if schedule.state is not ScheduleState.PAUSED:
        raise NotPossible("The schedule is not paused. To move meetings, use /schedule shift.")
    left, days = schedule.ahead(now), 0
    if left and left[0].meets <= now:
        daily = len(left) > 1 and all(later.day - earlier.day == _DAY for earlier, later in pairwise(left))
        step = 1 if daily else 7
        days = math.ceil((now - (schedule.paused_at or now)) / (step * _DAY)) * step
    return _changed(
        schedule, now, lambda s: replace(_later(s, days, schedule.zone), sequence=s.sequence + 1),
        state=ScheduleState.RUNNING, paused_at=None
    )  # fmt: skip


def cancelled(schedule: Schedule, now: dt.datetime) -> ScheduleChange:
    """Return a schedule that has come to its end: what is open stays open, and nothing follows."""
    return _changed(
        schedule, now, lambda s: replace(s, state=SectionState.CANCELLED, event=0),
        state=ScheduleState.CANCELLED, paused_at=None
    )  # fmt: skip


def planned_anew(schedule: Schedule, wish: Wish, book: Book, now: dt.datetime) -> ScheduleChange:
    """Return a schedule as an organiser's words would have it from here on. Raises NotPossible.

    A time or a zone alone moves every meeting to come; “Thursdays at 7pm” moves them to other days, and leaves what is
    read for each. Anything else plans the rest of the book anew, at the time of day of the last section unless another
    is said: its sections take the place of those ahead, number by number.
    """
    zone = wish.zone or schedule.zone
    if replace(wish, at=None, zone="") == Wish():
        return _changed(schedule, now, lambda s: _dated(s, s.day, wish.at or s.at, zone), zone=zone)
    if schedule.whole != Reached.in_book(book, book.marks):
        raise NotPossible(
            f"The chapters or pages of “{book.title}” have changed. Cancel this schedule and create a new one."
        )
    begun = [section for section in schedule.live if section not in schedule.ahead(now)]
    after, number = (begun[-1].last if begun else 0), max((section.number for section in begun), default=0) + 1
    ahead = schedule.ahead(now)
    whole = replace(_on_same_days(wish, ahead), at=wish.at or schedule.live[-1].at)
    ends = tuple(section.last for section in ahead) if wish.rhythm and not wish.amount else ()
    drafted = rules.drafted(whole, book, zone, now, after=after, number=number, ends=ends)
    sections = {section.number: section for section in (*begun, *drafted)}
    for old in schedule.sections:
        new = sections.get(old.number)
        if new is None:
            sections[old.number] = _raised(old, replace(old, state=SectionState.CANCELLED, event=0))
        elif new is not old:
            sections[old.number] = _raised(old, replace(new, sequence=old.sequence, event=old.event))
    ordered = tuple(section for _, section in sorted(sections.items()))
    return ScheduleChange(schedule, replace(schedule, zone=zone, sections=ordered)).check(now)


def _on_same_days(wish: Wish, ahead: Sequence[Section]) -> Wish:
    """Return a wish that says nothing of days with those of the meetings to come: “4 chapters a week”."""
    if wish.rhythm or wish.first or wish.dates or any(own.on for own in wish.own) or not ahead:
        return wish
    weeks = (ahead[1].day - ahead[0].day).days / 7 if len(ahead) > 1 else 1
    if weeks not in range(1, 9):
        return wish
    return replace(wish, rhythm=Rhythm(Every.WEEK, int(weeks), (ahead[0].day.weekday(),)), first=ahead[0].day)


Books = Mapping[Slug, Book]


def edited(
    schedule: Schedule, books: Books, now: dt.datetime, *, words: str = "", section: int = 0, meets: str = "",
    upto: str = "", place: int = 0,
) -> ScheduleChange:  # fmt: skip
    """Return a schedule as an organiser filled in a form; of one section, 0 is the first one ahead.

    Raises NotUnderstood, NotPossible or PositionError.
    """
    after = schedule
    if words:
        wish = read_wish(words, local(now, schedule.zone))
        after = planned_anew(after, wish, known(schedule.book, books), now).after
    if meets:
        after = moved(after, section, *_meeting(meets, _one_ahead(after, section, now), after.zone, now), now).after
    if upto:
        after = ended(after, section, parse_position(upto, known(schedule.book, books)), now).after
    return ScheduleChange(schedule, replace(after, place=place or after.place))


def _meeting(words: str, section: Section, zone: str, now: dt.datetime) -> tuple[dt.date, dt.time | None]:
    """Return the day and the time of day that were said for one meeting; a time alone is on the day that it had."""
    wish = read_wish(words, local(now, zone))
    days = [*wish.dates, *([wish.first] if wish.first else [])]
    if replace(wish, at=None, first=None, dates=()) != Wish() or len(days) > 1:
        raise NotPossible("Write one date for that meeting, such as “12 March at 8pm”.")
    return (days[0] if days else section.day), wish.at


def known(slug: Slug, books: Books) -> Book:
    """Return a book of a schedule. Raises NotPossible."""
    if slug not in books:
        raise NotPossible("That book is no longer in the library. The person who runs me can bring it back.")
    return books[slug]


@dataclass(frozen=True, slots=True)
class ScheduleRequest:
    """A schedule that is not confirmed yet: the organiser's words, and what they picked beside them."""

    book: Slug
    words: str
    zone: str
    place: int
    at: dt.datetime
    also: tuple[Slug, ...] = ()

    def worked_out(self, books: Books, organiser: Member) -> Schedule:
        """Return the schedule that this would be. Raises NotUnderstood, NotPossible or UnknownZone."""
        book, zone = known(self.book, books), find_zone(self.zone)
        wish, also = read_wish(self.words, local(self.at, zone)), [books[slug] for slug in self.also if slug in books]
        return rules.planned(wish, book, also, self.at, zone=zone, place=self.place, organiser=organiser)


class Do(StrEnum):
    """What can be done to a schedule."""

    EDIT = "edit"
    SHIFT = "shift"
    PAUSE = "pause"
    RESUME = "resume"
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True)
class Proposal:
    """A change that is not confirmed yet."""

    do: Do
    change: ScheduleChange


REQUEST, PROPOSAL = TypeAdapter(ScheduleRequest), TypeAdapter(Proposal)
"""Both as text that can be kept until somebody confirms it."""
