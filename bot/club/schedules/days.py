"""Dates and times of day within a sentence: patterns for how people write them, and dateparser for what they mean."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from functools import lru_cache

from dateparser.date import DateDataParser

from bot.club.schedules.wishes import WEEKDAYS, NotUnderstood, day_name

_MONTHS = (
    r"jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?"
)
MONTH = rf"(?:{_MONTHS})\b\.?"
"""A pattern for the name of a month."""

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
    rf"|today|tomorrow|(?:this|next|coming) {WEEKDAY}|{WEEKDAY} (?:of )?next week)(?!\w|%)"
)
"""A pattern for one day."""

BEGINNING = (
    rf"(?:{DAY}|next (?:week|month)|(?:in|after) (?:\d\d?|a|an|one|two|three|four|six|eight) (?:day|week|month)s?"
)
BEGINNING += rf"|{MONTH}(?:{_YEAR})?|{WEEKDAY})(?!\w)"
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


@dataclass(frozen=True, slots=True)
class Today:
    """The day in the club's zone on which the words are said, and which of 3/4 is the month."""

    date: dt.date
    month_first: bool = False


def spelt_out(text: str) -> str:
    """Return a text in which every day of a list has its month: “5, 12 and 19 January” names three days."""

    def each(found: re.Match[str]) -> str:
        days, month, year = (found[1], found[2], found[3]) if found[1] else (found[5], found[4], found[6])
        return ", ".join(f"{day} {month}{year or ''}" for day in re.findall(_NUMBER, days))

    return _LIST.sub(each, text)


def read_day(text: str, today: Today) -> dt.date:
    """Return the day that words matched by DAY or BEGINNING mean. Raises NotUnderstood."""
    if found := re.fullmatch(rf"({WEEKDAY}) (?:of )?next week", text):
        return _monday_after(today.date) + dt.timedelta(days=weekday(found[1]))
    if text == "next week":
        return _monday_after(today.date)
    plain = re.sub(r"^(?:next|coming) (?!month|week)|^this ", "", re.sub(r"^after ", "in ", text))
    named = re.match(rf"({WEEKDAY}),? (?=\S)", plain)
    rest = re.sub(r"^the (?=\d)", "", plain[named.end() :] if named else plain)
    if re.search(r"\d[-/.]\d", rest):
        return _on_weekday(_in_figures(rest, text, today), named, text)
    if number := re.fullmatch(_ORDINAL, rest):
        return _on_weekday(_of_month(int(number[0][:-2]), text, today.date), named, text)
    found_date, period = _parsed(rest, today.date)
    if found_date is None:
        raise NotUnderstood(text, "There is no such day. Write a date like 5 January or 2027-01-05.")
    day = found_date.date()
    if period == "month":
        day = max(day.replace(day=1), today.date)
    return _on_weekday(day, named, text)


def read_time(text: str) -> dt.time:
    """Return the time of day that words matched by TIME mean. Raises NotUnderstood."""
    plain = re.sub(r"\bo'? ?clock|(?<=\d)h$", "", text).strip()
    if re.fullmatch(r"\d\d?", plain):
        if not 13 <= int(plain) <= 23:
            raise NotUnderstood(text, f"Is it {plain} in the morning or in the evening? Write 8pm or 20:00.")
        plain += ":00"
    if plain == "midnight":
        raise NotUnderstood(text, "On which side of the day? Write 0:00 or 23:59.")
    plain = re.sub(r"(?<=\d)[.h](?=\d)", ":", plain).replace(".", "")
    found, _ = _parsed(plain, dt.date(2000, 1, 1))
    if found is None:
        raise NotUnderstood(text, "There is no such time of day. Write 8pm or 20:00.")
    return found.time().replace(second=0, microsecond=0)


def weekday(name: str) -> int:
    """Return the number of a day of the week, from 0 for Monday, by any name that WEEKDAY matches."""
    return next(n for n, each in enumerate(WEEKDAYS) if each.lower().startswith(name[:3]))


def _monday_after(day: dt.date) -> dt.date:
    return day + dt.timedelta(days=7 - day.weekday())


def _in_figures(figures: str, text: str, today: Today) -> dt.date:
    """Return the day that figures alone mean, this year or next: a parser that guesses takes 1.10. for a time."""
    numbers = [int(number) for number in re.findall(r"\d+", figures)]
    if figures.startswith("20") and "-" in figures:
        year, month, day = numbers
    else:
        first, second, *said = numbers
        day, month = (second, first) if today.month_first and "/" in figures else (first, second)
        year = said[0] % 100 + 2000 if said else today.date.year + ((month, day) <= (today.date.month, today.date.day))
    try:
        return dt.date(year, month, day)
    except ValueError as error:
        raise NotUnderstood(text, "There is no such day. Write a date like 5 January or 2027-01-05.") from error


def _on_weekday(day: dt.date, named: re.Match[str] | None, text: str) -> dt.date:
    if named and day.weekday() != weekday(named[1]):
        raise NotUnderstood(text, f"That day is {day_name(day)}. Write the date alone.")
    return day


def _of_month(number: int, text: str, today: dt.date) -> dt.date:
    """Return the next day of that number: “the 5th”, said on the 11th, is in the next month."""
    month = today if number > today.day else today.replace(day=28) + dt.timedelta(days=4)
    try:
        return month.replace(day=number)
    except ValueError as error:
        raise NotUnderstood(text, "The month has no such day. Write the month too.") from error


def _parsed(text: str, today: dt.date) -> tuple[dt.datetime | None, str]:
    found = _parser(today).get_date_data(text)
    return found.date_obj, found.period or ""


@lru_cache(maxsize=4)
def _parser(today: dt.date) -> DateDataParser:
    return DateDataParser(
        languages=["en"],
        settings={
            "RELATIVE_BASE": dt.datetime.combine(today, dt.time()),
            "PREFER_DATES_FROM": "future",
            "PARSERS": ["relative-time", "absolute-time"],
        },
    )
