"""Jobs: each is done once when it is due, whatever fails, dies, or runs beside it, and never in a hurry."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.db.jobs import Claim, Due, JobTable, Key, claimed, drop, finish, plan
from bot.db.sessions import Sessions
from bot.jobs import AGAIN, HELD, Jobs, Post
from bot.people import EVERY, Shards
from bot.processes import Presence
from tests.fakes.app import app_on
from tests.fakes.counting import Counted
from tests.fakes.processes import Clock
from tests.fakes.records import opened_records

START = dt.datetime(2027, 3, 1, 20, 0, tzinfo=dt.UTC)
MINUTE, HOUR = dt.timedelta(minutes=1), dt.timedelta(hours=1)
KEY = Key("vote", 1, 7, "close")


class Died(Exception):
    """The process was killed right behind its post."""


@dataclass
class Channel:
    """A place in Discord, where each post has a mark by which it is found again."""

    posted: list[str] = field(default_factory=list)
    fails: int = 0
    dies: bool = False

    def post(self, mark: str) -> Post:
        async def find(since: dt.datetime) -> int:
            return self.posted.index(mark) + 1 if mark in self.posted else 0

        async def make() -> int:
            if self.fails:
                self.fails -= 1
                raise ConnectionError("Discord is away")
            self.posted.append(mark)
            if self.dies:
                raise Died
            return len(self.posted)

        return Post(make, find)


@dataclass
class Desk:
    """The jobs of a process, a clock, and a channel in which one feature posts."""

    records: Sessions
    clock: Clock = field(default_factory=lambda: Clock(START))
    channel: Channel = field(default_factory=Channel)
    meter: Counted = field(default_factory=Counted)
    done: asyncio.Event = field(default_factory=asyncio.Event)
    jobs: Jobs = field(init=False)

    def __post_init__(self) -> None:
        self.jobs = self.process()

    def process(self, shards: Shards = EVERY) -> Jobs:
        """Return the jobs of one more process over the same database."""
        jobs = Jobs(self.rows, self.clock, shards, meter=self.meter)

        async def do(club: int, subject: int) -> None:
            claim = await jobs.claim(Key("vote", club, subject, "close"))
            if claim is not None:
                await jobs.post_once(claim, self.channel.post(f"vote {subject}"), lambda made: self.finish(claim, made))

        jobs.work["vote"] = do
        return jobs

    @property
    def rows(self) -> JobTable:
        return JobTable(self.records)

    @property
    def sessions(self) -> Sessions:
        return self.rows._sessions

    async def finish(self, claim: Claim, made: int) -> None:
        async with self.sessions.writing() as session:
            await finish(session, claim.key, made)
        self.done.set()

    async def plan(self, key: Key = KEY, due: dt.datetime | None = START, since: dt.datetime | None = None) -> None:
        async with self.sessions.writing() as session:
            await plan(session, key, due, since=since)

    async def until_done(self) -> None:
        await asyncio.wait_for(self.done.wait(), 10)
        self.done.clear()


@asynccontextmanager
async def opened_desk(where: str | Path) -> AsyncIterator[Desk]:
    async with opened_records(where) as records:
        desk = Desk(records)
        yield desk
        await desk.jobs.stop()


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with opened_desk(tmp_path) as opened:
        yield opened


@pytest.fixture
async def each_desk(database: str | Path) -> AsyncIterator[Desk]:
    """The same over each kind of database."""
    async with opened_desk(database) as opened:
        yield opened


def votes(*numbers: int) -> list[str]:
    return [f"vote {number}" for number in numbers]


# Planning and claiming


async def test_planning_twice_gives_one_job_at_the_later_of_the_two_plans(each_desk: Desk) -> None:
    await each_desk.plan(due=START)
    await each_desk.plan(due=START + HOUR)
    assert await each_desk.rows.due(["vote"], EVERY, START) == []
    assert await each_desk.rows.due(["vote"], EVERY, START + HOUR) == [Due("vote", 1, 7, START + HOUR)]
    assert await each_desk.jobs.next_due() == START + HOUR


async def test_a_job_is_claimed_when_it_is_due_and_by_one(each_desk: Desk) -> None:
    await each_desk.plan(due=START + MINUTE)
    assert await each_desk.jobs.claim(KEY) is None
    each_desk.clock.time += MINUTE
    claims = await asyncio.gather(*(each_desk.jobs.claim(KEY) for _ in range(5)))
    assert [claim for claim in claims if claim] == [Claim(KEY)]
    new = Key("vote", 1, 7, "tell")
    claims = await asyncio.gather(*(each_desk.jobs.claim(new, new=True) for _ in range(5)))
    assert [claim for claim in claims if claim] == [Claim(new)]
    assert await each_desk.jobs.next_due() == START + MINUTE + HELD


async def test_a_claim_that_was_left_is_taken_over_with_the_moment_of_the_first(each_desk: Desk) -> None:
    await each_desk.plan()
    await each_desk.jobs.claim(KEY)
    for _ in range(2):
        each_desk.clock.time += HELD
        assert await each_desk.jobs.claim(KEY) == Claim(KEY, START)
        assert await each_desk.jobs.claim(KEY) is None


async def test_a_job_that_is_done_is_never_claimed_or_planned_again(each_desk: Desk) -> None:
    await each_desk.plan()
    claim = await each_desk.jobs.claim(KEY)
    assert claim is not None
    await each_desk.finish(claim, 900)
    await each_desk.plan()
    each_desk.clock.time += HOUR
    assert await each_desk.jobs.claim(KEY, new=True) is None
    assert await each_desk.jobs.next_due() is None


async def test_a_job_can_be_claimed_early_unless_another_process_has_it(each_desk: Desk) -> None:
    await each_desk.plan(due=START + HOUR)
    assert await each_desk.jobs.claim(KEY, early=True) == Claim(KEY)
    assert await each_desk.jobs.claim(KEY, early=True) is None


async def test_what_is_planned_as_claimed_is_its_planners_until_then(each_desk: Desk) -> None:
    await each_desk.plan(due=START + HELD, since=START)
    assert await each_desk.jobs.claim(KEY, early=True) is None
    async with each_desk.sessions.writing() as session:
        assert await claimed(session, KEY, START)
        assert not await claimed(session, KEY, START + HELD)
    each_desk.clock.time += HELD
    assert await each_desk.jobs.claim(KEY) == Claim(KEY, START)


async def test_a_job_without_a_time_rests_and_one_that_was_dropped_is_gone(each_desk: Desk) -> None:
    await each_desk.plan(due=None)
    assert await each_desk.jobs.next_due() is None
    assert await each_desk.jobs.claim(KEY) == Claim(KEY)
    await each_desk.rows.drop(KEY)
    assert await each_desk.jobs.claim(KEY) is None
    await each_desk.plan()
    async with each_desk.sessions.writing() as session:
        await drop(session, KEY)
    assert await each_desk.jobs.claim(KEY) is None


async def test_jobs_of_one_subject_are_looked_after_together_those_that_wait_longest_first(each_desk: Desk) -> None:
    await each_desk.plan(Key("vote", 1, 8, "close"), START)
    await each_desk.plan(Key("vote", 1, 7, "open"), START - HOUR)
    await each_desk.plan(Key("vote", 1, 7, "close"), START)
    await each_desk.plan(Key("prompt", 1, 9, "post"), START)
    assert await each_desk.rows.due(["vote"], EVERY, START) == [
        Due("vote", 1, 7, START - HOUR),
        Due("vote", 1, 8, START),
    ]


async def test_a_process_has_the_jobs_of_its_shards_where_the_bot_still_is(each_desk: Desk) -> None:
    mine, others, left = (Key("vote", club << 22, club, "close") for club in (5, 6, 21))
    for key in (mine, others, left):
        await each_desk.plan(key)
    presence = Presence(app_on(each_desk.records), lambda _: None)
    await presence.left(left.club)
    process = each_desk.process(Shards((1, 5), 16))
    await process.do_due()
    assert each_desk.channel.posted == votes(5)
    assert await process.next_due() is None
    await presence.returned([left.club])
    assert await process.next_due() == START


async def test_in_a_club_that_discord_does_not_tell_of_nothing_is_done(desk: Desk) -> None:
    async def nowhere(_: int) -> bool:
        return False

    await desk.plan()
    desk.jobs.here = nowhere
    await desk.jobs.do_due()
    assert desk.channel.posted == []


# Posting once


async def test_a_post_is_made_once_and_what_it_became_is_kept(each_desk: Desk) -> None:
    await each_desk.plan()
    for _ in range(3):
        await each_desk.jobs.do_due()
        each_desk.clock.time += HOUR
    assert each_desk.channel.posted == votes(7)
    assert each_desk.meter.told == [("timed_work", "vote", "done")]


async def test_a_process_that_dies_behind_its_post_leaves_it_to_be_found(each_desk: Desk) -> None:
    await each_desk.plan()
    each_desk.channel.dies = True
    await each_desk.jobs.do_due()
    each_desk.channel.dies = False
    for _ in range(3):
        each_desk.clock.time += HELD
        await each_desk.jobs.do_due()
    assert each_desk.channel.posted == votes(7)
    assert await each_desk.jobs.next_due() is None


async def test_a_post_that_fails_is_tried_again_and_keeps_no_other_waiting(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    await desk.plan(due=START - MINUTE)
    await desk.plan(Key("vote", 1, 8, "close"))
    desk.channel.fails = 1
    await desk.jobs.do_due()
    assert desk.channel.posted == votes(8)
    assert [record.getMessage() for record in caplog.records] == ["vote 7 failed; it is tried again"]
    assert await desk.jobs.next_due() == START + AGAIN
    desk.clock.time += AGAIN
    await desk.jobs.do_due()
    assert desk.channel.posted == votes(8, 7)


async def test_what_is_not_recorded_is_found_the_next_time(desk: Desk) -> None:
    await desk.plan()
    claim = await desk.jobs.claim(KEY)
    assert claim is not None

    async def away(_: int) -> None:
        raise ConnectionError("the database is away")

    with pytest.raises(ConnectionError):
        await desk.jobs.post_once(claim, desk.channel.post("vote 7"), away)
    desk.clock.time += AGAIN
    await desk.jobs.do_due()
    assert desk.channel.posted == votes(7)


# The loop


async def test_what_became_due_in_the_meantime_is_done_at_the_start(desk: Desk) -> None:
    await desk.plan(due=START - 3 * HOUR)
    desk.jobs.start()
    desk.jobs.start()
    await desk.until_done()
    assert desk.channel.posted == votes(7)
    assert desk.meter.times["timed_work_late_seconds"] == [3 * 3600]


async def test_what_is_not_due_yet_is_left_until_then(desk: Desk) -> None:
    await desk.plan(due=START + HOUR)
    desk.jobs.start()
    await asyncio.sleep(0.05)
    assert desk.channel.posted == []
    desk.clock.time += HOUR
    desk.jobs.nudge()
    await desk.until_done()


async def test_a_clock_that_is_set_back_repeats_nothing_and_what_is_ahead_comes_in_its_time(desk: Desk) -> None:
    await desk.plan()
    await desk.plan(Key("vote", 1, 8, "close"), START + HOUR)
    desk.jobs.longest = dt.timedelta(milliseconds=5)
    desk.jobs.start()
    await desk.until_done()
    desk.clock.time -= dt.timedelta(days=1)
    await asyncio.sleep(0.05)
    assert desk.channel.posted == votes(7)
    desk.clock.time += dt.timedelta(days=1, hours=1)
    await desk.until_done()
    assert desk.channel.posted == votes(7, 8)


async def test_a_database_that_is_away_for_a_while_does_not_end_the_loop(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    class Away(JobTable):
        failures = 1

        async def next_due(self, *args: object) -> dt.datetime | None:
            if self.failures:
                self.failures -= 1
                raise ConnectionError("the database is away")
            return await super().next_due(*args)  # type: ignore[arg-type]

    desk.jobs.rows = Away(desk.sessions)
    desk.jobs.start()
    while not caplog.records:  # noqa: ASYNC110 (nothing else tells of a failure)
        await asyncio.sleep(0.01)
    await desk.plan()
    desk.jobs.nudge()
    await desk.until_done()


async def test_what_takes_too_long_is_left_when_the_bot_leaves(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    begun = asyncio.Event()

    async def endless(club: int, subject: int) -> None:
        begun.set()
        await asyncio.Event().wait()

    await desk.plan()
    desk.jobs.work["vote"] = endless
    desk.jobs.start()
    await asyncio.wait_for(begun.wait(), 10)
    await desk.jobs.stop(0.01)
    assert "taken over later" in caplog.text


async def test_what_can_be_finished_is_finished_and_nothing_else_is_begun(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go, finished = asyncio.Event(), asyncio.Event(), []

    async def slow(club: int, subject: int) -> None:
        begun.set()
        await go.wait()
        finished.append(subject)

    monkeypatch.setattr("bot.jobs.AT_ONCE", 2)
    for number in range(5):
        await desk.plan(Key("vote", 1, number, "close"))
    desk.jobs.work["vote"] = slow
    desk.jobs.start()
    await asyncio.wait_for(begun.wait(), 10)
    stopping = asyncio.create_task(desk.jobs.stop(30))
    await asyncio.sleep(0)
    go.set()
    await stopping
    assert sorted(finished) == [0, 1]


async def test_some_are_done_at_a_time_and_a_slow_one_keeps_no_other(desk: Desk) -> None:
    go, done = asyncio.Event(), []

    async def do(club: int, subject: int) -> None:
        if subject == 0:
            await go.wait()
        done.append(subject)
        if len(done) == 19:
            go.set()

    for number in range(20):
        await desk.plan(Key("vote", 1, number, "close"), START + number * dt.timedelta(seconds=1))
    desk.clock.time += HOUR
    desk.jobs.work["vote"] = do
    await desk.jobs.do_due()
    assert sorted(done) == list(range(20))
    assert done[-1] == 0
