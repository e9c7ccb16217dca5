"""An organiser's words for a schedule: what they ask for."""

import datetime as dt
import re
from calendar import monthrange
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import Any

from dateutil.easter import easter
from dateutil.relativedelta import TH, relativedelta

from bot import times
from bot.times import DAY, MONTH, WEEKDAY, NotUnderstood, read_day
from corpus.books import Unit
from corpus.positions import DIGITS, PERCENT_WORDS, UNIT_WORDS, WORDS, value


class Every(StrEnum):
    """What a rhythm, a pace and a span count."""

    MEETING = "meeting"
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


@dataclass(frozen=True, slots=True)
class Pace:
    """So many chapters, pages or percent for every meeting, or for every day, week or month."""

    number: int
    unit: Unit
    per: Every = Every.MEETING


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
    first: dt.date | None = None
    until: dt.date | None = None
    dates: tuple[dt.date, ...] = ()
    skipped: tuple[dt.date, ...] = ()
    own: tuple[Own, ...] = ()

    @property
    def amount(self) -> bool:
        """Whether it says how much is read for each meeting, be it by how many meetings there are."""
        return bool(self.pace or self.count or self.span or self.until or self.own or len(self.dates) > 1)


_COUNT = rf"(?:{DIGITS}|{WORDS}|an?\b)"
_AND = r"(?:, and |,? and |, | & |/)"
_DAYS = rf"{DAY}(?:{_AND}(?:on )?{DAY})*"
_WEEKDAYS = rf"(?P<days>{WEEKDAY}s?\b(?:{_AND}(?:on )?{WEEKDAY}s?\b)*)"
_UNITS = "|".join(f"(?P<{unit}>{words})" for unit, words in UNIT_WORDS.items()) + f"|(?P<percent>{PERCENT_WORDS})"
_OFTEN = {"other": 2, "second": 2, "2nd": 2, "third": 3, "3rd": 3}
_WHICH = {"first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4, "last": -1}
_NTH = rf"(?P<which>{'|'.join(_WHICH)}) (?P<days>{WEEKDAY})s?"
_MEETING = "meeting|time|session|sitting|gathering|go|section"
_PER = (
    rf"(?:,? ?(?:an?|per|each|every|/|at a) ?(?:(?P<per>day|week|month)|{_MEETING}|(?P<days>{WEEKDAY}))"
    r"|,? (?P<per_ly>dai|week|month)ly|,? (?:each|apiece))(?!\w)"
)
_ON = r"(?: on(?:wards?)?(?= ?,|$))?"
_FEASTS: Mapping[str, Callable[[int], tuple[dt.date, int]]] = {
    r"christmas(?: eve| day)?|xmas": lambda year: (dt.date(year, 12, 24), 3),
    r"new year(?:'?s)?(?: eve| day)?": lambda year: (dt.date(year, 12, 31), 2),
    r"(?:the )?holidays": lambda year: (dt.date(year, 12, 24), 9),
    r"easter(?: weekend| sunday| monday)?": lambda year: (easter(year) - dt.timedelta(days=2), 4),
    r"thanksgiving": lambda year: (dt.date(year, 11, 1) + relativedelta(weekday=TH(4)), 2),
}
"""Days on which clubs do not meet, by name: the first of them in a year, and how many they are."""
_FEAST = "|".join(_FEASTS)
_NOT = "(?:not|no meetings?|skip(?:ping)?|except|without|off)"
_FREE = rf"(?:{DAY}|{_FEAST})"
_FROM = r"(?:(?:from|starting|starts?|beginning|begins?|as of|first meeting)(?: on| from| in)?)"
_BY = r"(?:until|till|by|end(?:s|ing)?(?: on)?|done by|(?:to )?finish(?:ed|ing)?(?: it)?(?: by| on)?)"
_OWN = (
    rf"(?:(?P<counted>{_UNITS}) ?)?(?P<from>\d{{1,4}}) ?%?"
    r"(?: ?(?:-|to|until|and|&) ?(?:(?:the )?(?P<end>end)|(?P<to>\d{1,4}))|(?(counted)|(?!)))(?![\w:./-])"
    r"(?: ?(?P<sign>%))?"
)
PHRASES = tuple(
    re.compile(rf"(?:{pattern})(?!\w)")
    for pattern in (
        rf"{_NOT}(?: on| for| over| at)? (?P<skipped>{_FREE}(?:{_AND}(?:on )?{_FREE})*)",
        rf"(?:from|between) (?P<first>{DAY}),? (?:to|until|till|and|-) (?P<until>{DAY})",
        rf"{_BY} (?P<until>{DAY})",
        rf"{_FROM} (?P<first>{times.BEGINNING}){_ON}",
        rf"in (?P<month>{MONTH}(?: 20\d\d)?)",
        rf"(?:on )?(?P<on>{DAY})(?: is|:| ?-)? {_OWN}",
        rf"{_OWN},?(?: on| by| for|:)? (?P<on>{DAY})",
        rf"(?P<first>next (?:week|month)|(?:this|next|coming) {WEEKDAY}){_ON}",
        rf"(?:on )?(?P<dates>{_DAYS})",
        rf"(?:on )?(?:every |the )?{_NTH} (?:of|in|every|each|per|a)(?: the| each| every| a)? month",
        rf"(?:monthly|every month|once a month),? on the {_NTH}",
        rf"(?P<unclear>bi-?monthly|(?:twice|{_COUNT} times) (?:a|per|every) (?:week|month))",
        rf"(?P<unclear>\d+ ?(?:-|to|or) ?\d+) (?:{_UNITS}){_PER}",
        rf"(?:about )?(?P<number>{_COUNT}) ?(?:{_UNITS}){_PER}",
        rf"(?:on )?(?:every|each) (?:(?P<often>{'|'.join(_OFTEN)}) )?{_WEEKDAYS}",
        rf"(?:every|each) (?:(?P<often>{'|'.join(_OFTEN)}|{_COUNT}) )?(?P<every>day|week|month)s?",
        r"(?P<fortnight>fortnightly|bi-?weekly|(?:once )?(?:every|a) fortnight)",
        r"(?P<ly>dai|week|month)ly|once a (?P<every>day|week|month)",
        r"(?:on )?(?P<workdays>weekdays)",
        rf"(?:on )?{_WEEKDAYS}(?: (?:morning|afternoon|evening|night)s?)?",
        rf"(?:on )?(?:the )?{_NTH}",
        r"(?P<whole>(?:the )?(?:whole|entire) (?:book|thing)(?: (?:at once|in one \w+))?|(?:all )?at once|in one go)",
        rf"(?:in |over |for |within )?(?:about )?(?P<span>{_COUNT}) (?P<spans>day|week|month)s?",
        rf"(?:in|over|into)? ?(?P<count>{_COUNT}) (?:(?:even|equal) )?(?:sections?|meetings?|sessions?)",
        rf"(?:about )?(?P<number>{_COUNT})(?! ?[ap]\.?m\b) ?(?:{_UNITS})",
        rf"(?:at |from |@ ?)?(?P<at>{times.TIME})",
        r"(?:in )?(?P<zone>[a-z]+(?:/[a-z_-]+)+|utc|gmt|[ecmp][sd]?t|cet|cest|bst|ist|jst|ae[sd]?t)",
        r"(?:in )?(?P<zone>[a-z][a-z ]{1,30}?) time",
        rf"(?:on )?{_OWN}",
    )
)
"""All phrases; the first that answers to the words is taken. The names of its groups say what the words mean."""


def _read(said: re.Match[str], today: dt.date) -> Wish:
    """Return the wish that a phrase says by itself on a day. Raises NotUnderstood or UnknownZone."""
    got = {name: words for name, words in said.groupdict().items() if words}
    if "unclear" in got:
        raise NotUnderstood(said[0], "Write one number, and the days: “5 chapters every Friday”, “every two weeks”.")
    days = {name: read_day(got[name], today) for name in ("first", "until", "on", "month") if name in got}
    lists = {
        name: tuple(read_day(day[0], today) for day in re.finditer(DAY, got.get(name, "")))
        for name in ("dates", "skipped")
    }
    free = [pattern for pattern in _FEASTS if re.search(rf"\b(?:{pattern})\b", got.get("skipped", ""))]
    lists["skipped"] += tuple(day for pattern in free for day in _feast(pattern, today))
    if month := days.get("month"):
        days |= {"first": month, "until": month.replace(day=monthrange(month.year, month.month)[1])}
    unit = next((unit for unit in Unit if unit in got), None)
    own = pace = None
    if "from" in got:
        unit = Unit.PERCENT if "%" in said[0] else unit
        last = None if "end" in got else int(got.get("to", got["from"]))
        if last and last > int(got["from"]) + 1 and re.search(r"\d ?(?:and|&) ?\d", said[0]):
            raise NotUnderstood(said[0], f"Write “{got['from']}-{last}” if you mean all of them.")
        own = Own(int(got["from"]), last, unit, days.get("on"))
    if "number" in got:
        per = got.get("per") or _EVERY.get(got.get("per_ly", ""), Every.MEETING)
        pace = Pace(_number(got["number"]), unit or Unit.CHAPTER, Every(per))
    return Wish(
        rhythm=_rhythm(got),
        at=times.read_time(got["at"]) if "at" in got else None,
        zone=times.find_zone(got["zone"]) if "zone" in got else "",
        pace=pace,
        count=1 if "whole" in got else _number(got["count"]) if "count" in got else 0,
        span=Span(_number(got["span"]), Every(got["spans"])) if "span" in got else None,
        first=days.get("first"),
        until=days.get("until"),
        own=(own,) if own else (),
        **lists,
    )


def _feast(pattern: str, today: dt.date) -> Iterator[dt.date]:
    """Yield the days of a feast, in this year and the next: a schedule may run over both."""
    for year in (today.year, today.year + 1):
        first, days = _FEASTS[pattern](year)
        yield from (first + dt.timedelta(days=day) for day in range(days))


_EVERY = {"dai": Every.DAY, "week": Every.WEEK, "month": Every.MONTH}
_MOST = 9_999


def _rhythm(got: Mapping[str, str]) -> Rhythm | None:
    days = {times.weekday(name[0]) for name in re.finditer(WEEKDAY, got.get("days", ""))}
    weekdays = (0, 1, 2, 3, 4) if "workdays" in got else tuple(sorted(days))
    if "which" in got:
        return Rhythm(Every.MONTH, 1, weekdays, _WHICH[got["which"]])
    if "fortnight" in got:
        return Rhythm(Every.WEEK, 2)
    every = got.get("every") or _EVERY.get(got.get("ly", ""))
    if not (every or weekdays):
        return None
    often = got.get("often", "a")
    return Rhythm(Every(every or "week"), _OFTEN.get(often) or _number(often), weekdays)


def _number(written: str) -> int:
    number = 1 if written in ("a", "an") else int(value(written))
    if not 1 <= number <= _MOST:
        raise NotUnderstood(written, "Write how much you read, for example “5 chapters a week”.")
    return number


MAX_LENGTH = 500  # characters: more than people need, and little enough to read back
_NOTHING = re.compile(
    r"(?:[\s,;.!:]|\b(?:and|then|but|with|we|us|i|want|to|please|let's|even|evenly|read|reading|meet|discuss|talk"
    r"|meetings?|sections|(?:finish|done with)(?: it| the book)?(?= (?:in|within|over)\b))\b)+"
)
_CURE = "Write for example “Fridays at 8pm, 5 chapters a week, from next week”."


def read_wish(words: str, now: dt.datetime) -> Wish:
    """Return what an organiser's words say; `now` is in the zone of the club. Raises NotUnderstood or UnknownZone."""
    text, wish, at = times.days_with_months(_tidied(words)), Wish(), 0
    dates: list[dt.date] = []
    while at < len(text):
        if blank := _NOTHING.match(text, at):
            at = blank.end()
            continue
        said = next((said for pattern in PHRASES if (said := pattern.match(text, at))), None)
        if said is None:
            raise NotUnderstood(re.split(r"[,;]", text[at:])[0].strip(), _CURE)
        part, at = _read(said, now.date()), said.end()
        wish = _joined(wish, part, said[0])
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


def _joined(wish: Wish, part: Wish, said: str) -> Wish:
    """Return a wish and one more part of it. Raises NotUnderstood where they say different things."""
    changes: dict[str, Any] = {}
    for field in fields(Wish):
        before, now = getattr(wish, field.name), getattr(part, field.name)
        if not now or before == now:
            continue
        if isinstance(now, tuple):
            changes[field.name] = (*before, *now)
        elif both := now if not before else _both(before, now):
            changes[field.name] = both
        else:
            raise NotUnderstood(said, "You said something else before: write one of the two.")
    return replace(wish, **changes)


def _both(before: object, now: object) -> Rhythm | None:
    """Return the rhythm that two make together: “Fridays” and “every two weeks”, “Tuesdays” and “Fridays”."""
    if not isinstance(before, Rhythm) or not isinstance(now, Rhythm) or {before.every, now.every} != {Every.WEEK}:
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
    if any(each.on for each in own):
        named = ", ".join(f"{each.first}-{each.last or 'end'}" for each in own)
        raise NotUnderstood(named, f"There are {len(own)} sections and {len(dates)} dates.")
    wish = replace(wish, own=tuple(own))
    if len(dates) == 1 and wish.first is None and (wish.rhythm or wish.pace or wish.span or own):
        return replace(wish, first=dates[0], dates=())
    return replace(wish, dates=tuple(sorted(set(dates))))
