"""The timed work of schedules: each step once, in its order, whatever is refused, fails or dies."""

import contextlib
import datetime as dt
import re
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import discord
import pytest

from bot.db.jobs import JobTable
from bot.db.sessions import Sessions
from bot.features.schedules.changes import ScheduleChange, cancelled, paused, resumed, shifted
from bot.features.schedules.jobs import RunningSchedules
from bot.features.schedules.rules import Schedule, ScheduleState, Section, SectionState
from bot.features.schedules.stage import EVENTS, Unwelcome, allowed_to
from bot.features.schedules.store import By, Kept, Schedules
from bot.jobs import Jobs, Post
from bot.people import EVERY, Member, Place, Shards
from tests.fakes.app import app_on
from tests.fakes.records import ceiling_in, opened_records
from tests.fakes.scheduled import BOOK, NOW, a_schedule, schedules_of
from tests.fakes.stage import FakeStage

MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)
FIRST = dt.datetime(2027, 1, 8, 19, tzinfo=dt.UTC)
LIZ, JIM, ANN = Member(7, 11), Member(7, 12), Member(7, 13)


@dataclass
class World:
    """A club with one schedule, a clock, and a stage."""

    records: Sessions
    stage: FakeStage = field(default_factory=FakeStage)
    shards: Shards = EVERY
    at: dt.datetime = NOW
    id: int = 0

    def now(self) -> dt.datetime:
        return self.at

    @property
    def schedules(self) -> Schedules:
        return schedules_of(self.records, self.now)

    @property
    def jobs(self) -> Jobs:
        jobs = Jobs(JobTable(self.records), self.now, self.shards)
        app = app_on(self.records, {BOOK.slug: BOOK}, self.now)
        jobs.work["schedule"] = RunningSchedules(app, jobs, self.stage).do
        return jobs

    async def until(self, moment: dt.datetime) -> None:
        """Let time pass as the loop does: from one moment at which something is due to the next."""
        for _ in range(500):
            due = await self.jobs.next_due()
            if due is None or due > moment:
                self.at = moment
                return
            self.at = max(self.at + dt.timedelta(seconds=1), due)
            await self.jobs.do_due()
        raise AssertionError("the schedule does not come to rest")

    async def kept(self) -> Kept:
        return await self.schedules.kept(self.id)

    async def change(self, change: Callable[[Schedule], ScheduleChange]) -> None:
        await self.schedules.make(change((await self.kept()).schedule))

    async def shift(self) -> None:
        """Move all meetings to the next day."""
        await self.change(lambda was: shifted(was, 0, 1, self.at))


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with opened_world(tmp_path) as made:
        yield made


@pytest.fixture
async def each_world(database: str | Path) -> AsyncIterator[World]:
    """The same over each kind of database."""
    async with opened_world(database) as made:
        yield made


@contextlib.asynccontextmanager
async def opened_world(where: str | Path) -> AsyncIterator[World]:
    async with opened_records(where) as records:
        made = World(records)
        made.id = (await made.schedules.add(a_schedule(), "abc")).id
        yield made


async def test_the_steps_of_a_meeting_are_done_in_their_order(world: World) -> None:
    await world.until(FIRST + MINUTE)
    assert world.stage.did == ["card", "event 1.0", "thread 1", "opening 1", "event 2.0"]
    assert world.stage.late == [""]
    section = (await world.kept()).schedule.sections[0]
    assert (section.state, section.thread, section.event) == (SectionState.OPENED, 903, 902)
    ceiling = await ceiling_in(world.records, Place(7, section.thread))
    assert {book: reached.marks for book, reached in ceiling.items()} == {BOOK.slug: 5}


@pytest.mark.parametrize("what", ["card", "event", "thread", "opening", "direct", "together", "tell"])
async def test_a_process_that_dies_behind_a_step_leaves_it_to_be_found(each_world: World, what: str) -> None:
    for member, by in ((LIZ, By.DIRECT), (JIM, By.THREAD)):
        await each_world.schedules.remind(each_world.id, member, by)
    each_world.stage.dies = {what}
    if what == "tell":
        each_world.stage.refuses = {"thread"}
    await each_world.until(FIRST + 2 * HOUR)
    assert each_world.stage.dies == set()
    assert len(each_world.stage.did) == len(set(each_world.stage.did))
    await each_world.until(FIRST + 3 * HOUR)
    if what != "tell":
        reminders = [f"{kind} 1 to {who}" for kind in ("day-before", "hour-before") for who in (11, 12)]
        wanted = {"card", "event 1.0", "event 2.0", "thread 1", "opening 1", *reminders}
        assert set(each_world.stage.did) == wanted


async def test_what_fails_is_tried_again_and_the_rest_goes_on(world: World) -> None:
    await world.until(FIRST - MINUTE)
    world.stage.fails = {"event"}
    await world.until(FIRST + MINUTE)
    assert world.stage.did == ["card", "event 1.0", "thread 1", "opening 1"]
    world.stage.fails = set()
    await world.until(FIRST + HOUR)
    assert "event 2.0" in world.stage.did


async def test_what_is_refused_is_told_once_tried_every_hour_and_told_anew_when_it_breaks_again(world: World) -> None:
    world.stage.refuses = {"thread"}
    await world.until(FIRST + 5 * HOUR)
    assert world.stage.told == ["I lack the permission for thread."]
    assert "opening 1" not in world.stage.did
    world.stage.refuses = set()
    await world.until(FIRST + 7 * HOUR)
    assert world.stage.did[-2:] == ["thread 1", "opening 1"]
    assert "hours late" in world.stage.late[-1]
    world.stage.refuses = {"thread"}
    await world.until(FIRST + 7 * DAY + HOUR)
    assert len(world.stage.told) == 2


async def test_what_is_refused_keeps_nothing_else_from_being_done(world: World) -> None:
    await world.schedules.remind(world.id, JIM, By.THREAD)
    world.stage.refuses = {"event"}
    await world.until(FIRST + MINUTE)
    done = [name for name in world.stage.did if not name.startswith("told")]
    assert done == ["card", "day-before 1 to 12", "hour-before 1 to 12", "thread 1", "opening 1"]
    assert world.stage.told == ["I lack the permission for event."]


async def test_an_outage_of_hours_is_made_up_for_and_one_of_days_is_for_the_organiser(world: World) -> None:
    world.at = FIRST + 3 * HOUR
    await world.jobs.do_due()
    assert world.stage.late == ["This comes 3 hours late: I was offline."]
    world.at = FIRST + 7 * DAY + 3 * DAY
    await world.jobs.do_due()
    await world.jobs.do_due()
    assert "thread 2" not in world.stage.did
    (told,) = world.stage.told
    assert "chapters 6–10" in told
    assert told.endswith("[2]")
    assert world.schedules.undecided(await world.kept()) == (2,)
    await world.schedules.decide(world.id, 2, post=True)
    await world.jobs.do_due()
    assert world.stage.did[-2:] == ["thread 2", "opening 2"]
    assert world.stage.late[-1] == "This comes 3 days late: I was offline."
    assert world.schedules.undecided(await world.kept()) == ()


async def test_everybody_is_reminded_once_and_nothing_is_left_of_who_it_was(each_world: World) -> None:
    for member, by in ((LIZ, By.DIRECT), (JIM, By.THREAD), (ANN, By.THREAD)):
        await each_world.schedules.remind(each_world.id, member, by)
    await each_world.until(FIRST - MINUTE)
    told = [name for name in each_world.stage.did if " to " in name]
    assert told == ["day-before 1 to 11", "day-before 1 to 12,13", "hour-before 1 to 11", "hour-before 1 to 12,13"]
    steps = (await each_world.kept()).steps
    assert not [name for name in steps if name.count(":") > 3]


async def test_a_shift_moves_the_event_that_is_there(world: World) -> None:
    await world.jobs.do_due()
    assert world.stage.events == {902: FIRST.isoformat()}
    await world.shift()
    await world.jobs.do_due()
    assert world.stage.events == {902: (FIRST + DAY).isoformat()}
    assert (await world.kept()).touched == ()


async def test_a_pause_takes_events_away_and_resuming_makes_new_ones(world: World) -> None:
    await world.jobs.do_due()
    await world.change(lambda was: paused(was, world.at))
    await world.jobs.do_due()
    assert world.stage.events == {}
    world.at = FIRST + DAY
    assert await world.jobs.next_due() is None
    await world.change(lambda was: resumed(was, world.at))
    await world.jobs.do_due()
    meets = (await world.kept()).schedule.sections[0].meets
    assert world.stage.events == {903: meets.isoformat()}


async def test_a_change_of_an_event_that_fails_is_made_later_and_one_that_is_refused_is_told(world: World) -> None:
    await world.jobs.do_due()
    world.stage.fails = {"touch"}
    await world.shift()
    await world.jobs.do_due()
    assert (await world.kept()).touched == (902, 901)
    world.stage.fails = set()
    await world.until(NOW + 10 * MINUTE)
    assert world.stage.events == {902: (FIRST + DAY).isoformat()}
    world.stage.refuses = {"touch"}
    await world.shift()
    await world.until(NOW + 20 * MINUTE)
    assert world.stage.told == ["I lack the permission for events."]
    assert (await world.kept()).touched == ()


@dataclass
class Response:
    """What Discord's library looks at of a response."""

    status: int
    reason: str = ""


def refusal(kind: type[discord.HTTPException], status: int, code: int = 0) -> discord.HTTPException:
    return kind(Response(status), {"code": code, "message": ""})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("failed", "said"),
    [
        (refusal(discord.Forbidden, 403, 50013), "I need the permission Create Events and Manage Events there"),
        (refusal(discord.NotFound, 404, 10003), "The channel of the schedule is gone"),
        (refusal(discord.HTTPException, 400, 30038), "this server has 100 events already"),
        (refusal(discord.HTTPException, 400, 50035), "Discord refuses it."),
    ],
)
def test_what_discord_refuses_is_said_in_words(failed: discord.HTTPException, said: str) -> None:
    with pytest.raises(Unwelcome, match=re.escape(said)), allowed_to("make an event", None, EVENTS):
        raise failed


@pytest.mark.parametrize("status", [429, 500, 503])
def test_what_is_discords_own_fault_is_no_refusal(status: int) -> None:
    with pytest.raises(discord.HTTPException), allowed_to("make an event", None, EVENTS):
        raise refusal(discord.HTTPException, status)


class Interfering(FakeStage):
    """A stage on which somebody cancels the schedule while its event is being made."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self._world = world

    def event(self, schedule: Schedule, section: Section) -> Post:
        post = super().event(schedule, section)

        async def make() -> int | None:
            made = await post.make()
            await self._world.change(lambda was: cancelled(was, self._world.at))
            return made

        return replace(post, make=make)


async def test_an_event_that_was_being_made_while_the_schedule_was_cancelled_is_taken_away(world: World) -> None:
    world.stage = Interfering(world)
    await world.until(NOW + 10 * MINUTE)
    assert world.stage.events == {}
    assert (await world.kept()).schedule.state is ScheduleState.CANCELLED
