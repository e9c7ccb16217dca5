"""Changing a schedule: what would change is shown, what is past stays, and the order of meetings holds."""

import datetime as dt
from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.features.schedules.changes import (
    ScheduleChange,
    cancelled,
    ended,
    moved,
    paused,
    planned_anew,
    resumed,
    shifted,
)
from bot.features.schedules.rules import NotPossible, Schedule, ScheduleState, SectionState
from bot.features.schedules.words import read_wish
from bot.times import local
from tests.fakes.scheduled import NOW, a_book, a_schedule

DAY = dt.timedelta(days=1)


def running() -> tuple[Schedule, dt.datetime]:
    """Return a schedule of six sections whose first is open, on the day after; the next meeting has an event."""
    schedule = a_schedule()
    schedule = schedule.with_section(1, state=SectionState.OPENED, thread=901, event=801)
    return schedule.with_section(2, event=802), schedule.sections[0].meets + DAY


def days(schedule: Schedule) -> list[str]:
    return [f"{section.day:%d.%m.}" for section in schedule.live]


def test_a_shift_moves_a_section_and_all_after_it() -> None:
    schedule, now = running()
    change = shifted(schedule, 3, 7, now)
    assert days(schedule) == ["08.01.", "15.01.", "22.01.", "29.01.", "05.02.", "12.02."]
    assert days(change.after) == ["08.01.", "15.01.", "29.01.", "05.02.", "12.02.", "19.02."]
    assert [section.sequence for section in change.after.sections] == [0, 0, 1, 1, 1, 1]
    assert change.preview() == [
        "3. Friday 22 January 2027, 20:00 → Friday 29 January 2027, 20:00",
        "4. Friday 29 January 2027, 20:00 → Friday 5 February 2027, 20:00",
        "5. Friday 5 February 2027, 20:00 → Friday 12 February 2027, 20:00",
        "6. Friday 12 February 2027, 20:00 → Friday 19 February 2027, 20:00",
        "The open thread stays as it is.",
    ]


def test_an_event_that_members_see_moves_along() -> None:
    schedule, now = running()
    change = shifted(schedule, 2, 1, now)
    assert (change.touched(), change.after.sections[1].event) == ([802], 802)
    assert "Events that are in Discord already change with it." in change.preview()


@pytest.mark.parametrize(
    ("change", "cure"),
    [
        (lambda s, now: shifted(s, 1, 7, now), "Section 1 cannot be changed. Write one of 2 to 6."),
        (lambda s, now: shifted(s, 9, 7, now), "Section 9 cannot be changed."),
        (lambda s, now: shifted(s, 3, -7, now), "Section 3 would not come after section 2."),
        (lambda s, now: shifted(s, 2, -8, now), "would not come after section 1"),
        (lambda s, now: moved(s, 2, dt.date(2027, 1, 22), None, now), "Section 3 would not come after section 2."),
        (lambda s, now: moved(s, 2, dt.date(2027, 1, 9), dt.time(10), now), "Section 2 would be in the past."),
        (lambda s, now: ended(s, 1, 6, now), "Section 1 cannot be changed."),
        (lambda s, now: ended(s, 2, 15, now), "Section 2 can end with 6 to 14."),
        (lambda s, now: ended(s, 2, 5, now), "Section 2 can end with 6 to 14."),
        (lambda s, now: ended(s, 6, 20, now), "The last section ends with the book."),
        (resumed, "The schedule is not paused."),
        (lambda s, now: paused(paused(s, now).after, now), "already paused"),
        (lambda s, now: shifted(s, 6, 7, now + 300 * DAY), "no sections left"),
    ],
)
def test_what_cannot_be_is_refused_with_what_to_do(
    change: Callable[[Schedule, dt.datetime], ScheduleChange], cure: str
) -> None:
    schedule, now = running()
    with pytest.raises(NotPossible) as refused:
        change(schedule, now)
    assert cure in str(refused.value)


def test_a_section_that_ends_elsewhere_moves_the_beginning_of_the_next() -> None:
    schedule, now = running()
    change = ended(schedule, 2, 12, now)
    assert [(s.first, s.last) for s in change.after.live][:4] == [(1, 5), (6, 12), (13, 15), (16, 20)]
    assert change.preview()[:2] == ["2. chapters 6–10 → chapters 6–12", "3. chapters 11–15 → chapters 13–15"]


def test_a_pause_takes_events_away_and_keeps_threads() -> None:
    schedule, now = running()
    change = paused(schedule, now)
    assert change.after.state is ScheduleState.PAUSED
    assert change.touched() == [802]
    assert change.after.sections[0] == schedule.sections[0]
    assert change.preview() == [
        "The schedule is paused.",
        "Events that are in Discord already change with it.",
        "The open thread stays as it is.",
    ]


@pytest.mark.parametrize(
    ("away", "first_left"),
    [(1, "15.01."), (5, "15.01."), (6, "22.01."), (7, "22.01."), (8, "29.01."), (14, "29.01."), (20, "05.02.")],
)
def test_after_a_pause_there_is_as_much_time_to_read_as_before(away: int, first_left: str) -> None:
    schedule, now = running()  # six days before the next meeting
    later = now + away * DAY
    change = resumed(paused(schedule, now).after, later)
    assert days(change.after)[1] == first_left
    assert change.after.sections[1].meets - later >= (6 - away if away < 6 else 6) * DAY
    assert change.after.sections[1].sequence == 2
    assert (change.after.state, change.after.paused_at) == (ScheduleState.RUNNING, None)
    gaps = {b.meets - a.meets for a, b in pairwise(change.after.live[1:])}
    assert gaps == {7 * DAY}


def test_a_section_that_was_missed_before_the_pause_waits_for_the_organiser() -> None:
    schedule = a_schedule()
    missed = schedule.sections[0]
    still = paused(schedule, missed.meets + 2 * DAY).after
    assert resumed(still, missed.meets + 30 * DAY).after.sections[0] == missed


def test_a_cancelled_schedule_keeps_what_is_open_and_ends_the_rest() -> None:
    schedule, now = running()
    change = cancelled(schedule, now)
    assert [section.state for section in change.after.sections] == [
        SectionState.OPENED, *[SectionState.CANCELLED] * 5
    ]  # fmt: skip
    assert change.touched() == [802]
    assert change.preview()[1] == "2. cancelled: chapters 6–10, Friday 15 January 2027, 20:00"


@given(st.lists(st.sampled_from(["shift", "pause", "resume", "wait"]), max_size=12), st.data())
def test_no_row_of_changes_loses_a_chapter_or_an_order(steps: list[str], data: st.DataObject) -> None:
    schedule, now = a_schedule(), NOW
    for step in steps:
        now += data.draw(st.integers(0, 9)) * DAY
        try:
            schedule = _done(schedule, step, data.draw(st.integers(1, 6)), data.draw(st.integers(-9, 30)), now)
        except NotPossible:
            continue
        assert [mark for s in schedule.live for mark in range(s.first, s.last + 1)] == list(range(1, 28))
        assert all(a.meets < b.meets for a, b in pairwise(schedule.live))


def _done(schedule: Schedule, step: str, number: int, by: int, now: dt.datetime) -> Schedule:
    if step == "shift":
        return shifted(schedule, number, by, now).after
    if step == "pause":
        return paused(schedule, now).after
    if step == "resume":
        return resumed(schedule, now).after
    return schedule


def edit(words: str) -> ScheduleChange:
    schedule, now = running()
    return planned_anew(schedule, read_wish(words, local(now, schedule.zone)), a_book(), now)


def rows(schedule: Schedule) -> list[str]:
    return [f"{s.number}: {s.first}-{s.last} {s.day:%d.%m.} {s.at:%H:%M} {s.state}" for s in schedule.sections]


def test_a_time_alone_moves_every_meeting_to_come() -> None:
    change = edit("at 9pm")
    assert [section.at.hour for section in change.after.sections] == [20, 21, 21, 21, 21, 21]
    assert change.preview()[1] == "3. Friday 22 January 2027, 20:00 → Friday 22 January 2027, 21:00"


def test_the_rest_of_the_book_is_planned_anew() -> None:
    change = edit("Sundays, 11 chapters a week")
    assert rows(change.after) == [
        "1: 1-5 08.01. 20:00 opened",
        "2: 6-16 10.01. 20:00 ahead",
        "3: 17-27 17.01. 20:00 ahead",
        "4: 16-20 29.01. 20:00 cancelled",
        "5: 21-25 05.02. 20:00 cancelled",
        "6: 26-27 12.02. 20:00 cancelled",
    ]
    assert change.after.sections[1].event == 802, "the event is the same one, with another date and range"
    assert change.preview()[:3] == [
        "2. chapters 6–10 → chapters 6–16; Friday 15 January 2027, 20:00 → Sunday 10 January 2027, 20:00",
        "3. chapters 11–15 → chapters 17–27; Friday 22 January 2027, 20:00 → Sunday 17 January 2027, 20:00",
        "4. cancelled: chapters 16–20, Friday 29 January 2027, 20:00",
    ]


def test_other_days_alone_move_the_meetings_and_leave_what_is_read() -> None:
    assert rows(edit("Thursdays at 7pm").after) == [
        "1: 1-5 08.01. 20:00 opened",
        "2: 6-10 14.01. 19:00 ahead",
        "3: 11-15 21.01. 19:00 ahead",
        "4: 16-20 28.01. 19:00 ahead",
        "5: 21-25 04.02. 19:00 ahead",
        "6: 26-27 11.02. 19:00 ahead",
    ]


def test_another_amount_alone_keeps_the_days() -> None:
    assert rows(edit("11 chapters a week").after)[:3] == [
        "1: 1-5 08.01. 20:00 opened",
        "2: 6-16 15.01. 20:00 ahead",
        "3: 17-27 22.01. 20:00 ahead",
    ]


def test_sections_that_come_back_and_new_ones_are_added() -> None:
    schedule, now = running()
    few = planned_anew(schedule, read_wish("Fridays, 11 chapters a week", now), a_book(), now).after
    many = planned_anew(few, read_wish("Fridays, 3 chapters a week", now), a_book(), now)
    assert [s.number for s in many.after.live] == [1, 2, 3, 4, 5, 6, 7, 8, 9]
    assert many.after.sections[5].sequence == 2, "cancelled, and back again"
    assert "9. new: chapter 27, Friday 5 March 2027, 20:00" in many.preview()


@pytest.mark.parametrize(
    ("words", "cure"),
    [
        ("1-9, 10-27, Fridays", "Begin it after chapter 5."),
        ("on 7 January 2027, 22 chapters each", "has passed"),
    ],
)
def test_words_that_do_not_fit_the_rest_are_refused(words: str, cure: str) -> None:
    with pytest.raises(NotPossible) as refused:
        edit(words)
    assert cure in str(refused.value)
