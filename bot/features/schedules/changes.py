"""An organiser's words, and the changes of a schedule; each returns what would be, and nothing of the past changes."""

import datetime as dt
import math
import re
from calendar import monthrange
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from functools import partial
from itertools import pairwise
from typing import Any

from pydantic import TypeAdapter

from bot.features.schedules.rules import (
    DraftSchedule,
    Every,
    NotPossible,
    Own,
    Pace,
    Per,
    Rhythm,
    Schedule,
    ScheduleState,
    Section,
    SectionState,
    Span,
    Wish,
    ceiling_name,
    date_name,
    drafted,
    planned,
    range_name,
    section_of,
)
from bot.people import Member, Reached
from bot.times import (
    BEGINNING,
    DAY,
    MONTH,
    TIME,
    WEEKDAY,
    NotUnderstood,
    Today,
    days_with_months,
    find_zone,
    local,
    moment,
    read_day,
    read_time,
    weekday,
)
from corpus.books import Book, Slug, Unit
from corpus.positions import DIGITS, PERCENT_WORDS, UNIT_WORDS, WORDS, parse_position, value

Phrase = tuple[re.Pattern[str], Callable[[re.Match[str], Today], Wish]]
"""A pattern, and the wish that what it matches says by itself."""

_COUNT = rf"(?:{DIGITS}|{WORDS}|an?\b)"
_AND = r"(?:, and |,? and |, | & |/)"
_DAYS = rf"{DAY}(?:{_AND}(?:on )?{DAY})*"
_WEEKDAYS = rf"{WEEKDAY}s?\b(?:{_AND}(?:on )?{WEEKDAY}s?\b)*"
_UNITS = "|".join(f"(?P<{unit}>{words})" for unit, words in UNIT_WORDS.items()) + f"|(?P<percent>{PERCENT_WORDS})"
_WHICH = {"first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4, "last": -1}
_MEETING = "meeting|time|session|sitting|gathering|go"
_PER = (
    rf"(?:,? ?(?:an?|per|each|every|/|at a) ?(?P<per>day|week|month|{_MEETING}|section|{WEEKDAY})"
    r"|,? (?P<ly>dai|week|month)ly|,? (?:each|apiece))(?!\w)"
)
_NTH = rf"(?P<which>{'|'.join(_WHICH)}) (?P<days>{WEEKDAY})s?"
_MONTHLY = r"(?:monthly|every month|once a month)"
_ON = r"(?: on(?:wards?)?(?= ?,|$))?"
_FROM = r"(?:(?:from|starting|starts?|beginning|begins?|as of|first meeting)(?: on| from| in)?)"
_BY = r"(?:until|till|by|end(?:s|ing)?(?: on)?|done by|(?:to )?finish(?:ed|ing)?(?: by| on)?)"
_OWN = (
    rf"(?:(?P<counted>{_UNITS}) ?)?(?P<from>\d{{1,4}}) ?%?"
    r"(?: ?(?:-|to|until) ?(?:(?:the )?(?P<end>end)|(?P<to>\d{1,4}))|(?(counted)|(?!)))(?![\w:./-])(?: ?(?P<sign>%))?"
)
_OFTEN = {None: 1, "other": 2, "second": 2, "2nd": 2, "third": 3, "3rd": 3}


def _every(said: re.Match[str], _: Today) -> Wish:
    often, every = said["often"], said.groupdict().get("every")
    interval = _OFTEN[often] if often in _OFTEN else _number(often)
    days = _weekdays(said.groupdict().get("days") or "")
    return Wish(rhythm=Rhythm(Every(every) if every else Every.WEEK, max(1, interval), days))


def _of_month(said: re.Match[str], _: Today) -> Wish:
    return Wish(rhythm=Rhythm(Every.MONTH, 1, _weekdays(said["days"]), _WHICH[said["which"]]))


def _days_in(said: re.Match[str], today: Today) -> tuple[dt.date, ...]:
    return tuple(read_day(day[0], today) for day in re.finditer(DAY, said["days"]))


def _refused(cure: str, said: re.Match[str], _: Today) -> Wish:
    raise NotUnderstood(said[0], cure)


def _first(said: re.Match[str], today: Today) -> Wish:
    last = said.groupdict().get("until")
    return Wish(first=read_day(said["first"], today), until=read_day(last, today) if last else None)


def _in_month(said: re.Match[str], today: Today) -> Wish:
    first = read_day(said["month"], today)
    return Wish(first=first, until=first.replace(day=monthrange(first.year, first.month)[1]))


def _pace(said: re.Match[str], _: Today) -> Wish:
    unit, per = _unit(said) or Unit.CHAPTER, said["per"] or {"dai": "day"}.get(said["ly"] or "", said["ly"])
    number = _number(said["number"])
    if not number:
        raise NotUnderstood(said[0], "Write how much you read, for example “5 chapters a week”.")
    if per and re.fullmatch(WEEKDAY, per):
        return Wish(pace=Pace(number, unit, Per.MEETING), rhythm=Rhythm(Every.WEEK, 1, (weekday(per),)))
    return Wish(pace=Pace(number, unit, Per(per) if per in list(Per) else Per.MEETING))


def _zone(said: re.Match[str], _: Today) -> Wish:
    return Wish(zone=find_zone(said["zone"]))


def _own(said: re.Match[str], today: Today) -> Wish:
    unit = Unit.PERCENT if said["sign"] or said["percent"] or "%" in said[0] else _unit(said)
    first = int(said["from"])
    last = None if said["end"] else int(said["to"] or first)
    day = said.groupdict().get("on")
    return Wish(own=(Own(first, last, unit, read_day(day, today) if day else None),))


def _weekdays(said: str) -> tuple[int, ...]:
    return tuple(sorted({weekday(name[0]) for name in re.finditer(WEEKDAY, said)}))


def _unit(said: re.Match[str]) -> Unit | None:
    return next((unit for unit in Unit if said.groupdict().get(unit)), None)


def _number(written: str) -> int:
    return 1 if written in ("a", "an") else int(value(written))


def _phrase(pattern: str, read: Callable[[re.Match[str], Today], Wish]) -> Phrase:
    return re.compile(rf"(?:{pattern})(?!\w)"), read


_ONE_NUMBER = partial(_refused, "Write one number, for example “5 chapters a week”.")
_WHICH_DAYS = partial(_refused, "Write the days, for example “Tuesdays and Fridays”, or “every two weeks”.")

PHRASES: tuple[Phrase, ...] = (
    _phrase(
        rf"(?:not|no meetings?|skip(?:ping)?|except|without|off)(?: on| for)? (?P<days>{_DAYS})",
        lambda said, today: Wish(skipped=_days_in(said, today)),
    ),
    _phrase(rf"(?:from|between) (?P<first>{DAY}),? (?:to|until|till|and|-) (?P<until>{DAY})", _first),
    _phrase(rf"{_BY} (?P<until>{DAY})", lambda said, today: Wish(until=read_day(said["until"], today))),
    _phrase(rf"{_FROM} (?P<first>{BEGINNING}){_ON}", _first),
    _phrase(rf"in (?P<month>{MONTH}(?: 20\d\d)?)", _in_month),
    _phrase(rf"(?:on )?(?P<on>{DAY})(?: is|:| ?-)? {_OWN}", _own),
    _phrase(rf"{_OWN},?(?: on| by| for|:)? (?P<on>{DAY})", _own),
    _phrase(rf"(?P<first>next (?:week|month)|(?:this|next|coming) {WEEKDAY}){_ON}", _first),
    _phrase(rf"(?:on )?(?P<days>{_DAYS})", lambda said, today: Wish(dates=_days_in(said, today))),
    _phrase(rf"(?:on )?(?:every |the )?{_NTH} (?:of|in|every|each|per|a)(?: the| each| every| a)? month", _of_month),
    _phrase(rf"{_MONTHLY},? on the {_NTH}", _of_month),
    _phrase(rf"(?:bi-?weekly|bi-?monthly|(?:twice|{_COUNT} times) (?:a|per|every) (?:week|month))", _WHICH_DAYS),
    _phrase(rf"\d+ ?(?:-|to|or) ?\d+ (?:{_UNITS}){_PER}", _ONE_NUMBER),
    _phrase(rf"(?:about )?(?P<number>{_COUNT}) ?(?:{_UNITS}){_PER}", _pace),
    _phrase(rf"(?:on )?(?:every|each) (?:(?P<often>other|second|third|2nd|3rd) )?(?P<days>{_WEEKDAYS})", _every),
    _phrase(rf"(?:every|each) (?:(?P<often>other|second|third|2nd|3rd|{_COUNT}) )?(?P<every>day|week|month)s?", _every),
    _phrase(r"fortnightly|(?:once )?(?:every|a) fortnight", lambda *_: Wish(rhythm=Rhythm(Every.WEEK, 2))),
    _phrase(r"weekly|once a week", lambda *_: Wish(rhythm=Rhythm(Every.WEEK))),
    _phrase(r"daily|once a day", lambda *_: Wish(rhythm=Rhythm(Every.DAY))),
    _phrase(_MONTHLY, lambda *_: Wish(rhythm=Rhythm(Every.MONTH))),
    _phrase(r"(?:on )?weekdays", lambda *_: Wish(rhythm=Rhythm(Every.WEEK, 1, (0, 1, 2, 3, 4)))),
    _phrase(
        rf"(?:on )?(?P<days>{_WEEKDAYS})(?: (?:morning|afternoon|evening|night)s?)?",
        lambda said, _: Wish(rhythm=Rhythm(Every.WEEK, 1, _weekdays(said["days"]))),
    ),
    _phrase(
        rf"(?:in |over |for |within )?(?:about )?(?P<number>{_COUNT}) (?P<every>day|week|month)s?",
        lambda said, _: Wish(span=Span(_number(said["number"]), Every(said["every"]))),
    ),
    _phrase(
        rf"(?:in|over|into)? ?(?P<number>{_COUNT}) (?:(?:even|equal) )?(?:sections?|meetings?|sessions?)",
        lambda said, _: Wish(count=_number(said["number"])),
    ),
    _phrase(
        r"(?:even(?:ly)?,? )?(?:cut |divided |split )?by (?P<by>pages?|chapters?|length)",
        lambda said, _: Wish(by_pages=not said["by"].startswith("chapter")),
    ),
    _phrase(rf"(?:at |from |@ ?)?(?P<at>{TIME})", lambda said, _: Wish(at=read_time(said["at"]))),
    _phrase(r"(?:in )?(?P<zone>[a-z]+(?:/[a-z_-]+)+|utc|gmt|[ecmp][sd]t|cet|cest|bst|ist|jst|ae[sd]t)", _zone),
    _phrase(r"(?:in )?(?P<zone>[a-z][a-z ]{1,30}?) time", _zone),
    _phrase(rf"(?:on )?{_OWN}", _own),
)
"""All phrases; the first whose pattern answers to the words is taken."""


MAX_LENGTH = 500
"""Characters: more than people need, and little enough to read back."""

_NOTHING = re.compile(
    r"(?:[\s,;.!:]|\b(?:and|then|but|with|we|us|i|want|to|please|let's|even|evenly|read|reading|meet|discuss|talk|meetings?|sections)\b)+"
)
_CURE = "Write for example “Fridays at 8pm, 5 chapters a week, from next week”."


def read_wish(words: str, now: dt.datetime, *, month_first: bool = False) -> Wish:
    """Return what an organiser's words say; `now` is in the zone of the club. Raises NotUnderstood.

    `month_first` reads 3/4 as 4 March, as in the United States, and not as 3 April.
    """
    text = days_with_months(_tidied(words))
    wish, dates = Wish(), []
    for said, part in _phrases(text, Today(now.date(), month_first)):
        wish = _joined(wish, part, said)
        dates += [*part.dates, *(own.on for own in part.own if own.on)]
    if wish == Wish():
        raise NotUnderstood(words, _CURE)
    return _settled(wish, dates)


def _tidied(words: str) -> str:
    if len(words) > MAX_LENGTH:
        raise NotUnderstood(words, f"Write it in {MAX_LENGTH} characters.")
    plain = re.sub(r"[‐‑–—−]", "-", words.replace("’", "'"))
    lines = re.sub(r"\s*\n\s*", ", ", plain.strip())
    return " ".join(re.sub(r"[“”\"*()]", " ", lines).split()).lower()


def _phrases(text: str, today: Today) -> Iterator[tuple[str, Wish]]:
    """Yield the phrases of a text, and what each says. Raises NotUnderstood at the first words that say nothing."""
    at = 0
    while at < len(text):
        if blank := _NOTHING.match(text, at):
            at = blank.end()
            continue
        for pattern, read in PHRASES:
            if said := pattern.match(text, at):
                yield said[0], read(said, today)
                at = said.end()
                break
        else:
            raise NotUnderstood(re.split(r"[,;]", text[at:])[0].strip(), _CURE)


def _joined(wish: Wish, part: Wish, said: str) -> Wish:
    """Return a wish and one more part of it. Raises NotUnderstood where they say different things."""
    changes: dict[str, Any] = {}
    for field in fields(Wish):
        before, now = getattr(wish, field.name), getattr(part, field.name)
        if not now or before == now:
            continue
        if isinstance(now, tuple):
            changes[field.name] = (*before, *now)
        elif not before:
            changes[field.name] = now
        elif both := _both(before, now):
            changes[field.name] = both
        else:
            raise NotUnderstood(said, "You said something else before: write one of the two.")
    return replace(wish, **changes)


def _both(before: object, now: object) -> Rhythm | None:
    """Return the rhythm that two make together: “Fridays” and “every two weeks”, “Tuesdays” and “Fridays”."""
    if not isinstance(before, Rhythm) or not isinstance(now, Rhythm):
        return None
    if before.every is not Every.WEEK or now.every is not Every.WEEK:
        return None
    if before.weekdays and now.weekdays and before.interval != now.interval:
        return None
    days = tuple(sorted({*before.weekdays, *now.weekdays}))
    return Rhythm(Every.WEEK, max(before.interval, now.interval), days)


def _settled(wish: Wish, dates: Sequence[dt.date]) -> Wish:
    """Return a wish whose dates belong to its sections, or to the beginning, where that is what was meant."""
    wish = replace(wish, own=_counted_alike(wish.own))
    if wish.own and len(dates) == len(wish.own):
        own = tuple(replace(each, on=day) for each, day in zip(wish.own, dates, strict=True))
        return replace(wish, own=own, dates=())
    if any(own.on for own in wish.own):
        raise NotUnderstood(_named(wish.own), f"There are {len(wish.own)} sections and {len(dates)} dates.")
    goes_on = wish.rhythm or wish.pace or wish.span or wish.own
    if len(dates) == 1 and wish.first is None and goes_on:
        return replace(wish, first=dates[0], dates=())
    return replace(wish, dates=tuple(sorted(set(dates))))


def _counted_alike(own: Sequence[Own]) -> tuple[Own, ...]:
    """Return sections that count what the one before counts, where they do not say: “pages 1-90, 91-200”."""
    counted: list[Own] = []
    for each in own:
        counted.append(replace(each, unit=each.unit or (counted[-1].unit if counted else None)))
    return tuple(counted)


def _named(own: Sequence[Own]) -> str:
    return ", ".join(f"{each.first}-{each.last or 'end'}" for each in own)


class Aspect(StrEnum):
    """What of a section changes."""

    ADDED = "added"
    CANCELLED = "cancelled"
    DATE = "date"
    RANGE = "range"
    CEILING = "ceiling"


class Touch(StrEnum):
    """What has to be done to a section's event in Discord. Threads that are open keep their range and ceiling."""

    NOTHING = "nothing"
    UPDATE = "update"
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True)
class Difference:
    """A section before and after a change; `before` is None where it is new. `before.event` is what Discord has."""

    before: Section | None
    after: Section

    @property
    def aspects(self) -> tuple[Aspect, ...]:
        """What of the section changes."""
        before, after = self.before, self.after
        gone = after.state is SectionState.CANCELLED
        if before is None or (before.state is SectionState.CANCELLED and not gone):
            return () if gone else (Aspect.ADDED,)
        if gone:
            return () if before.state is SectionState.CANCELLED else (Aspect.CANCELLED,)
        changed = (
            (Aspect.DATE, before.meets != after.meets),
            (Aspect.RANGE, (before.first, before.last) != (after.first, after.last)),
            (Aspect.CEILING, before.ceiling != after.ceiling),
        )
        return tuple(aspect for aspect, there in changed if there)

    @property
    def touch(self) -> Touch:
        """What has to be done to the section's event."""
        if self.before is None or not self.before.event:
            return Touch.NOTHING
        if not self.after.event:
            return Touch.CANCEL
        return Touch.UPDATE if {Aspect.DATE, Aspect.RANGE} & {*self.aspects} else Touch.NOTHING


@dataclass(frozen=True, slots=True)
class ScheduleChange:
    """A schedule before and after, to be shown first and kept once it is confirmed."""

    before: Schedule
    after: Schedule

    @property
    def differences(self) -> tuple[Difference, ...]:
        """The sections that change, in order."""
        pairs = (Difference(self.before.section(after.number), after) for after in self.after.sections)
        return tuple(each for each in pairs if each.aspects or each.touch is not Touch.NOTHING)

    def preview(self) -> tuple[str, ...]:
        """Return a line for everything that changes, and for what stays in Discord as it is."""
        said = (
            (self.before.state is not self.after.state, f"The schedule is {self.after.state}."),
            (self.before.zone != self.after.zone, f"Times are those of {self.after.zone}."),
            (self.before.also != self.after.also, "Future threads may mention different books than before."),
        )
        lines = [line for there, line in said if there] + [self._line(each) for each in self.differences]
        opened = sum(section.state is SectionState.OPENED for section in self.after.sections)
        if opened:
            threads = "1 open thread keeps its" if opened == 1 else f"{opened} open threads keep their"
            lines.append(f"{threads} range and ceiling.")
        return tuple(lines)

    def _line(self, difference: Difference) -> str:
        before, after = difference.before, difference.after
        stretch = range_name(self.after, after.first, after.last)
        date = date_name(after.meets, self.after.zone)
        said = []
        for aspect in difference.aspects:
            if aspect is Aspect.ADDED or before is None:
                said.append(f"new: {stretch}, {date}, {ceiling_name(self.after, after.ceiling)}")
            elif aspect is Aspect.CANCELLED:
                said.append(f"cancelled: {stretch}, {date_name(before.meets, self.before.zone)}")
            elif aspect is Aspect.DATE:
                said.append(f"{date_name(before.meets, self.before.zone)} → {date}")
            elif aspect is Aspect.RANGE:
                said.append(f"{range_name(self.before, before.first, before.last)} → {stretch}")
            else:
                said.append(ceiling_name(self.after, after.ceiling))
        event = {Touch.UPDATE: "its event moves along", Touch.CANCEL: "its event is cancelled"}.get(difference.touch)
        return f"{after.number}. " + "; ".join([*said, *([event] if event else [])])


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
        raise NotPossible("There are no sections left to change. Create a new schedule.")
    raise NotPossible(f"Section {number} cannot be changed. Write one of {ahead[0].number} to {ahead[-1].number}.")


def dated(section: Section, day: dt.date, at: dt.time, zone: str) -> Section:
    """Return a section with its meeting at a time of day in a zone."""
    return replace(section, day=day, at=at, meets=moment(day, at, zone).utc)


def raised(before: Section, after: Section) -> Section:
    """Return a changed section with its sequence raised, and an unchanged one as it was."""
    return after if after == before else replace(after, sequence=before.sequence + 1)


def each_ahead(
    schedule: Schedule, now: dt.datetime, change: Callable[[Section], Section], **fields: Any,  # noqa: ANN401 (of Schedule)
) -> Schedule:  # fmt: skip
    """Return a schedule with each section ahead changed, and other fields of it."""
    start = since(schedule, now)
    sections = tuple(raised(s, change(s)) if s.ahead(start) else s for s in schedule.sections)
    return replace(schedule, sections=sections, **fields)


def in_order(before: Schedule, after: Schedule, now: dt.datetime) -> ScheduleChange:
    """Return the change from one schedule to another. Raises NotPossible where meetings lose their order."""
    live = after.live
    for earlier, later in pairwise(live):
        if later.meets <= earlier.meets:
            raise NotPossible(f"Section {later.number} would not come after section {earlier.number}. Shift both.")
    for section in live:
        old = before.section(section.number)
        if section.meets <= now and (old is None or old.meets != section.meets):
            raise NotPossible(f"Section {section.number} would be in the past. Choose a later date.")
    return ScheduleChange(before, after)


MOST_DAYS = 366
"""Days by which a schedule can be shifted at once."""

_DAY = dt.timedelta(days=1)
_WEEK = dt.timedelta(days=7)


def moved(schedule: Schedule, number: int, day: dt.date, at: dt.time | None, now: dt.datetime) -> ScheduleChange:
    """Return a schedule with one meeting on another day, or at another time. Raises NotPossible."""
    one_ahead(schedule, number, now)
    after = each_ahead(schedule, now, lambda s: dated(s, day, at or s.at, schedule.zone) if s.number == number else s)
    return in_order(schedule, after, now)


def ended(schedule: Schedule, number: int, last: int, now: dt.datetime) -> ScheduleChange:
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
    after = each_ahead(schedule, now, lambda s: _cut(s, *ranges.get(s.number, (s.first, s.last))))
    return in_order(schedule, after, now)


def shifted(schedule: Schedule, number: int, days: int, now: dt.datetime) -> ScheduleChange:
    """Return a schedule with a section and all after it so many days later, or earlier. Raises NotPossible."""
    one_ahead(schedule, number, now)
    if not days or abs(days) > MOST_DAYS:
        raise NotPossible(f"Shift by 1 to {MOST_DAYS} days, later or earlier.")
    after = each_ahead(schedule, now, lambda s: _later(s, days, schedule.zone) if s.number >= number else s)
    return in_order(schedule, after, now)


def freed(schedule: Schedule, also: Mapping[Slug, Book]) -> ScheduleChange:
    """Return a schedule whose threads to come may speak freely of these other books, and of no more."""
    going_on(schedule)
    free = {slug: Reached.in_book(book, book.marks) for slug, book in also.items() if slug != schedule.book}
    return ScheduleChange(schedule, replace(schedule, also=free))


def paused(schedule: Schedule, now: dt.datetime) -> ScheduleChange:
    """Return a schedule that stands still: events that members see are cancelled, and come back when it goes on."""
    going_on(schedule)
    if schedule.state is ScheduleState.PAUSED:
        raise NotPossible("The schedule is already paused. Continue it with /schedule resume.")
    after = each_ahead(
        schedule, now, lambda s: replace(s, event=0, sequence=s.sequence + 1),
        state=ScheduleState.PAUSED, paused_at=now,
    )  # fmt: skip
    return ScheduleChange(schedule, after)


def resumed(schedule: Schedule, now: dt.datetime) -> ScheduleChange:
    """Return a schedule that goes on. Where a meeting was missed, all of them move on by whole weeks.

    They move so far that there is as much time to read as there was at the pause, a week at the most. Meetings of
    every day move by days.
    """
    if schedule.state is not ScheduleState.PAUSED:
        raise NotPossible("The schedule is not paused. To move meetings, use /schedule shift.")
    paused_at = since(schedule, now)
    left = [section for section in schedule.live if section.ahead(paused_at)]
    days = _missed(left, paused_at, now) if left and left[0].meets <= now else 0
    after = each_ahead(
        schedule, now, lambda s: replace(_later(s, days, schedule.zone), sequence=s.sequence + 1),
        state=ScheduleState.RUNNING, paused_at=None,
    )  # fmt: skip
    return in_order(schedule, after, now)


def cancelled(schedule: Schedule, now: dt.datetime) -> ScheduleChange:
    """Return a schedule that has come to its end: what is open stays open, and nothing follows."""
    going_on(schedule)
    after = each_ahead(
        schedule, now, lambda s: replace(s, state=SectionState.CANCELLED, event=0),
        state=ScheduleState.CANCELLED, paused_at=None,
    )  # fmt: skip
    return ScheduleChange(schedule, after)


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


def edited(schedule: Schedule, wish: Wish, book: Book, now: dt.datetime) -> ScheduleChange:
    """Return a schedule as an organiser's words would have it from here on. Raises NotPossible.

    A time or a zone alone moves every meeting to come. Anything else plans the rest of the book anew, at the time of
    day of the last section unless another is said.
    """
    going_on(schedule)
    zone = wish.zone or schedule.zone
    if replace(wish, at=None, zone="") == Wish():
        after = each_ahead(schedule, now, lambda s: dated(s, s.day, wish.at or s.at, zone), zone=zone)
        return in_order(schedule, after, now)
    if schedule.whole != Reached.in_book(book, book.marks):
        raise NotPossible(
            f"The chapters or pages of “{book.title}” have changed. Cancel this schedule and create a new one."
        )
    begun = [section for section in schedule.live if section.begun(since(schedule, now))]
    whole = replace(wish, at=wish.at or schedule.live[-1].at)
    draft = drafted(whole, book, zone, now, after=begun[-1].last if begun else 0)
    return _replanned(schedule, draft, now)


def _replanned(schedule: Schedule, draft: DraftSchedule, now: dt.datetime) -> ScheduleChange:
    """Return a schedule with the sections of a draft in place of those ahead, number by number."""
    sections = {s.number: s for s in schedule.live if s.begun(since(schedule, now))}
    known = {section.number: section for section in schedule.sections}
    for number, slot in enumerate(draft.slots, max(sections, default=0) + 1):
        fresh, old = section_of(slot, number, draft.zone), known.get(number)
        if old is not None:
            fresh = raised(old, replace(fresh, sequence=old.sequence, event=old.event))
        sections[number] = fresh
    for number, old in known.items():
        if number not in sections:
            sections[number] = raised(old, replace(old, state=SectionState.CANCELLED, event=0))
    ordered = tuple(sections[number] for number in sorted(sections))
    return in_order(schedule, replace(schedule, zone=draft.zone, sections=ordered), now)


Books = Mapping[Slug, Book]


@dataclass(frozen=True, slots=True)
class ScheduleRequest:
    """A schedule that is not confirmed yet: the organiser's words, and what they picked beside them."""

    book: Slug
    words: str
    zone: str
    place: int
    at: dt.datetime
    also: tuple[Slug, ...] = ()

    def written(self) -> str:
        """Return it as text."""
        return _PREPARED.dump_json(self).decode()

    @staticmethod
    def read(text: str) -> "ScheduleRequest":
        """Return what was written."""
        return _PREPARED.validate_json(text)

    def worked_out(self, books: Books, organiser: Member) -> tuple[Schedule, DraftSchedule]:
        """Return the schedule that this would be. Raises NotUnderstood, NotPossible or UnknownZone."""
        book = _known(self.book, books)
        zone = find_zone(self.zone)
        draft = drafted(read_wish(self.words, local(self.at, zone)), book, zone, self.at)
        also = _those(self.also, books)
        return planned(draft, book, also, club=organiser.club, place=self.place, organiser=organiser.id), draft


class Do(StrEnum):
    """What can be done to a schedule."""

    EDIT = "edit"
    SHIFT = "shift"
    PAUSE = "pause"
    RESUME = "resume"
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True)
class Order:
    """A change that is not confirmed yet, of a schedule as it was in one version.

    `section` is 0 for the first one ahead, `also` None where other books stay as they are.
    """

    schedule: int
    version: int
    do: Do
    at: dt.datetime
    words: str = ""
    section: int = 0
    days: int = 0
    meets: str = ""
    upto: str = ""
    place: int = 0
    also: tuple[Slug, ...] | None = None

    def written(self) -> str:
        """Return it as text."""
        return _ORDER.dump_json(self).decode()

    @staticmethod
    def read(text: str) -> "Order":
        """Return what was written."""
        return _ORDER.validate_json(text)

    def worked_out(self, schedule: Schedule, books: Books, now: dt.datetime) -> ScheduleChange:
        """Return what would change at a moment. Raises NotUnderstood, NotPossible or PositionError."""
        match self.do:
            case Do.SHIFT:
                return shifted(schedule, self.section or _first_ahead(schedule, now), self.days, now)
            case Do.PAUSE:
                return paused(schedule, now)
            case Do.RESUME:
                return resumed(schedule, now)
            case Do.CANCEL:
                return cancelled(schedule, now)
            case Do.EDIT:
                return self._edited(schedule, books, now)

    def _edited(self, schedule: Schedule, books: Books, now: dt.datetime) -> ScheduleChange:
        after = schedule
        if self.words:
            wish = read_wish(self.words, local(now, schedule.zone))
            after = edited(after, wish, _known(schedule.book, books), now).after
        number = self.section or _first_ahead(schedule, now)
        if self.meets:
            day, at = _meeting(self.meets, after, number, now)
            after = moved(after, number, day, at, now).after
        if self.upto:
            after = ended(after, number, parse_position(self.upto, _known(schedule.book, books)), now).after
        if self.also is not None:
            after = freed(after, _those(self.also, books)).after
        return ScheduleChange(schedule, replace(after, place=self.place or after.place))


_PREPARED = TypeAdapter(ScheduleRequest)
_ORDER = TypeAdapter(Order)


def _meeting(words: str, schedule: Schedule, number: int, now: dt.datetime) -> tuple[dt.date, dt.time | None]:
    """Return the day and the time of day that were said for one meeting; a time alone is on the day that it had."""
    wish = read_wish(words, local(now, schedule.zone))
    if replace(wish, at=None, first=None, dates=()) != replace(wish, first=None, dates=(), at=None, zone=""):
        raise NotPossible("A single meeting can’t have its own time zone. Write a date and a time without one.")
    days = [*wish.dates, *([wish.first] if wish.first else [])]
    section = schedule.section(number)
    if len(days) > 1 or section is None or (not days and wish.at is None):
        raise NotPossible("Write one date for that meeting, such as “12 March at 8pm”.")
    return (days[0] if days else section.day), wish.at


def _first_ahead(schedule: Schedule, now: dt.datetime) -> int:
    return next((section.number for section in schedule.live if section.ahead(since(schedule, now))), 1)


def _known(slug: Slug, books: Books) -> Book:
    if slug not in books:
        raise NotPossible("That book is no longer in the library. My operator can bring it back.")
    return books[slug]


def _those(slugs: Collection[Slug], books: Books) -> dict[Slug, Book]:
    return {slug: books[slug] for slug in slugs if slug in books}
