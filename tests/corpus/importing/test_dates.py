"""Dates as English pages write them."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.importing.text import MONTHS, date_in, year_in


@pytest.mark.parametrize(
    "text",
    ["Sep 05, 2017", "September 5th 2017", "5 September 2017", "2017-09-05", "on Sept. 5, 2017 by Viking"],
)
def test_a_day_is_read_in_its_spellings(text: str) -> None:
    assert date_in(text) == dt.date(2017, 9, 5)


@pytest.mark.parametrize(
    "text", ["", "May 1857", "2017", "Feb 30, 2017", "Maybe 12, 2017x", "13 of 2017", "2017-13-01"]
)
def test_what_is_no_whole_day_is_none(text: str) -> None:
    assert date_in(text) is None


@given(st.dates(min_value=dt.date(1000, 1, 1)))
def test_every_day_is_read_back(day: dt.date) -> None:
    assert date_in(f"{MONTHS[day.month - 1]} {day.day:02d}, {day.year}") == day
    assert date_in(day.isoformat()) == day


def test_a_year_is_found_alone() -> None:
    assert year_in("May 1857") == 1857
    assert year_in("page 12 of 526") is None
    assert year_in("in 18570") is None
