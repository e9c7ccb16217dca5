"""The exported calendar: read back by icalendar, and its clocks by dateutil, which knows them from the file alone."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar, Event

from bot.features.schedules.changes import cancelled, edited, paused, read_wish, shifted
from bot.features.schedules.rules import NotPossible, Schedule, SectionState
from bot.features.schedules.views import exported, file_name
from tests.fakes.scheduled import NOW, a_book, a_schedule

ZONES = ["Europe/Berlin", "America/New_York", "Australia/Sydney"]


def read(schedule: Schedule) -> list[Event]:
    calendar = Calendar.from_ical(exported(schedule, NOW))
    assert isinstance(calendar, Calendar)
    return list(calendar.events)


def start(event: Event) -> dt.datetime:
    assert isinstance(event.start, dt.datetime)
    return event.start


@pytest.mark.parametrize("zone", [*ZONES, "UTC"])
def test_every_meeting_comes_back_as_it_was(zone: str) -> None:
    schedule = a_schedule("Fridays at 8pm, one chapter each", zone=zone)
    events = read(schedule)
    assert [start(event).astimezone(dt.UTC) for event in events] == [s.meets for s in schedule.sections]
    assert {event.duration for event in events} == {dt.timedelta(hours=1)}
    assert {(start(event).hour, str(start(event).tzinfo)) for event in events} == {(20, zone)}
    assert [event.uid for event in events] == [f"s12-{n}@dogear" for n in range(1, 28)]
    assert str(events[0]["SUMMARY"]) == "Smiley's People, chapter 1"
    assert {str(event["STATUS"]) for event in events} == {"CONFIRMED"}


def test_the_file_keeps_to_the_form() -> None:
    schedule = a_schedule(book=a_book(title="Žluťoučký kůň, “a; very\\ long” title " * 4))
    data = exported(schedule, NOW)
    lines = data.split(b"\r\n")
    assert lines[0] == b"BEGIN:VCALENDAR"
    assert lines[-2:] == [b"END:VCALENDAR", b""]
    assert all(len(line) <= 75 for line in lines), "folded"
    assert b"\n" not in b"".join(lines)
    for required in (b"VERSION:2.0", b"PRODID:-//Dogear//Reading schedules//EN", b"METHOD:PUBLISH"):
        assert required in lines
    events = read(schedule)
    assert all({"UID", "DTSTAMP", "DTSTART", "SUMMARY", "SEQUENCE", "STATUS"} <= event.keys() for event in events)
    assert all(not event.errors for event in events)
    assert str(events[0]["SUMMARY"]).endswith("…, chapters 1–5")
    calendar = Calendar.from_ical(data)
    assert [zone.tz_name for zone in calendar.timezones] == ["Europe/Berlin"]
    assert file_name(schedule) == "smileys-people.ics"


def test_nothing_is_told_but_title_range_and_date() -> None:
    known = {"UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "SEQUENCE", "STATUS"}
    assert all(event.keys() == known for event in read(a_schedule()))


def test_what_was_cancelled_or_paused_is_said_so_with_a_higher_sequence() -> None:
    schedule = a_schedule()
    now = schedule.sections[0].meets
    opened = schedule.with_section(replace(schedule.sections[0], state=SectionState.OPENED))
    assert [(str(e["STATUS"]), e.sequence) for e in read(cancelled(opened, now).after)] == [
        ("CONFIRMED", 0), *[("CANCELLED", 1)] * 5,
    ]  # fmt: skip
    assert [(str(e["STATUS"]), e.sequence) for e in read(paused(opened, now).after)] == [
        ("CONFIRMED", 0), *[("TENTATIVE", 1)] * 5,
    ]  # fmt: skip
    skipped = schedule.with_section(replace(schedule.sections[0], state=SectionState.SKIPPED))
    assert str(read(skipped)[0]["STATUS"]) == "CANCELLED"
    fewer = edited(schedule, read_wish("Fridays, 14 chapters each", NOW), a_book(), NOW).after
    assert [str(e["STATUS"]) for e in read(fewer)] == ["CONFIRMED"] * 2 + ["CANCELLED"] * 4


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 6), st.integers(-10, 30)), max_size=6))
def test_meetings_keep_their_uids_and_raise_their_sequence_whenever_they_move(shifts: list[tuple[int, int]]) -> None:
    schedule = a_schedule()
    for number, by in shifts:
        try:
            after = shifted(schedule, number, by, NOW).after
        except NotPossible:
            continue
        for old, new in zip(read(schedule), read(after), strict=True):
            assert new.uid == old.uid
            assert new.sequence == old.sequence + (start(new) != start(old))
        schedule = after
