"""Editing a schedule by plain words: the rest is planned anew, and what has begun stays as it is."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from bot.features.schedules.changes import Aspect, Change, Touch, edited
from bot.features.schedules.plan import NotPossible, Schedule, SectionState
from bot.features.schedules.words import read_wish
from bot.times import local
from tests.fakes.scheduled import a_book, a_schedule


def running() -> tuple[Schedule, dt.datetime]:
    """Return a schedule of six sections whose first is open, on the day after; the next meeting has an event."""
    schedule = a_schedule()
    first, second = schedule.sections[:2]
    schedule = schedule.with_section(replace(first, state=SectionState.OPENED, thread=901))
    return schedule.with_section(replace(second, event=802)), first.meets + dt.timedelta(days=1)


def edit(words: str) -> Change:
    schedule, now = running()
    return edited(schedule, read_wish(words, local(now, schedule.zone)), a_book(), now)


def rows(schedule: Schedule) -> list[str]:
    return [f"{s.number}: {s.first}-{s.last} {s.day:%d.%m.} {s.at:%H:%M} {s.state}" for s in schedule.sections]


def test_a_time_alone_moves_every_meeting_to_come() -> None:
    change = edit("at 9pm")
    assert [section.at.hour for section in change.after.sections] == [20, 21, 21, 21, 21, 21]
    assert {each.aspects for each in change.differences} == {(Aspect.DATE,)}


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
    assert [each.touch for each in change.differences] == [Touch.UPDATE, *[Touch.NOTHING] * 4]
    assert change.after.sections[1].event == 802, "the event is the same one, with another date and range"
    assert "\n".join(change.preview()[:3]) == (
        "2. Friday 15 January 2027, 20:00 → Sunday 10 January 2027, 20:00; chapters 6–10 → chapters 6–16; "
        "up to chapter 16; its event moves along\n"
        "3. Friday 22 January 2027, 20:00 → Sunday 17 January 2027, 20:00; chapters 11–15 → chapters 17–27; "
        "up to the end\n"
        "4. cancelled: chapters 16–20, Friday 29 January 2027, 20:00"
    )


def test_sections_that_come_back_and_new_ones_are_added() -> None:
    schedule, now = running()
    few = edited(schedule, read_wish("Fridays, 11 chapters a week", now), a_book(), now).after
    many = edited(few, read_wish("Fridays, 3 chapters a week", now), a_book(), now)
    assert [s.number for s in many.after.live] == [1, 2, 3, 4, 5, 6, 7, 8, 9]
    assert [each.aspects for each in many.differences][-2:] == [(Aspect.ADDED,), (Aspect.ADDED,)]
    assert many.after.sections[5].sequence == 2, "cancelled, and back again"
    assert many.preview()[-2] == "9. new: chapter 27, Friday 5 March 2027, 20:00, up to the end"


@pytest.mark.parametrize(
    ("words", "cure"),
    [
        ("1-9, 10-27, Fridays", "Begin it after chapter 5."),
        ("Fridays", "How much do you read"),
        ("5 chapters a week", "On which day do you meet?"),
        ("on 7 January 2027, 22 chapters each", "is over"),
    ],
)
def test_words_that_do_not_fit_the_rest_are_refused(words: str, cure: str) -> None:
    with pytest.raises(NotPossible) as refused:
        edit(words)
    assert cure in str(refused.value)
