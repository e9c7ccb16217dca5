"""What is due at a moment: once for every thing to do, late ones said to be late, old ones left to the organiser."""

import datetime as dt

import pytest

from bot.features.schedules.changes import cancelled, paused, resumed, shifted
from bot.features.schedules.rules import ScheduleStep, SectionState, StepKind, due, next_due, to_decide
from tests.fakes.scheduled import NOW, a_schedule

HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)
SCHEDULE = a_schedule()
FIRST, SECOND = (section.meets for section in SCHEDULE.sections[:2])


def ids(steps: list[ScheduleStep]) -> list[str]:
    return [step.id for step in steps]


@pytest.mark.parametrize(
    ("late", "too_late", "note"),
    [
        (dt.timedelta(), False, ""),
        (dt.timedelta(minutes=15), False, ""),
        (dt.timedelta(minutes=16), False, "This comes 16 minutes late: I was offline."),
        (dt.timedelta(hours=23, minutes=59), False, "This comes 23 hours late: I was offline."),
        (dt.timedelta(days=1), True, "This comes 1 day late: I was offline."),
        (dt.timedelta(days=5), True, "This comes 5 days late: I was offline."),
    ],
)
def test_less_than_a_day_late_is_done_and_said_and_older_is_asked(
    late: dt.timedelta, too_late: bool, note: str
) -> None:
    steps = [step for step in due(SCHEDULE, FIRST + late) if step.section == 1]
    assert {(step.too_late, step.note) for step in steps} == {(too_late, note)}
    assert [step.kind for step in steps] == [StepKind.THREAD, StepKind.CEILING, StepKind.OPENING]


def test_after_a_long_outage_the_organiser_decides_section_by_section() -> None:
    now = SECOND + 2 * DAY
    steps = due(SCHEDULE, now)
    assert to_decide(steps) == (1, 2)
    assert {step.section for step in steps if not step.note} == {3}

    posted = due(SCHEDULE, now, post_now=[1])
    assert to_decide(posted) == (2,)
    assert {step.too_late for step in posted if step.section == 1} == {False}

    skipped = SCHEDULE.with_section(1, state=SectionState.SKIPPED)
    assert to_decide(due(skipped, now)) == (2,)


def test_a_reminder_that_has_become_pointless_is_not_sent() -> None:
    late = [step.kind for step in due(SCHEDULE, FIRST - HOUR / 2) if step.section == 1]
    assert late == [StepKind.EVENT, StepKind.HOUR_BEFORE]
    in_time = [step for step in due(SCHEDULE, FIRST - 20 * HOUR) if step.section == 1]
    assert [step.kind for step in in_time] == [StepKind.EVENT, StepKind.DAY_BEFORE]


def test_a_meeting_that_moved_is_reminded_of_again_and_its_thread_stays_one() -> None:
    done = set(ids(due(SCHEDULE, FIRST - 2 * HOUR)))
    after = shifted(SCHEDULE, 1, 3, FIRST - 2 * HOUR).after
    assert ids(due(after, after.sections[0].meets - 24 * HOUR, done)) == ["s12:1:event:1", "s12:1:day-before:1"]
    assert "s12:1:thread" in ids(due(after, after.sections[0].meets, done))


def test_a_paused_or_cancelled_schedule_does_nothing() -> None:
    still = paused(SCHEDULE, NOW).after
    assert due(still, FIRST) == []
    assert next_due(still, NOW) is None
    over = cancelled(SCHEDULE, NOW).after
    assert due(over, FIRST) == []
    assert next_due(over, NOW) is None
    back = resumed(still, NOW + HOUR).after
    assert "s12:1:event:2" in ids(due(back, NOW + HOUR)), "the event was cancelled, so there is a new one"


def test_there_is_always_a_moment_to_wake_up_at_until_all_is_over() -> None:
    now, wakings = NOW - 30 * DAY, 0
    done: list[str] = []
    while (coming := next_due(SCHEDULE, now)) is not None:
        assert coming > now
        now, wakings = coming, wakings + 1
        done += ids(due(SCHEDULE, now, done))
    assert now == SCHEDULE.sections[-1].meets
    assert len(done) == 6 * (len(StepKind) - 1)
