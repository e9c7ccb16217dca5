"""An organiser's words for a schedule: what they ask for, and how it is said back."""

import datetime as dt
import re
from calendar import monthrange
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from functools import partial
from typing import Any

from bot import times
from bot.times import DAY, MONTH, WEEKDAY, WEEKDAYS, NotUnderstood, day_name, read_day
from corpus.books import Unit
from corpus.positions import DIGITS, PERCENT_WORDS, UNIT_WORDS, WORDS, value
from corpus.text import plural


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

    def __str__(self) -> str:
        *most, last = [WEEKDAYS[day] for day in self.weekdays] or [""]
        days = f"{', '.join(most)} and {last}" if most else last
        often = f"every {self.every}" if self.interval == 1 else f"every {self.interval} {self.every}s"
        if self.nth:
            return f"the {next(name for name, nth in _WHICH.items() if nth == self.nth)} {days} of {often}"
        if not days:
            return often
        return f"every {days}" if self.interval == 1 else f"{often} on {days}"


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

    def __str__(self) -> str:
        percent = self.unit is Unit.PERCENT
        return f"{f'{self.number}%' if percent else plural(self.number, self.unit.value)} a {self.per}"


@dataclass(frozen=True, slots=True)
class Span:
    """How long the whole schedule takes, in days, weeks or months."""

    number: int
    every: Every

    def __str__(self) -> str:
        return plural(self.number, self.every.value)


@dataclass(frozen=True, slots=True)
class Own:
    """A section of the organiser's own: first and last of a unit (None: marks), None for the end, and its date."""

    first: int
    last: int | None
    unit: Unit | None = None
    on: dt.date | None = None

    def __str__(self) -> str:
        percent = self.unit is Unit.PERCENT
        unit = f"{self.unit} " if self.unit and not percent else ""
        last = "the end" if self.last is None else f"{self.last}{'%' if percent else ''}"
        ends = f"{self.first}" if self.first == self.last else f"{self.first}–{last}"
        return f"{unit}{ends}" + (f" on {day_name(self.on)}" if self.on else "")


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
        parts = (
            ("{}", self.rhythm),
            ("at {:%H:%M}", self.at),
            ("in the time of {}", self.zone),
            ("{}", self.pace),
            ("{}", self.count and plural(self.count, "section")),
            ("over {}", self.span),
            ("even by pages", self.by_pages),
            ("from {}", self.first and day_name(self.first)),
            ("until {}", self.until and day_name(self.until)),
            ("on {}", ", ".join(map(day_name, self.dates))),
            ("not on {}", ", ".join(map(day_name, self.skipped))),
            ("sections {}", ", ".join(map(str, self.own))),
        )
        return tuple(text.format(said) for text, said in parts if said)


Read = Callable[[re.Match[str], dt.date], Wish]
"""Returns the wish that a phrase says by itself on a day."""

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


def _every(said: re.Match[str], _: dt.date) -> Wish:
    groups, often = said.groupdict(), said["often"]
    interval = _OFTEN[often] if often in _OFTEN else _number(often)
    return Wish(rhythm=Rhythm(Every(groups.get("every", "week")), max(1, interval), _weekdays(groups.get("days", ""))))


def _of_month(said: re.Match[str], _: dt.date) -> Wish:
    return Wish(rhythm=Rhythm(Every.MONTH, 1, _weekdays(said["days"]), _WHICH[said["which"]]))


def _days_in(said: re.Match[str], today: dt.date) -> tuple[dt.date, ...]:
    return tuple(read_day(day[0], today) for day in re.finditer(DAY, said["days"]))


def _refused(cure: str, said: re.Match[str], _: dt.date) -> Wish:
    raise NotUnderstood(said[0], cure)


def _limits(said: re.Match[str], today: dt.date) -> Wish:
    days = (said.groupdict().get(name) for name in ("first", "until"))
    first, until = (read_day(day, today) if day else None for day in days)
    return Wish(first=first, until=until)


def _in_month(said: re.Match[str], today: dt.date) -> Wish:
    first = read_day(said["month"], today)
    return Wish(first=first, until=first.replace(day=monthrange(first.year, first.month)[1]))


def _pace(said: re.Match[str], _: dt.date) -> Wish:
    unit, per = _unit(said) or Unit.CHAPTER, said["per"] or {"dai": "day"}.get(said["ly"] or "", said["ly"])
    number = _number(said["number"])
    if not number:
        raise NotUnderstood(said[0], "Write how much you read, for example “5 chapters a week”.")
    if per and re.fullmatch(WEEKDAY, per):
        return Wish(pace=Pace(number, unit, Per.MEETING), rhythm=Rhythm(Every.WEEK, 1, (times.weekday(per),)))
    return Wish(pace=Pace(number, unit, Per(per) if per in list(Per) else Per.MEETING))


def _zone(said: re.Match[str], _: dt.date) -> Wish:
    return Wish(zone=times.find_zone(said["zone"]))


def _own(said: re.Match[str], today: dt.date) -> Wish:
    unit = Unit.PERCENT if said["sign"] or said["percent"] or "%" in said[0] else _unit(said)
    first = int(said["from"])
    last = None if said["end"] else int(said["to"] or first)
    day = said.groupdict().get("on")
    return Wish(own=(Own(first, last, unit, read_day(day, today) if day else None),))


def _weekdays(said: str) -> tuple[int, ...]:
    return tuple(sorted({times.weekday(name[0]) for name in re.finditer(WEEKDAY, said)}))


def _unit(said: re.Match[str]) -> Unit | None:
    return next((unit for unit in Unit if said.groupdict().get(unit)), None)


def _number(written: str) -> int:
    return 1 if written in ("a", "an") else int(value(written))


def _phrase(pattern: str, read: Read) -> tuple[re.Pattern[str], Read]:
    return re.compile(rf"(?:{pattern})(?!\w)"), read


_ONE_NUMBER = partial(_refused, "Write one number, for example “5 chapters a week”.")
_WHICH_DAYS = partial(_refused, "Write the days, for example “Tuesdays and Fridays”, or “every two weeks”.")

PHRASES = (
    _phrase(
        rf"(?:not|no meetings?|skip(?:ping)?|except|without|off)(?: on| for)? (?P<days>{_DAYS})",
        lambda said, today: Wish(skipped=_days_in(said, today)),
    ),
    _phrase(rf"(?:from|between) (?P<first>{DAY}),? (?:to|until|till|and|-) (?P<until>{DAY})", _limits),
    _phrase(rf"{_BY} (?P<until>{DAY})", _limits),
    _phrase(rf"{_FROM} (?P<first>{times.BEGINNING}){_ON}", _limits),
    _phrase(rf"in (?P<month>{MONTH}(?: 20\d\d)?)", _in_month),
    _phrase(rf"(?:on )?(?P<on>{DAY})(?: is|:| ?-)? {_OWN}", _own),
    _phrase(rf"{_OWN},?(?: on| by| for|:)? (?P<on>{DAY})", _own),
    _phrase(rf"(?P<first>next (?:week|month)|(?:this|next|coming) {WEEKDAY}){_ON}", _limits),
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
    _phrase(rf"(?:at |from |@ ?)?(?P<at>{times.TIME})", lambda said, _: Wish(at=times.read_time(said["at"]))),
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


def read_wish(words: str, now: dt.datetime) -> Wish:
    """Return what an organiser's words say; `now` is in the zone of the club. Raises NotUnderstood or UnknownZone."""
    text = times.days_with_months(_tidied(words))
    wish, dates = Wish(), []
    for said, part in _phrases(text, now.date()):
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


def _phrases(text: str, today: dt.date) -> Iterator[tuple[str, Wish]]:
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
    own: list[Own] = []
    for each in wish.own:  # “pages 1-90, 91-200”: what counts the one before, where it does not say
        own.append(replace(each, unit=each.unit or (own[-1].unit if own else None)))
    if own and len(dates) == len(own):
        dated = tuple(replace(each, on=day) for each, day in zip(own, dates, strict=True))
        return replace(wish, own=dated, dates=())
    wish = replace(wish, own=tuple(own))
    if any(each.on for each in own):
        named = ", ".join(f"{each.first}-{each.last or 'end'}" for each in own)
        raise NotUnderstood(named, f"There are {len(own)} sections and {len(dates)} dates.")
    if len(dates) == 1 and wish.first is None and (wish.rhythm or wish.pace or wish.span or own):
        return replace(wish, first=dates[0], dates=())
    return replace(wish, dates=tuple(sorted(set(dates))))
