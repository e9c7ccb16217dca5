"""Dates, times and zones: as people write them, and over two changes of the clocks in three zones."""

import datetime as dt
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.features.votes.rules import LATEST, SOONEST, USUAL
from bot.times import (
    DAY,
    TIME,
    WEEKDAYS,
    MomentProblem,
    NotUnderstood,
    UnknownZone,
    days_with_months,
    find_zone,
    local,
    moment,
    read_day,
    read_moment,
    read_time,
    search_zones,
)

EIGHT = dt.time(20)


@pytest.mark.parametrize(
    ("zone", "changes"),
    [
        ("Europe/Berlin", [(dt.date(2027, 3, 28), 19, 18), (dt.date(2027, 10, 31), 18, 19)]),
        ("America/New_York", [(dt.date(2027, 3, 14), 25, 24), (dt.date(2027, 11, 7), 24, 25)]),
        ("Australia/Sydney", [(dt.date(2027, 4, 4), 9, 10), (dt.date(2027, 10, 3), 10, 9)]),
    ],
)
def test_eight_stays_eight_on_both_sides_of_two_changes(zone: str, changes: list[tuple[dt.date, int, int]]) -> None:
    for changed, before, after in changes:
        for days, hour in ((-1, before), (0, after), (1, after)):
            day = changed + dt.timedelta(days=days)
            there = moment(day, EIGHT, zone)
            midnight = dt.datetime.combine(day, dt.time(), dt.UTC)
            assert there == midnight + dt.timedelta(hours=hour)
            assert local(there, zone).replace(tzinfo=None) == dt.datetime.combine(day, EIGHT)


@pytest.mark.parametrize(
    ("zone", "day", "said", "utc"),
    [
        ("Europe/Berlin", dt.date(2027, 3, 28), dt.time(2, 30), dt.datetime(2027, 3, 28, 1, 30)),  # noqa: DTZ001
        ("Australia/Lord_Howe", dt.date(2027, 10, 3), dt.time(2, 10), dt.datetime(2027, 10, 2, 15, 40)),  # noqa: DTZ001
        ("Europe/Berlin", dt.date(2027, 10, 31), dt.time(2, 30), dt.datetime(2027, 10, 31, 0, 30)),  # noqa: DTZ001
        ("America/New_York", dt.date(2027, 11, 7), dt.time(1, 30), dt.datetime(2027, 11, 7, 5, 30)),  # noqa: DTZ001
    ],
)
def test_a_time_that_is_left_out_moves_on_and_of_one_that_comes_twice_the_first_counts(
    zone: str, day: dt.date, said: dt.time, utc: dt.datetime
) -> None:
    for fold in (0, 1):
        assert moment(day, said.replace(fold=fold), zone) == utc.replace(tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("typed", "zone"),
    [
        ("Europe/Berlin", "Europe/Berlin"),
        ("europe/berlin ", "Europe/Berlin"),
        ("america/new york", "America/New_York"),
        ("New York", "America/New_York"),
        ("sydney", "Australia/Sydney"),
        ("utc", "UTC"),
        ("EST", "America/New_York"),
        ("PT", "America/Los_Angeles"),
        ("cet", "Europe/Berlin"),
    ],
)
def test_a_zone_answers_to_its_name_to_its_city_and_to_what_people_call_it(typed: str, zone: str) -> None:
    assert find_zone(typed) == zone


@pytest.mark.parametrize(
    ("typed", "hint"),
    [
        ("Europe/Berln", "Did you mean Europe/Berlin?"),
        ("Melborne", "Did you mean Australia/Melbourne?"),
        ("IST", "Write a large city nearby, such as Berlin."),
        ("GMT+2", "Write a large city nearby, such as Berlin."),
        ("", "Write a large city nearby, such as Berlin."),
        ("../../etc/passwd", "Write a large city nearby, such as Berlin."),
        ("x" * 5_000, "Write a large city nearby, such as Berlin."),
    ],
)
def test_what_is_no_zone_is_refused_with_the_nearest(typed: str, hint: str) -> None:
    with pytest.raises(UnknownZone) as refused:
        find_zone(typed)
    assert hint in str(refused.value)
    assert len(str(refused.value)) < 200


def test_zones_are_found_while_somebody_types() -> None:
    assert "Europe/Berlin" in search_zones("ber")
    assert search_zones("europe/")[:2] == ("Europe/Amsterdam", "Europe/Andorra")
    assert "America/New_York" in search_zones("new y")
    assert len(search_zones("")) == 25
    assert search_zones("xyzzy") == ()
    assert all(find_zone(zone) == zone for zone in search_zones("a", 500))


TODAY = dt.date(2026, 3, 11)


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


@pytest.mark.parametrize("words", ["31 april", "31/4", "1/13", "29 february 2027", "monday 12 march"])
def test_a_day_that_there_is_not_is_refused(words: str) -> None:
    with pytest.raises(NotUnderstood, match="Write"):
        read_day(words, TODAY)


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
    assert _plain(days_with_months(words)) == _plain(spelt)


def _plain(words: str) -> str:
    """Return words with months behind their days, which mean the same."""
    return re.sub(r"(january) (\d+)(?!\d| chap)", r"\2 \1", words)


NOON = dt.datetime(2027, 3, 1, 12, tzinfo=dt.UTC)
"""A Monday."""


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("in 3 hours", "2027-03-01T15:00"),
        ("in 2 days", "2027-03-03T12:00"),
        ("Friday 8pm", "2027-03-05T20:00"),
        ("2027-03-02 19:00", "2027-03-02T19:00"),
        ("2027-03-02 19:00 +02:00", "2027-03-02T17:00"),
        ("  in   3 hours ", "2027-03-01T15:00"),
        ("on Friday at 20:00", "2027-03-05T20:00"),
        ("1 week", "2027-03-08T12:00"),
        ("48", "2027-03-03T12:00"),
        ("48 hours", "2027-03-03T12:00"),
        ("24h", "2027-03-02T12:00"),
        ("11am", "2027-03-02T11:00"),
        ("15 March 8pm", "2027-03-15T20:00"),
        ("Friday 8pm Europe/Berlin", "2027-03-05T19:00"),
        ("Friday 8pm CET", "2027-03-05T19:00"),
        ("Friday 8pm America/New_York", "2027-03-06T01:00"),
        (USUAL, "2027-03-04T12:00"),
    ],
)
def test_a_moment_is_understood_as_people_write_it(typed: str, meant: str) -> None:
    assert read_moment(typed, NOON) == dt.datetime.fromisoformat(meant).replace(tzinfo=dt.UTC)


def test_a_time_without_a_zone_is_one_in_the_clubs_also_when_the_clocks_change() -> None:
    assert read_moment("Friday 8pm", NOON, "Europe/Berlin") == dt.datetime(2027, 3, 5, 19, tzinfo=dt.UTC)
    assert read_moment("2027-04-02 20:00", NOON, "Europe/Berlin") == dt.datetime(2027, 4, 2, 18, tzinfo=dt.UTC)
    assert read_moment("in 3 hours", NOON, "Europe/Berlin") == NOON + dt.timedelta(hours=3)
    march = dt.datetime(2026, 3, 27, 12, tzinfo=dt.UTC)
    assert read_moment("Saturday 8pm", march, "Europe/London") == dt.datetime(2026, 3, 28, 20, tzinfo=dt.UTC)
    assert read_moment("Sunday 8pm", march, "Europe/London") == dt.datetime(2026, 3, 29, 19, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("soonish", "don’t understand “soonish”"),
        ("banana", "don’t understand “banana”"),
        ("!!", "don’t understand"),
        ("\u202e@everyone", "don’t understand"),
        ("2027-03-01 11:59", "in the past"),
        ("2020-01-01", "in the past"),
        ("yesterday", "in the past"),
        ("0", "in the past"),
        ("in 3 years", "more than a year away"),
    ],
)
def test_a_moment_that_is_not_understood_or_cannot_be_is_refused_with_examples(typed: str, problem: str) -> None:
    with pytest.raises(MomentProblem, match=problem) as refused:
        read_moment(typed, NOON)
    assert "Friday 8pm" in str(refused.value)


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("in 2 minutes", "less than 5 minutes away"),
        ("33 days", "more than 32 days away"),
        ("9999 hours", "more than 32 days away"),
    ],
)
def test_a_moment_that_is_too_near_or_too_far_is_refused_with_the_limit(typed: str, problem: str) -> None:
    with pytest.raises(MomentProblem, match=problem):
        read_moment(typed, NOON, "UTC", SOONEST, LATEST)
