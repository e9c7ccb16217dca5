"""Times as moderators type them: one moment, shown in everybody's own time, or a question what is meant."""

from __future__ import annotations

import datetime as dt

import pytest

from bot.times import MomentProblem, posting_moment, told

NOON = dt.datetime(2027, 3, 1, 12, tzinfo=dt.UTC)  # a Monday


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("in 3 hours", dt.datetime(2027, 3, 1, 15, tzinfo=dt.UTC)),
        ("in 2 days", dt.datetime(2027, 3, 3, 12, tzinfo=dt.UTC)),
        ("Friday 8pm", dt.datetime(2027, 3, 5, 20, tzinfo=dt.UTC)),
        ("2027-03-02 19:00", dt.datetime(2027, 3, 2, 19, tzinfo=dt.UTC)),
        ("2027-03-02 19:00 +02:00", dt.datetime(2027, 3, 2, 17, tzinfo=dt.UTC)),
        ("<t:1803985200:F>", dt.datetime(2027, 3, 2, 11, tzinfo=dt.UTC)),
        ("  in   3 hours ", dt.datetime(2027, 3, 1, 15, tzinfo=dt.UTC)),
    ],
)
def test_what_is_understood(typed: str, meant: dt.datetime) -> None:
    assert posting_moment(typed, NOON) == meant


def test_a_time_without_a_zone_is_one_in_the_clubs_also_when_the_clocks_change() -> None:
    assert posting_moment("Friday 8pm", NOON, "Europe/Berlin") == dt.datetime(2027, 3, 5, 19, tzinfo=dt.UTC)
    assert posting_moment("2027-04-02 20:00", NOON, "Europe/Berlin") == dt.datetime(2027, 4, 2, 18, tzinfo=dt.UTC)
    assert posting_moment("in 3 hours", NOON, "Europe/Berlin") == NOON + dt.timedelta(hours=3)


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("soonish", "don’t understand"),
        ("!!", "don’t understand"),
        ("<t:99999999999>", "understand|year away"),
        ("2027-03-01 11:59", "is over"),
        ("2020-01-01", "is over"),
        ("in 3 years", "more than a year away"),
    ],
)
def test_what_is_not_understood_or_cannot_be_says_what_to_write(typed: str, problem: str) -> None:
    with pytest.raises(MomentProblem, match=problem):
        posting_moment(typed, NOON)


def test_a_moment_is_told_in_each_readers_own_time() -> None:
    assert told(NOON) == f"<t:{int(NOON.timestamp())}:F> (<t:{int(NOON.timestamp())}:R>)"
