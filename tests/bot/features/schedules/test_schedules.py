"""Schedules as a club keeps them: confirmed once, changed by one at a time, found where they are meant."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

import pytest

from bot.db.jobs import Claim, JobTable
from bot.db.sessions import Sessions
from bot.features.my_data.store import forget_person
from bot.features.schedules.changes import ScheduleChange, ScheduleRequest, cancelled, edited, shifted
from bot.features.schedules.rules import NotPossible, Schedule, ScheduleState, SectionState
from bot.features.schedules.store import By, Kept, Schedules, step_of
from bot.people import EVERY, Member, Place
from tests.fakes.processes import Clock
from tests.fakes.scheduled import BOOK, BOOKS, EMMA, NOW, a_schedule, schedules_of

WORDS = "Fridays at 8pm, 5 chapters a week"
JO, HERE = Member(7, 700), Place(7, 70)
MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)


@pytest.fixture
def clock() -> Clock:
    return Clock(NOW)


@pytest.fixture
def schedules(records: Sessions, clock: Clock) -> Schedules:
    return schedules_of(records, clock)


def wish(book: str = BOOK.slug, place: int = 70, words: str = WORDS, zone: str = "UTC", *also: str) -> Schedule:
    return ScheduleRequest(book, words, zone, place, NOW, also).worked_out(BOOKS, JO)


async def test_a_schedule_is_kept_with_what_was_picked_beside_its_words(schedules: Schedules) -> None:
    schedule = await schedules.begin(wish(BOOK.slug, 70, WORDS, "europe/berlin", "emma", "gone"), "abc")
    assert (schedule.zone, list(schedule.also), schedule.organiser) == ("Europe/Berlin", ["emma"], 700)
    with pytest.raises(NotPossible, match="already"):
        await schedules.begin(wish("emma"), "abc")


async def test_a_book_has_one_schedule_in_a_channel_until_it_is_over(schedules: Schedules, clock: Clock) -> None:
    first = await schedules.begin(wish(), "a")
    with pytest.raises(NotPossible, match="already"):
        await schedules.begin(wish(), "b")
    await schedules.begin(wish(place=71), "c")
    clock.time = first.sections[-1].meets + 15 * DAY
    later = ScheduleRequest(BOOK.slug, WORDS, "UTC", 70, clock.time)
    assert (await schedules.begin(later.worked_out(BOOKS, JO), "d")).id != first.id


async def proposed(schedules: Schedules, change: Callable[[Schedule], ScheduleChange]) -> ScheduleChange:
    return change((await schedules.find(HERE)).schedule)


async def test_a_change_is_made_once_and_only_as_it_was_shown(schedules: Schedules, clock: Clock) -> None:
    await schedules.begin(wish(), "a")
    proposal = await proposed(schedules, lambda was: shifted(was, 0, 7, NOW))
    await schedules.refresh(proposal.before.id)  # somebody is coming: that is no other schedule
    await schedules.make(proposal)
    with pytest.raises(NotPossible, match="in the meantime"):
        await schedules.make(proposal)
    late = await proposed(schedules, lambda was: shifted(was, 0, -3, NOW))
    clock.time = NOW + 8 * DAY
    with pytest.raises(NotPossible, match="would be in the past"):
        await schedules.make(late)
    clock.time = NOW + 30 * DAY
    with pytest.raises(NotPossible, match="in the meantime"):
        await schedules.make(late)


async def test_an_edit_is_words_a_date_an_end_and_a_channel_at_once(schedules: Schedules) -> None:
    form = {"words": "at 7pm", "section": 2, "meets": "16 January", "upto": "ch 9", "place": 71}
    await schedules.begin(wish(), "a")
    proposal = await proposed(schedules, lambda was: edited(was, BOOKS, NOW, **form))  # type: ignore[arg-type]
    await schedules.make(proposal)
    after = (await schedules.find(HERE)).schedule
    assert [section.at.hour for section in after.live] == [19] * 6
    assert (after.live[1].day, after.live[1].last, after.live[2].first) == (dt.date(2027, 1, 16), 9, 10)
    assert after.place == 71


async def test_the_schedule_of_a_place_is_meant_or_the_one_of_a_book(schedules: Schedules) -> None:
    with pytest.raises(NotPossible, match="no schedule"):
        await schedules.find(HERE)
    first = await schedules.begin(wish(), "a")
    assert (await schedules.find(Place(7, 5))).schedule.id == first.id
    second = await schedules.begin(wish("emma", 71), "b")
    assert (await schedules.find(HERE)).schedule.id == first.id
    assert (await schedules.find(Place(7, 900), parent=71)).schedule.id == second.id
    assert (await schedules.find(HERE, book=EMMA)).schedule.id == second.id
    with pytest.raises(NotPossible, match="Which schedule"):
        await schedules.find(Place(7, 5))
    assert await schedules.books_of(7) == [("Emma", "emma"), (BOOK.title, BOOK.slug)]


async def test_reminders_end_with_the_schedule(schedules: Schedules) -> None:
    schedule = await schedules.begin(wish(), "a")
    await schedules.remind(schedule.id, JO, By.THREAD)
    assert await schedules.reminded(schedule.id) == {JO: By.THREAD}
    await schedules.make(await proposed(schedules, lambda was: cancelled(was, NOW)))
    with pytest.raises(NotPossible):
        await schedules.remind(schedule.id, JO, By.DIRECT)
    await schedules.remind(schedule.id, JO, None)
    assert await schedules.reminded(schedule.id) == {}


@pytest.mark.parametrize(
    ("book", "words", "since"),
    [(BOOK.slug, WORDS, "since chapter 5"), ("dune", "Fridays at 8pm, 20% a week", "since 20%")],
)
async def test_what_comes_behind_the_last_meeting_can_be_asked_for(
    schedules: Schedules, book: str, words: str, since: str
) -> None:
    schedule = await schedules.begin(wish(book, words=words), "a")
    with pytest.raises(NotPossible, match="been a meeting yet"):
        await schedules.since_last_meeting(HERE)
    opened = schedule.with_section(1, state=SectionState.OPENED, thread=900)
    await schedules.change(schedule.id, lambda kept: replace(kept, schedule=opened))
    assert await schedules.since_last_meeting(Place(7, 900)) == (book, since)


async def kept_one(schedules: Schedules) -> Schedule:
    return await schedules.add(a_schedule(also={"emma": EMMA}), "abc")


async def next_due(records: Sessions) -> dt.datetime | None:
    return await JobTable(records).next_due(["schedule"], EVERY)


async def test_a_schedule_is_kept_as_it_was_planned(schedules: Schedules) -> None:
    schedule = await kept_one(schedules)
    assert schedule == replace(a_schedule(also={"emma": EMMA}), id=schedule.id)
    assert await schedules.kept(schedule.id, 7) == Kept(schedule)
    assert (await schedules.of_club(7), await schedules.of_club(8)) == ([schedule], [])
    for unknown, club in ((99, 7), (schedule.id, 8)):
        with pytest.raises(NotPossible):
            await schedules.kept(unknown, club)


async def test_a_change_is_made_on_what_is_there_and_counted(
    schedules: Schedules, records: Sessions, clock: Clock
) -> None:
    schedule = await kept_one(schedules)

    def changed(kept: Kept) -> Kept:
        later = replace(kept.schedule, state=ScheduleState.PAUSED, paused_at=NOW, place=71)
        return replace(kept, schedule=later, wanted=frozenset({2, 1}), touched=(9, 8))

    clock.time = NOW + HOUR
    await schedules.change(schedule.id, changed)
    kept = await schedules.kept(schedule.id)
    assert (kept.version, set(kept.wanted), kept.touched, kept.schedule.place) == (1, {1, 2}, (9, 8), 71)
    assert kept.schedule.paused_at == NOW
    assert await next_due(records) == NOW + HOUR


async def test_a_schedule_is_looked_after_at_once_and_again_when_that_is_due(
    schedules: Schedules, records: Sessions
) -> None:
    schedule = await kept_one(schedules)
    assert await next_due(records) == NOW
    await schedules.rest(Kept(schedule), NOW, NOW + HOUR)
    assert await next_due(records) == NOW + HOUR
    await schedules.rest(Kept(schedule), NOW, None)
    assert await next_due(records) is None


async def test_a_step_that_cannot_be_done_now_rests_and_keeps_since_when_it_was_begun(
    schedules: Schedules, records: Sessions
) -> None:
    schedule = await kept_one(schedules)
    left, held = step_of(schedule, "left"), step_of(schedule, "held")
    await JobTable(records).claim(left, NOW, NOW + MINUTE, new=True)
    await JobTable(records).claim(held, NOW, NOW + HOUR, new=True)
    await schedules.rest(Kept(schedule), NOW + MINUTE, None)
    assert await next_due(records) == NOW + HOUR
    assert await JobTable(records).claim(held, NOW + MINUTE, NOW + HOUR) is None
    assert await JobTable(records).claim(left, NOW + MINUTE, NOW + HOUR) == Claim(left, NOW)


async def test_a_step_is_done_together_with_its_change(schedules: Schedules, records: Sessions) -> None:
    schedule = await kept_one(schedules)
    step = step_of(schedule, "step")
    await JobTable(records).claim(step, NOW, NOW + MINUTE, new=True)
    await schedules.finish(step, 900, lambda kept: replace(kept, touched=(900,)))
    kept = await schedules.kept(schedule.id)
    assert kept.steps == {"step": True}
    assert (kept.touched, kept.version) == ((900,), 1)


async def test_a_schedule_outlives_the_data_of_its_organiser(schedules: Schedules, records: Sessions) -> None:
    schedule = await kept_one(schedules)
    await forget_person(records, 700)
    assert (await schedules.kept(schedule.id)).schedule == replace(schedule, organiser=0)
