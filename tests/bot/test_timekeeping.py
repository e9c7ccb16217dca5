"""Timed work: done when it is due, also when it became due while nobody kept time, and never in a hurry."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncIterator

import pytest

from bot.timekeeper import SHARED, Timekeeper, each
from tests.fakes.counting import Counted

START = dt.datetime(2027, 3, 1, 20, 0, tzinfo=dt.UTC)


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.time = START

    def __call__(self) -> dt.datetime:
        return self.time


class Posts:
    """Posts that are due at times; the clock moves on where nothing is due yet."""

    def __init__(self, clock: Clock, *due: dt.datetime, failures: int = 0) -> None:
        self._clock, self.due, self._failures = clock, sorted(due), failures
        self.done: list[dt.datetime] = []
        self.tries = 0
        self.finished = asyncio.Event()

    async def next_due(self) -> dt.datetime | None:
        return self.due[0] if self.due else None

    async def do_due(self) -> None:
        self.tries += 1
        if self._failures:
            self._failures -= 1
            raise ConnectionError("Discord is away")
        while self.due and self.due[0] <= self._clock.time:
            self.done.append(self.due.pop(0))
        self.finished.set()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def keeper(clock: Clock) -> AsyncIterator[Timekeeper]:
    kept = Timekeeper(clock)
    yield kept
    await kept.stop()


async def test_what_became_due_in_the_meantime_is_done_at_the_start(keeper: Timekeeper, clock: Clock) -> None:
    posts = Posts(clock, START - dt.timedelta(hours=3), START)
    keeper.work.append(posts)
    keeper.start()
    await asyncio.wait_for(posts.finished.wait(), 5)
    assert posts.done == [START - dt.timedelta(hours=3), START]


async def test_what_is_not_due_yet_is_left_until_then(keeper: Timekeeper, clock: Clock) -> None:
    posts = Posts(clock, START + dt.timedelta(hours=1))
    keeper.work.append(posts)
    keeper.start()
    await asyncio.sleep(0.01)
    assert posts.tries == 0
    clock.time += dt.timedelta(hours=1)
    keeper.nudge()
    await asyncio.wait_for(posts.finished.wait(), 5)
    assert len(posts.done) == 1


async def test_something_nearer_is_heard_of_by_a_nudge(keeper: Timekeeper, clock: Clock) -> None:
    posts = Posts(clock)
    keeper.work.append(posts)
    keeper.start()
    await asyncio.sleep(0.01)
    posts.due.append(START)
    keeper.nudge()
    await asyncio.wait_for(posts.finished.wait(), 5)
    assert posts.done == [START]


async def test_a_failure_keeps_no_other_work_and_is_tried_again(
    keeper: Timekeeper, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    failing, sound = Posts(clock, START, failures=1), Posts(clock, START)
    keeper.work += [failing, sound]
    keeper.start()
    await asyncio.wait_for(sound.finished.wait(), 5)
    assert failing.done == []
    assert any("tried again" in record.getMessage() for record in caplog.records)
    keeper.nudge()
    await asyncio.wait_for(failing.finished.wait(), 5)
    assert failing.done == [START]


async def test_after_stopping_nothing_is_done_any_more(clock: Clock) -> None:
    posts = Posts(clock)
    keeper = Timekeeper(clock, [posts])
    keeper.start()
    await keeper.stop()
    posts.due.append(START)
    keeper.nudge()
    await asyncio.sleep(0.01)
    assert posts.done == []
    await keeper.stop()


class Endless(Posts):
    """A post that is never finished."""

    async def do_due(self) -> None:
        self.tries += 1
        self.finished.set()
        await asyncio.Event().wait()


async def test_what_takes_too_long_is_left_when_the_bot_leaves(clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    posts, after = Endless(clock, START), Posts(clock, START)
    keeper = Timekeeper(clock, [posts, after])
    keeper.start()
    await asyncio.wait_for(posts.finished.wait(), 5)
    await keeper.stop(0.01)
    assert posts.done == after.done == []
    assert "taken over later" in caplog.text


async def test_what_can_be_finished_is_finished_and_nothing_else_is_begun(clock: Clock) -> None:
    begun, go = asyncio.Event(), asyncio.Event()

    class Slow(Posts):
        async def do_due(self) -> None:
            begun.set()
            await go.wait()
            await super().do_due()

    slow, after = Slow(clock, START), Posts(clock, START)
    keeper = Timekeeper(clock, [slow, after])
    keeper.start()
    await asyncio.wait_for(begun.wait(), 5)
    stopping = asyncio.create_task(keeper.stop(30))
    await asyncio.sleep(0)
    go.set()
    await stopping
    assert (slow.done, after.done) == ([START], [])


async def test_pieces_are_done_some_at_a_time_and_a_slow_one_keeps_no_other() -> None:
    go, done, begun = asyncio.Event(), [], 0

    async def do(piece: int) -> None:
        nonlocal begun
        begun += 1
        if piece == 0:
            await go.wait()
        done.append(piece)
        if len(done) == 9:
            go.set()

    await each(range(10), do, str, 2)
    assert done == [*range(1, 10), 0]
    assert begun == 10


async def test_a_piece_that_fails_is_named_in_the_log_and_keeps_no_other(caplog: pytest.LogCaptureFixture) -> None:
    done = []

    async def do(piece: int) -> None:
        if piece == 1:
            raise ConnectionError("Discord is away")
        done.append(piece)

    await each(range(3), do, lambda piece: f"piece {piece}", 1)
    assert done == [0, 2]
    assert [record.getMessage() for record in caplog.records] == ["piece 1 failed; it is tried again"]


async def test_where_others_write_too_it_looks_again_soon(clock: Clock) -> None:
    posts = Posts(clock)
    keeper = Timekeeper(clock, [posts], longest=dt.timedelta(0))
    keeper.start()
    posts.due.append(START)  # nobody tells of it
    await asyncio.wait_for(posts.finished.wait(), 5)
    await keeper.stop()
    assert dt.timedelta(seconds=5) >= SHARED


async def test_a_meter_is_told_what_was_done_and_how_late(clock: Clock) -> None:
    meter, posts = Counted(), Posts(clock, START - dt.timedelta(minutes=5), failures=1)
    keeper = Timekeeper(clock, [posts], meter)
    keeper.start()
    while posts.tries < 1:  # noqa: ASYNC110 (nothing tells of a failure)
        await asyncio.sleep(0)
    keeper.nudge()
    await asyncio.wait_for(posts.finished.wait(), 5)
    await keeper.stop()
    assert meter.told == [("timed", "Posts", "failed"), ("timed", "Posts", "done")]
    assert meter.late == [300, 300]


async def test_a_clock_that_jumps_ahead_is_noticed_at_the_next_glance(clock: Clock) -> None:
    posts = Posts(clock, START + dt.timedelta(hours=5))
    keeper = Timekeeper(clock, [posts], glance=dt.timedelta(milliseconds=5))
    keeper.start()
    await asyncio.sleep(0.01)
    assert posts.tries == 0
    clock.time += dt.timedelta(hours=6)  # the machine slept, or its clock was set
    await asyncio.wait_for(posts.finished.wait(), 5)
    await keeper.stop()
    assert len(posts.done) == 1


async def test_a_clock_that_is_set_back_repeats_nothing_and_what_is_ahead_comes_in_its_time(clock: Clock) -> None:
    posts = Posts(clock, START, START + dt.timedelta(hours=1))
    keeper = Timekeeper(clock, [posts], glance=dt.timedelta(milliseconds=5))
    keeper.start()
    await asyncio.wait_for(posts.finished.wait(), 5)
    posts.finished.clear()
    clock.time -= dt.timedelta(days=1)
    await asyncio.sleep(0.02)
    assert posts.done == [START]
    clock.time += dt.timedelta(days=1, hours=1)
    await asyncio.wait_for(posts.finished.wait(), 5)
    await keeper.stop()
    assert posts.done == [START, START + dt.timedelta(hours=1)]
