from __future__ import annotations

import asyncio
import datetime as dt
from dataclasses import replace

import pytest

from bot.db.jobs import Claim, StoredJobs
from bot.db.session import Sessions
from bot.features.my_data.store import StoredPersonalData
from bot.features.schedules.plan import NotPossible, Schedule, ScheduleState, read, written
from bot.features.schedules.store import Begun, By, Kept, StoredSchedules, step_of
from bot.people import EVERY, Member
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


def test_a_plan_that_is_written_and_read_is_the_same() -> None:
    schedule = replace(a_schedule(), state=ScheduleState.PAUSED, paused_at=NOW)
    back = read(written(schedule), id=12, club=7, place=70, organiser=700, book=schedule.book, state="paused")
    assert back == schedule


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


async def test_changes_at_once_lose_nothing(records: Sessions) -> None:
    schedule = await kept_one(records)

    async def touch(event: int) -> None:
        await StoredSchedules(records).change(
            schedule.id, NOW, lambda kept: replace(kept, touched=(*kept.touched, event))
        )

    await asyncio.gather(*(touch(event) for event in range(8)))
    kept = await StoredSchedules(records).kept(schedule.id)
    assert kept is not None
    assert (sorted(kept.touched), kept.version) == (list(range(8)), 8)


async def next_due(records: Sessions) -> dt.datetime | None:
    return await StoredJobs(records).next_due(["schedule"], EVERY)


async def test_a_schedule_is_looked_after_at_once_and_again_when_that_is_due(records: Sessions) -> None:
    schedule = await kept_one(records)
    assert await next_due(records) == NOW
    await StoredSchedules(records).rest(Kept(schedule), NOW, NOW + HOUR)
    assert await next_due(records) == NOW + HOUR
    await StoredSchedules(records).rest(Kept(schedule), NOW, None)
    assert await next_due(records) is None


async def test_who_has_not_seen_a_change_does_not_let_the_schedule_rest(records: Sessions) -> None:
    schedule = await kept_one(records)
    await StoredSchedules(records).change(schedule.id, NOW, lambda kept: kept)
    await StoredSchedules(records).rest(Kept(schedule), NOW, NOW + HOUR)
    assert await next_due(records) == NOW


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


async def test_steps_are_forgotten_by_their_beginning_alone(records: Sessions) -> None:
    schedule, other = await kept_one(records), await kept_one(records, "other")
    for name in ("s1:2:x", "s1:2:x:5", "s1:2_x:6"):
        await StoredJobs(records).claim(step_of(schedule, name), NOW, NOW, new=True)
    await StoredSchedules(records).forget_steps(other.id, "s1")
    await StoredSchedules(records).forget_steps(schedule.id, "s1:2:x:")
    kept = await StoredSchedules(records).kept(schedule.id)
    assert kept is not None
    assert set(kept.steps) == {"s1:2:x", "s1:2_x:6"}


async def test_members_are_reminded_as_they_last_said(records: Sessions) -> None:
    schedule, liz, jim = await kept_one(records), Member(7, 11), Member(7, 10)
    await StoredSchedules(records).remind(schedule.id, liz, By.DIRECT, NOW)
    await StoredSchedules(records).remind(schedule.id, jim, By.DIRECT, NOW)
    await StoredSchedules(records).remind(schedule.id, liz, By.THREAD, NOW)
    assert await StoredSchedules(records).reminded(schedule.id) == {jim: By.DIRECT, liz: By.THREAD}
    await StoredSchedules(records).remind(schedule.id, jim, None, NOW)
    await StoredPersonalData(records).forget(11)
    assert await StoredSchedules(records).reminded(schedule.id) == {}


async def test_a_schedule_outlives_the_data_of_its_organiser(records: Sessions) -> None:
    schedule = await kept_one(records)
    await StoredPersonalData(records).forget(700)
    kept = await StoredSchedules(records).kept(schedule.id)
    assert kept is not None
    assert kept.schedule == replace(schedule, organiser=0)
