"""Signing shards in: two processes keep the time that Discord wants between two shards, by one database."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import count, pairwise
from pathlib import Path

import pytest

from bot.club.records import RecordsUnavailable
from bot.club.shards import EVERY, Shards
from bot.discord.identifying import CONNECTING, SPACING, Turns
from bot.discord.starting import INVALID_SHARD, SHARDING_REQUIRED, CannotStart, Limits, refusal
from bot.storage.database import StoredRecords
from tests.fakes.records import opened_records

NOON = dt.datetime(2027, 3, 1, 12, tzinfo=dt.UTC)
FIVE = dt.timedelta(seconds=5)
FOUR = Shards((0, 1, 2, 3), 16)


@dataclass
class Clock:
    """A clock that goes on to the next moment once everybody who is `busy` waits for one."""

    time: dt.datetime = NOON
    busy: int = 1
    waiting: list[tuple[dt.datetime, int, asyncio.Event]] = field(default_factory=list)
    order: Iterator[int] = field(default_factory=count)
    identified: list[tuple[int, dt.datetime]] = field(default_factory=list)

    def __call__(self) -> dt.datetime:
        return self.time

    async def sleep(self, seconds: float) -> None:
        woken = asyncio.Event()
        heappush(self.waiting, (self.time + dt.timedelta(seconds=seconds), next(self.order), woken))
        self.go_on()
        await woken.wait()

    def go_on(self) -> None:
        if self.waiting and len(self.waiting) >= self.busy:
            self.time, _, woken = heappop(self.waiting)
            woken.set()

    async def sign_in(self, turns: Turns, *shards: int) -> None:
        """Connect shards, one after the other, each of which takes a second until it identifies."""
        for shard in shards:
            await turns.before_connecting(shard)
            await self.sleep(1)
            await turns.before_identifying(shard)
            self.identified.append((shard, self.time))

    async def sign_in_beside(self, turns: Turns, *shards: int) -> None:
        """Connect shards while others do."""
        await self.sign_in(turns, *shards)
        self.busy -= 1
        self.go_on()


@pytest.fixture
def clock() -> Clock:
    return Clock()


def gaps(clock: Clock, concurrency: int) -> Iterator[dt.timedelta]:
    """Yield the times between shards of the same rest."""
    for rest in range(concurrency):
        moments = sorted(moment for shard, moment in clock.identified if shard % concurrency == rest)
        yield from (after - before for before, after in pairwise(moments))


@pytest.mark.parametrize("concurrency", [1, 4])
async def test_shards_of_two_processes_identify_five_seconds_apart(
    database: str | Path, clock: Clock, concurrency: int
) -> None:
    async with opened_records(database) as one, opened_records(database) as other:
        first, second = (Turns(each.claims, clock, concurrency, clock.sleep) for each in (one, other))
        clock.busy = 2
        await asyncio.gather(clock.sign_in_beside(first, 0, 1, 2, 3), clock.sign_in_beside(second, 4, 5, 6, 7))
    assert len(clock.identified) == 8
    assert min(gaps(clock, concurrency)) >= FIVE


async def test_shards_that_discord_lets_in_together_do_not_wait(tmp_path: Path, clock: Clock) -> None:
    async with opened_records(tmp_path) as records:
        await clock.sign_in(Turns(records.claims, clock, 16, clock.sleep), 0, 1, 2, 3)
    assert clock.time == NOON + dt.timedelta(seconds=4)


async def test_a_process_that_dies_before_it_identifies_gives_its_turn_up(tmp_path: Path, clock: Clock) -> None:
    async with opened_records(tmp_path) as records:
        await Turns(records.claims, clock, 1, clock.sleep).before_connecting(0)
        await clock.sign_in(Turns(records.claims, clock, 1, clock.sleep), 4)
    assert clock.identified == [(4, NOON + CONNECTING + dt.timedelta(seconds=1))]


async def test_a_shard_that_has_to_identify_anew_waits_for_its_turn(tmp_path: Path, clock: Clock) -> None:
    async with opened_records(tmp_path) as records:
        turns = Turns(records.claims, clock, 1, clock.sleep)
        await clock.sign_in(turns, 0)
        await turns.before_identifying(0)
    assert clock.time - clock.identified[0][1] >= FIVE


class Away:
    """Claims of a database that is away."""

    async def take(self, name: str, now: dt.datetime, until: dt.datetime) -> dt.datetime | None:
        raise RecordsUnavailable(name)

    async def hold(self, name: str, until: dt.datetime) -> None:
        raise RecordsUnavailable(name)


async def test_while_the_database_is_away_a_process_keeps_the_time_by_itself(clock: Clock) -> None:
    await clock.sign_in(Turns(Away(), clock, 1, clock.sleep), 0, 1)
    assert min(gaps(clock, 1)) >= SPACING


async def test_one_at_a_time_takes_a_turn_and_the_next_hears_until_when(tmp_path: Path) -> None:
    async with opened_records(tmp_path) as records:
        await one_takes_it(records)


async def one_takes_it(records: StoredRecords) -> None:
    assert await records.claims.take("it", NOON, NOON + FIVE) is None
    assert await records.claims.take("it", NOON, NOON + FIVE) == NOON + FIVE
    assert await records.claims.take("another", NOON, NOON + FIVE) is None
    assert await records.claims.take("it", NOON + FIVE, NOON + 2 * FIVE) is None
    await records.claims.hold("it", NOON)
    assert await records.claims.take("it", NOON, NOON + FIVE) is None


# Whether Discord lets it start


def limits(**changes: int) -> Limits:
    told = {"shards": 16, "remaining": 1000, "total": 1000, "concurrency": 1} | changes
    return Limits(told["shards"], told["remaining"], told["total"], dt.timedelta(hours=3), told["concurrency"])


def test_a_process_starts_while_there_are_session_starts_for_its_shards() -> None:
    limits(remaining=4).check(FOUR, NOON)
    limits(remaining=16).check(None, NOON)


@pytest.mark.parametrize(("remaining", "shards"), [(3, FOUR), (15, None), (0, EVERY)])
def test_one_that_would_use_up_more_than_there_are_does_not_start(remaining: int, shards: Shards | None) -> None:
    with pytest.raises(CannotStart, match="1,000 again at 2027-03-01 15:00 UTC"):
        limits(remaining=remaining).check(shards, NOON)


def test_fewer_shards_than_discord_advises_are_told_of(caplog: pytest.LogCaptureFixture) -> None:
    limits().check(FOUR, NOON)
    assert caplog.text == ""
    limits(shards=32).check(FOUR, NOON)
    assert "Discord advises 32" in caplog.text


def test_a_gateway_that_closes_because_of_the_shards_says_what_to_do() -> None:
    assert "SHARDS=0-3/16 is too few" in str(refusal(SHARDING_REQUIRED, FOUR))
    assert "multiple of the number" in str(refusal(INVALID_SHARD, FOUR))
    assert "The number of shards" in str(refusal(SHARDING_REQUIRED, None))
    assert refusal(4000, FOUR) is None
