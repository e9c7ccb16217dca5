"""Dates, times and zones as people write them, and moments as clocks in a zone show them."""

import datetime as dt
import re
from difflib import get_close_matches
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from dateutil.rrule import DAILY, rrule

from corpus.errors import DogearError
from corpus.positions import shown

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
"""Names of the days, from 0 as Python counts them."""

YEAR = dt.timedelta(days=366)
CENTURY = 2100  # from this year on, a day was not meant: of 1/13, a parser makes one in 2113
_MONTHS = (
    r"jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?"
)
MONTH = rf"(?:{_MONTHS})\b\.?"  # a pattern for the name of a month
WEEKDAY = (
    r"(?:mon(?:day)?|tue(?:s(?:day)?)?|wed(?:nesday|s)?|thu(?:rs?(?:day)?)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?)"
)
"""A pattern for the name of a day of the week."""

_ORDINAL = r"(?:[12]\d|3[01]|0?[1-9])(?:st|nd|rd|th)"
_NUMBER = rf"{_ORDINAL}?"
_YEAR = r"(?:,? ?20\d\d(?![:.\d]))"
_FIGURES = r"20\d\d-\d\d?-\d\d?|\d\d?/\d\d?(?:/(?:20)?\d\d)?|\d\d?\.\d\d?\.(?:20\d\d)?"
_NAMED = rf"{_NUMBER}(?: of)? {MONTH}{_YEAR}?|{MONTH}(?: the)? {_NUMBER}(?![\d:%.-]| ?[ap]\.?m\b){_YEAR}?"
DAY = (
    rf"(?:(?:{WEEKDAY},? )?(?:the )?(?:{_FIGURES}|{_NAMED}|{_ORDINAL})"
    rf"|today|tomorrow|(?:this|next|coming) {WEEKDAY})(?!\w|%)"
)
"""A pattern for one day."""

BEGINNING = (
    rf"(?:{DAY}|next (?:week|month)|(?:in|after) (?:\d\d?|a|an|one|two|three|four|six|eight) (?:day|week|month)s?"
    rf"|{MONTH}(?:{_YEAR})?|{WEEKDAY})(?!\w)"
)
"""A pattern for a day, or for a week or a month to begin with."""

TIME = (
    r"(?:(?:[01]?\d|2[0-4])[:.h][0-5]\d(?: ?[ap]\.?m\b\.?)?|(?:[01]?\d) ?[ap]\.?m\b\.?|noon|midnight"
    r"|\d\d? in the (?:morning|afternoon|evening)|\d\d?(?: ?o'? ?clock|h)?)(?!\w|[-/]|[.:]\d| to )"
)
"""A pattern for a time of day."""

_LIST = re.compile(
    rf"(?<![\w:.-])({_NUMBER}(?:(?:, | and |, and | & ){_NUMBER})+)(?: of)? ({MONTH})({_YEAR})?(?!\w)"
    rf"|\b({MONTH}) ({_NUMBER}(?:(?:, | and |, and | & ){_NUMBER}(?![\w:.-]))+)(?= at\b|[,;]|$)({_YEAR})?"
)
_HOURS = re.compile(r"(?:in\s+)?(\d{1,4})\s*(?:h|hrs?|hours?)?", re.IGNORECASE)
_SHORT = 4  # letters from which a part of a name says which zone is meant; “est” is in Brest and in Budapest


class NotUnderstood(DogearError):
    """A part of what was written is not understood; `part` is the words, and the message says what to write."""

    def __init__(self, part: str, cure: str) -> None:
        super().__init__(f"I don’t understand {shown(part)}. {cure}")
        self.part = part


class MomentProblem(DogearError):
    """A moment that is not understood, has passed, or is too near or too far away."""


class UnknownZone(DogearError):
    """No zone of the IANA database answers to what was typed."""

    def __init__(self, typed: str, nearest: tuple[str, ...]) -> None:
        likely = f"Did you mean {' or '.join(nearest)}?" if nearest else "Write a large city nearby, such as Berlin."
        super().__init__(f"I don’t know the time zone {shown(typed)}. {likely}")


def moment(day: dt.date, at: dt.time, zone: str) -> dt.datetime:
    """Return the moment at which clocks in a zone show a time on a day: 8pm stays 8pm when the clocks change.

    A time that the clocks leap over moves on by the leap; of a time that comes twice, the first counts.
    """
    return dt.datetime.combine(day, at.replace(fold=0), ZoneInfo(zone)).astimezone(dt.UTC)


def local(moment_: dt.datetime, zone: str) -> dt.datetime:
    """Return a moment as clocks in a zone show it."""
    return moment_.astimezone(ZoneInfo(zone))


def zone_name(zone: str) -> str:
    """Return a zone as people say it: “Berlin time”."""
    city = zone.rpartition("/")[2].replace("_", " ")
    return f"{city} time" if city != "UTC" else city


def day_name(day: dt.date) -> str:
    """Return a date so that nobody can take its month for its day: “Friday 5 January 2029”."""
    return f"{WEEKDAYS[day.weekday()]} {day.day} {day:%B %Y}"


def timestamp(when: dt.datetime) -> str:
    """Return a moment as Discord shows it, in each reader's own time, and how long it is until then."""
    seconds = int(when.timestamp())
    return f"<t:{seconds}:F> (<t:{seconds}:R>)"


def read_moment(
    typed: str, now: dt.datetime, zone: str = "UTC", soonest: dt.timedelta = dt.timedelta(), latest: dt.timedelta = YEAR
) -> dt.datetime:
    """Return the moment that is meant, in UTC, as it is typed in a zone; a bare number is hours.

    It lies after `now`, by `soonest` to `latest`. Raises MomentProblem.
    """
    text = " ".join(typed.split())[:100]
    words, _, last = text.rpartition(" ")
    if ("/" in last and last in available_timezones()) or last.casefold() in _ABBREVIATED:
        text, zone = words, find_zone(last)
    try:
        hours = _HOURS.fullmatch(text)
        there = local(now, zone).replace(tzinfo=None)
        found = now + dt.timedelta(hours=int(hours[1])) if hours else _parsed(text, there)[0]
        if found is not None:
            found = (found if found.tzinfo else found.replace(tzinfo=ZoneInfo(zone))).astimezone(dt.UTC)
    except (ValueError, OverflowError):
        found = None
    tomorrow = now + dt.timedelta(days=1)
    cure = f"Write for example “in 3 days”, “Friday 8pm”, “Friday 8pm Europe/London” or “{tomorrow:%Y-%m-%d} 19:00”."
    if found is None:
        raise MomentProblem(f"I don’t understand “{text[:60]}” as a time. {cure}")
    if found <= now or found < now + soonest:
        minutes = f", or less than {soonest.seconds // 60} minutes away" if soonest else ""
        raise MomentProblem(f"{timestamp(found)} is in the past{minutes}. {cure}")
    if found > now + latest:
        most = "a year" if latest == YEAR else f"{latest.days} days"
        raise MomentProblem(f"{timestamp(found)} is more than {most} away. {cure}")
    return found.replace(microsecond=0)


def read_day(text: str, today: dt.date) -> dt.date:
    """Return the day that words matched by DAY or BEGINNING mean, said on a day. Raises NotUnderstood."""
    if text == "next week":
        return today + dt.timedelta(days=7 - today.weekday())
    plain = re.sub(r"^(?:next|coming) (?!month|week)|^this ", "", re.sub(r"^after ", "in ", text))
    named = re.match(rf"({WEEKDAY}),? (?=\S)", plain)
    rest = re.sub(r"^the (?=\d)", "", plain[named.end() :] if named else plain)
    rest = re.sub(r"(?<=\d)\.", "/", rest).rstrip("/")  # a parser takes 1.10. for a time
    midnight = dt.datetime.combine(today, dt.time())
    if number := re.fullmatch(_ORDINAL, rest):
        day = rrule(DAILY, midnight + dt.timedelta(days=1), bymonthday=int(number[0][:-2]))[0].date()
    else:
        parsed, period = _parsed(rest, midnight)
        if parsed is None or parsed.year >= CENTURY:
            raise NotUnderstood(text, "There is no such date. Write one like 5 January or 2027-01-05.")
        day = max(parsed.date().replace(day=1), today) if period == "month" else parsed.date()
    if named and day.weekday() != weekday(named[1]):
        raise NotUnderstood(text, f"That day is {day_name(day)}. Write the date alone.")
    return day


def read_time(text: str) -> dt.time:
    """Return the time of day that words matched by TIME mean. Raises NotUnderstood."""
    plain = re.sub(r"\bo'? ?clock|(?<=\d)h$", "", text).strip()
    if re.fullmatch(r"\d\d?", plain):
        if not 13 <= int(plain) <= 23:
            raise NotUnderstood(text, f"Is {plain} in the morning or in the evening? Write for example 8pm or 20:00.")
        plain += ":00"
    if plain == "midnight":
        raise NotUnderstood(text, "Midnight at which end of the day? Write 0:00 or 23:59.")
    plain = re.sub(r"(?<=\d)[.h](?=\d)", ":", plain).replace(".", "")
    found, _ = _parsed(plain, dt.datetime(2000, 1, 1))  # noqa: DTZ001  a time of day has no zone
    if found is None:
        raise NotUnderstood(text, "There is no such time. Write for example 8pm or 20:00.")
    return found.time().replace(second=0, microsecond=0)


def days_with_months(text: str) -> str:
    """Return a text in which every day of a list has its month: “5, 12 and 19 January” names three days."""

    def each(found: re.Match[str]) -> str:
        days, month, year = (found[1], found[2], found[3]) if found[1] else (found[5], found[4], found[6])
        return ", ".join(f"{day} {month}{year or ''}" for day in re.findall(_NUMBER, days))

    return _LIST.sub(each, text)


def weekday(name: str) -> int:
    """Return the number of a day of the week, from 0 for Monday, by any name that WEEKDAY matches."""
    return next(n for n, each in enumerate(WEEKDAYS) if each.lower().startswith(name[:3]))


_ABBREVIATED = {
    short: zone
    for zone, shorts in {
        "America/New_York": "et est edt eastern", "America/Chicago": "ct cst cdt central",
        "America/Denver": "mt mst mdt mountain", "America/Los_Angeles": "pt pst pdt pacific",
        "Europe/London": "gmt bst uk", "Europe/Berlin": "cet cest", "Asia/Tokyo": "jst",
        "Australia/Sydney": "aet aest aedt",
    }.items()
    for short in shorts.split()
}  # fmt: skip
"""Abbreviations that mean the clocks of one place to most people who use them; IST means several, and is not here."""


def find_zone(typed: str) -> str:
    """Return the zone that answers to a name or to a city: “europe/berlin”, “New York”. Raises UnknownZone.

    By an abbreviation, the clocks of a place are meant: “8pm EST” is New York's time, in summer as well.
    """
    if (meant := _ABBREVIATED.get(typed.strip().casefold())) is not None:
        return meant
    key, city = _key(typed), _key(typed.rpartition("/")[2])[:60]
    cities = {_key(zone.rpartition("/")[2]): zone for zone in _zones()}
    near = [zone for zone in _zones() if key in (_key(zone), _key(zone.rpartition("/")[2]))]
    if len(near) == 1:
        return near[0]
    if len(city) >= _SHORT:
        near = near or [*search_zones(typed, 3)] or [cities[each] for each in get_close_matches(city, cities, 2, 0.7)]
    raise UnknownZone(typed, tuple(near[:3]))


def search_zones(typed: str, limit: int = 25) -> tuple[str, ...]:
    """Return the zones that somebody may be typing, the likeliest first; all of them in order for nothing typed."""
    key = _key(typed)
    begun = [zone for zone in _zones() if any(_key(part).startswith(key) for part in (zone, *zone.split("/")[1:]))]
    within = [zone for zone in _zones() if key in _key(zone)]
    return tuple(dict.fromkeys([*begun, *within]))[:limit]


def _parsed(text: str, now: dt.datetime) -> tuple[dt.datetime | None, str]:
    """Return what dateparser understands, seen from `now`, and whether it is a day, a week or a month."""
    found = _parser(now).get_date_data(text)
    return found.date_obj, found.period or ""


@lru_cache(maxsize=4)
def _parser(now: dt.datetime) -> Any:  # noqa: ANN401 (of a library that is loaded late)
    from dateparser.date import DateDataParser  # dates are rarely read, and loading this takes half a second

    settings = {"RELATIVE_BASE": now, "PREFER_DATES_FROM": "future", "DATE_ORDER": "DMY"}
    return DateDataParser(languages=["en"], settings=settings | {"PARSERS": ["relative-time", "absolute-time"]})


def _key(name: str) -> str:
    return re.sub(r"[\s_]+", " ", name.strip()).casefold()


@lru_cache(maxsize=1)
def _zones() -> tuple[str, ...]:
    """Return the zones that are places, and UTC."""
    old = ("Etc/", "SystemV/", "US/", "posix/", "right/")
    return ("UTC", *sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith(old)))
