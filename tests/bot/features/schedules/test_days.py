"""Dates and times of day, in all the ways in which people write them."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.features.schedules.plan import WEEKDAYS, NotUnderstood
from bot.features.schedules.words import DAY, TIME, Today, read_day, read_time, spelt_out

TODAY = Today(dt.date(2026, 3, 11))


def ordinal(number: int) -> str:
    ending = "th" if 10 < number < 14 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def ways(day: dt.date) -> list[str]:
    month, weekday = f"{day:%B}".lower(), WEEKDAYS[day.weekday()].lower()
    return [
        f"{day.day} {month}",
        f"{day.day} {month[:3]}",
        f"{day.day} {month} {day.year}",
        f"{ordinal(day.day)} of {month}",
        f"the {ordinal(day.day)} of {month}",
        f"{month} {day.day}",
        f"{month} the {ordinal(day.day)}, {day.year}",
        f"{weekday} {day.day} {month}",
        f"{weekday[:3]}, {month[:3]} {ordinal(day.day)}",
        day.isoformat(),
        f"{day.day}/{day.month}",
        f"{day.day}/{day.month}/{day:%y}",
        f"{day.day}.{day.month}.",
        f"{day.day:02}.{day.month:02}.{day.year}",
    ]


@settings(deadline=None)
@given(st.dates(dt.date(2026, 3, 12), dt.date(2027, 3, 10)))
def test_a_day_of_the_coming_year_is_read_in_every_way(day: dt.date) -> None:
    for words in ways(day):
        assert re.fullmatch(DAY, words), words
        assert read_day(words, TODAY) == day, words


@settings(deadline=None)
@given(st.times())
def test_a_time_of_day_is_read_in_every_way(at: dt.time) -> None:
    at = at.replace(second=0, microsecond=0)
    twelve, half = at.hour % 12 or 12, "pm" if at.hour >= 12 else "am"
    colon, dot = f"{at:%H:%M}", f"{twelve}.{at:%M}{half}"
    for words in (colon, dot, colon.replace(":", "h"), f"{twelve}:{at:%M} {half}", f"{twelve}:{at:%M} {half[0]}.m."):
        assert re.fullmatch(TIME, words), words
        assert read_time(words) == at, words


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("today", dt.date(2026, 3, 11)),
        ("tomorrow", dt.date(2026, 3, 12)),
        ("this friday", dt.date(2026, 3, 13)),
        ("next friday", dt.date(2026, 3, 13)),
        ("next wednesday", dt.date(2026, 3, 18)),
        ("friday next week", dt.date(2026, 3, 20)),
        ("next week", dt.date(2026, 3, 16)),
        ("next month", dt.date(2026, 4, 1)),
        ("in two weeks", dt.date(2026, 3, 25)),
        ("after 3 days", dt.date(2026, 3, 14)),
        ("the 11th", dt.date(2026, 4, 11)),
        ("the 31st", dt.date(2026, 3, 31)),
        ("march 2026", dt.date(2026, 3, 11)),
        ("29 feb", dt.date(2028, 2, 29)),
        ("2 sept", dt.date(2026, 9, 2)),
        ("thurs 12 march", dt.date(2026, 3, 12)),
    ],
)
def test_a_day_is_counted_from_today(words: str, day: dt.date) -> None:
    assert read_day(words, TODAY) == day


@pytest.mark.parametrize("words", ["31 april", "2027-13-01", "31/4", "1/13", "29 february 2027", "monday 12 march"])
def test_a_day_that_there_is_not_is_refused(words: str) -> None:
    with pytest.raises(NotUnderstood, match="Write"):
        read_day(words, TODAY)


def test_a_day_that_the_next_month_lacks_is_refused() -> None:
    with pytest.raises(NotUnderstood, match="Write the month too"):
        read_day("the 31st", Today(dt.date(2026, 3, 31)))


@pytest.mark.parametrize(
    ("words", "spelt"),
    [
        ("5, 12 and 19 january", "5 january, 12 january, 19 january"),
        ("5 & 12 of jan 2028", "5 jan 2028, 12 jan 2028"),
        ("january 5, 12 and 19 at 8pm", "january 5, january 12, january 19 at 8pm"),
        ("january 5, 5 chapters a week", "january 5, 5 chapters a week"),
        ("1-5, 6-12 on 5 and 12 january", "1-5, 6-12 on 5 january, 12 january"),
        ("at 20:00, 12 january", "at 20:00, 12 january"),
    ],
)
def test_a_list_of_days_has_its_month_everywhere(words: str, spelt: str) -> None:
    assert _plain(spelt_out(words)) == _plain(spelt)


def _plain(words: str) -> str:
    """Return words with months behind their days, which mean the same."""
    return re.sub(r"(january) (\d+)(?!\d| chap)", r"\2 \1", words)
