from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from bot.db.base import Sessions
from bot.db.jobs import Claim, StoredJobs
from bot.features.my_data.store import StoredPersonalData
from bot.features.schedules.plan import NotPossible, Schedule, ScheduleState
from bot.features.schedules.store import Begun, Kept, StoredSchedules, step_of
from bot.people import EVERY
from tests.fakes.scheduled import NOW, a_book, a_schedule

MINUTE, HOUR = dt.timedelta(minutes=1), dt.timedelta(hours=1)
EMMA = a_book(55, title="Emma", slug="emma")


async def kept_one(records: Sessions, name: str = "abc", club: int = 7) -> Schedule:
    plan = replace(a_schedule(also={"emma": EMMA}), id=0, club=club)
    schedule = await StoredSchedules(records).add(plan, name, NOW)
    assert schedule is not None
    return schedule


async def test_a_schedule_is_kept_as_it_was_planned(records: Sessions) -> None:
    schedule = await kept_one(records)
    assert schedule == replace(a_schedule(also={"emma": EMMA}), id=schedule.id)
    assert await StoredSchedules(records).kept(schedule.id) == Kept(schedule)
    assert await StoredSchedules(records).of_club(7) == [schedule]
    assert await StoredSchedules(records).of_club(8) == []
    assert await StoredSchedules(records).kept(99) is None


async def test_a_schedule_is_confirmed_once_by_its_name(records: Sessions) -> None:
    await kept_one(records)
    assert await StoredSchedules(records).add(a_schedule(), "abc", NOW) is None
    assert len(await StoredSchedules(records).of_club(7)) == 1
    await kept_one(records, "def")
    assert len(await StoredSchedules(records).of_club(7)) == 2


async def test_a_change_is_made_on_what_is_there_and_counted(records: Sessions) -> None:
    schedule = await kept_one(records)

    def changed(kept: Kept) -> Kept:
        later = replace(kept.schedule, state=ScheduleState.PAUSED, paused_at=NOW, place=71)
        return replace(kept, schedule=later, wanted=frozenset({2, 1}), touched=(9, 8))

    kept = await StoredSchedules(records).change(schedule.id, NOW + HOUR, changed)
    assert kept == await StoredSchedules(records).kept(schedule.id)
    assert (kept.version, set(kept.wanted), kept.touched, kept.schedule.place) == (1, {1, 2}, (9, 8), 71)
    assert kept.schedule.paused_at == NOW
    assert await StoredJobs(records).next_due(["schedule"], EVERY) == NOW + HOUR


async def test_a_change_that_is_refused_leaves_all_as_it_was(records: Sessions) -> None:
    schedule = await kept_one(records)

    def refused(_: Kept) -> Kept:
        raise NotPossible("No.")

    with pytest.raises(NotPossible):
        await StoredSchedules(records).change(schedule.id, NOW, refused)
    assert await StoredSchedules(records).kept(schedule.id) == Kept(schedule)


async def next_due(records: Sessions) -> dt.datetime | None:
    return await StoredJobs(records).next_due(["schedule"], EVERY)


async def test_a_schedule_is_looked_after_at_once_and_again_when_that_is_due(records: Sessions) -> None:
    schedule = await kept_one(records)
    assert await next_due(records) == NOW
    await StoredSchedules(records).rest(Kept(schedule), NOW, NOW + HOUR)
    assert await next_due(records) == NOW + HOUR
    await StoredSchedules(records).rest(Kept(schedule), NOW, None)
    assert await next_due(records) is None


async def test_a_step_that_cannot_be_done_now_rests_and_keeps_since_when_it_was_begun(records: Sessions) -> None:
    schedule = await kept_one(records)
    left, held = step_of(schedule, "left"), step_of(schedule, "held")
    await StoredJobs(records).claim(left, NOW, NOW + MINUTE, new=True)
    await StoredJobs(records).claim(held, NOW, NOW + HOUR, new=True)
    await StoredSchedules(records).rest(Kept(schedule), NOW + MINUTE, None)
    assert await next_due(records) == NOW + HOUR
    assert await StoredJobs(records).claim(held, NOW + MINUTE, NOW + HOUR) is None
    assert await StoredJobs(records).claim(left, NOW + MINUTE, NOW + HOUR) == Claim(left, NOW)


async def test_a_step_is_done_together_with_its_change(records: Sessions) -> None:
    schedule = await kept_one(records)
    step = step_of(schedule, "step")
    await StoredJobs(records).claim(step, NOW, NOW + MINUTE, new=True)
    await StoredSchedules(records).finish(step, 900, lambda kept: replace(kept, touched=(900,)))
    kept = await StoredSchedules(records).kept(schedule.id)
    assert kept is not None
    assert kept.steps == {"step": Begun(done=True, result=900)}
    assert kept.done == {"step"}
    assert (kept.touched, kept.version) == ((900,), 1)


async def test_a_schedule_outlives_the_data_of_its_organiser(records: Sessions) -> None:
    schedule = await kept_one(records)
    await StoredPersonalData(records).forget(700)
    kept = await StoredSchedules(records).kept(schedule.id)
    assert kept is not None
    assert kept.schedule == replace(schedule, organiser=0)
