"""Local times as moments: over two changes of the clocks in three zones, in gaps, in folds, and zones by name."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.times import UnknownZone, find_zone, local, moment, search_zones
from tests.fakes.scheduled import a_schedule

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
            assert there.utc == midnight + dt.timedelta(hours=hour)
            assert (there.local.date(), there.local.time(), there.note) == (day, EIGHT, "")


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Australia/Sydney"])
def test_half_a_year_of_fridays_is_at_eight(zone: str) -> None:
    schedule = a_schedule("Fridays 8pm, one chapter each", zone=zone)
    assert len({section.meets.time() for section in schedule.sections}) == 2, "the clocks change in that time"
    assert {local(section.meets, zone).strftime("%A %H:%M") for section in schedule.sections} == {"Friday 20:00"}


@pytest.mark.parametrize(
    ("zone", "day", "said", "shown"),
    [
        ("Europe/Berlin", dt.date(2027, 3, 28), dt.time(2, 30), dt.time(3, 30)),
        ("America/New_York", dt.date(2027, 3, 14), dt.time(2, 0), dt.time(3, 0)),
        ("Australia/Sydney", dt.date(2027, 10, 3), dt.time(2, 59), dt.time(3, 59)),
        ("Australia/Lord_Howe", dt.date(2027, 10, 3), dt.time(2, 10), dt.time(2, 40)),
    ],
)
def test_a_time_that_the_clocks_leap_over_moves_on_by_the_leap(
    zone: str, day: dt.date, said: dt.time, shown: dt.time
) -> None:
    there = moment(day, said, zone)
    assert there.local.time() == shown
    assert f"leap over {said:%H:%M}: it is {shown:%H:%M} then" in there.note


@pytest.mark.parametrize(
    ("zone", "day", "utc"),
    [
        ("Europe/Berlin", dt.date(2027, 10, 31), dt.datetime(2027, 10, 31, 0, 30, tzinfo=dt.UTC)),
        ("America/New_York", dt.date(2027, 11, 7), dt.datetime(2027, 11, 7, 5, 30, tzinfo=dt.UTC)),
        ("Australia/Sydney", dt.date(2027, 4, 4), dt.datetime(2027, 4, 3, 15, 30, tzinfo=dt.UTC)),
    ],
)
def test_of_a_time_that_comes_twice_the_first_counts(zone: str, day: dt.date, utc: dt.datetime) -> None:
    said = dt.time(1, 30) if zone == "America/New_York" else dt.time(2, 30)
    for fold in (0, 1):
        there = moment(day, said.replace(fold=fold), zone)
        assert there.utc == utc
        assert f"show {said:%H:%M} twice" in there.note


def test_a_day_that_an_island_left_out_is_noted_too() -> None:
    there = moment(dt.date(2011, 12, 30), EIGHT, "Pacific/Apia")
    assert there.local == local(there.utc, "Pacific/Apia")
    assert there.local.date() == dt.date(2011, 12, 31)
    assert there.note


@given(
    st.dates(dt.date(2000, 1, 1), dt.date(2036, 1, 1)),
    st.times(),
    st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Sydney", "Asia/Kathmandu", "UTC"]),
)
def test_a_moment_without_a_note_shows_the_time_that_was_said(day: dt.date, at: dt.time, zone: str) -> None:
    there = moment(day, at, zone)
    assert local(there.utc, zone) == there.local
    assert there.note or (there.local.date(), there.local.time()) == (day, at)


@pytest.mark.parametrize(
    ("typed", "zone"),
    [
        ("Europe/Berlin", "Europe/Berlin"),
        ("europe/berlin ", "Europe/Berlin"),
        ("america/new york", "America/New_York"),
        ("New York", "America/New_York"),
        ("sydney", "Australia/Sydney"),
        ("utc", "UTC"),
    ],
)
def test_a_zone_answers_to_its_name_and_to_its_city(typed: str, zone: str) -> None:
    assert find_zone(typed) == zone


@pytest.mark.parametrize(
    ("typed", "hint"),
    [
        ("Europe/Berln", "Did you mean Europe/Berlin?"),
        ("Melborne", "Did you mean Australia/Melbourne?"),
        ("EST", "Write a zone like Europe/Berlin."),
        ("CET", "Write a zone like Europe/Berlin."),
        ("GMT+2", "Write a zone like Europe/Berlin."),
        ("", "Write a zone like Europe/Berlin."),
        ("../../etc/passwd", "Write a zone like Europe/Berlin."),
        ("x" * 5_000, "Write a zone like Europe/Berlin."),
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
