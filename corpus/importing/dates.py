"""Dates as English pages write them: “Sep 24, 2017”, “September 26th 2017”, “5 September 2017”, “2017-09-05”."""

from __future__ import annotations

import datetime as dt
import re

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
"""The months as Goodreads writes them."""

MONTH = rf"(?:{'|'.join(MONTHS)})[a-z]{{0,6}}\.?"
"""A pattern for the name of a month."""

DATE = rf"{MONTH} \d{{1,2}}(?:st|nd|rd|th)?,? \d{{4}}"
"""A pattern for a date as Goodreads writes it."""

_MONTH_FIRST = re.compile(rf"\b({MONTH}) (\d{{1,2}})(?:st|nd|rd|th)?,? (\d{{4}})\b")
_DAY_FIRST = re.compile(rf"\b(\d{{1,2}})(?:st|nd|rd|th)? ({MONTH}),? (\d{{4}})\b")
_ISO = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})\b")
_YEAR = re.compile(r"\b(1[0-9]{3}|20[0-9]{2})\b")


def date_in(text: str) -> dt.date | None:
    """Return the first whole date in `text`, or None."""
    if found := _ISO.search(text):
        return _date(found[1], int(found[2]), found[3])
    if found := _MONTH_FIRST.search(text):
        return _date(found[3], _month(found[1]), found[2])
    if found := _DAY_FIRST.search(text):
        return _date(found[3], _month(found[2]), found[1])
    return None


def year_in(text: str) -> int | None:
    """Return the first year (1000 to 2099) in `text`, or None."""
    found = _YEAR.search(text)
    return int(found[1]) if found else None


def _month(name: str) -> int:
    return MONTHS.index(name[:3].title()) + 1


def _date(year: str, month: int, day: str) -> dt.date | None:
    try:
        return dt.date(int(year), month, int(day))
    except ValueError:
        return None
