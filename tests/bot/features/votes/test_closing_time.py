from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from bot.features.votes.rules import VoteProblem, closing_time

NOW = dt.datetime(2026, 1, 1, 12, 30, tzinfo=dt.UTC)
"""A Thursday."""


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Friday 8pm", "2026-01-02T20:00"),
        ("on Friday at 20:00", "2026-01-02T20:00"),
        ("in 3 days", "2026-01-04T12:30"),
        ("1 week", "2026-01-08T12:30"),
        ("48", "2026-01-03T12:30"),
        ("48 hours", "2026-01-03T12:30"),
        ("24h", "2026-01-02T12:30"),
        ("11am", "2026-01-02T11:00"),
        ("15 January 8pm", "2026-01-15T20:00"),
        ("2026-01-05 20:00", "2026-01-05T20:00"),
        ("Friday 8pm Europe/Berlin", "2026-01-02T19:00"),
        ("Friday 8pm CET", "2026-01-02T19:00"),
        ("Friday 8pm America/New_York", "2026-01-03T01:00"),
        ("", "2026-01-04T12:30"),
    ],
)
def test_a_closing_time_is_understood_as_people_write_it(typed: str, meant: str) -> None:
    assert closing_time(typed, NOW) == dt.datetime.fromisoformat(meant).replace(tzinfo=dt.UTC)


def test_a_time_of_day_is_one_in_the_zone_also_when_the_clocks_change() -> None:
    london, march = ZoneInfo("Europe/London"), dt.datetime(2026, 3, 27, 12, tzinfo=dt.UTC)
    assert closing_time("Saturday 8pm", march, london) == dt.datetime(2026, 3, 28, 20, tzinfo=dt.UTC)
    assert closing_time("Sunday 8pm", march, london) == dt.datetime(2026, 3, 29, 19, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("banana", "do not understand “banana”"),
        ("yesterday", "in the past"),
        ("in 2 minutes", "five minutes away"),
        ("0", "in the past"),
        ("33 days", "32 days at most"),
        ("9999 hours", "32 days at most"),
        ("\u202e@everyone", "do not understand"),
    ],
)
def test_what_is_no_time_or_too_near_or_too_far_is_told_with_examples(typed: str, told: str) -> None:
    with pytest.raises(VoteProblem, match=told) as problem:
        closing_time(typed, NOW)
    assert "Friday 8pm" in str(problem.value)
