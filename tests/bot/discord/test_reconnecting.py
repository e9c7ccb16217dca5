"""A shard that Discord turned away often is back soon after Discord is."""

from __future__ import annotations

import asyncio
import datetime as dt
import time
from pathlib import Path

import pytest

from bot.club.shards import EVERY
from bot.discord.reconnecting import DOUBLED, PEACE, Waits
from retrieval.door import Retriever
from tests.fakes.discord_server.server import discord_server
from tests.fakes.processes import Clock, running, services_over, spoken_to

NOON = dt.datetime(2027, 3, 1, 12, tzinfo=dt.UTC)
LONGEST = 2**DOUBLED


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that the library reads; a test moves them."""
    now = [1_000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    return now


def test_waits_grow_to_a_few_minutes_and_no_further(clock: list[float]) -> None:
    waits = Waits()
    found = [[waits.delay() for _ in range(200)] for waits in (Waits(), Waits())]
    assert all(0 <= one <= LONGEST for many in found for one in many)
    assert max(max(many) for many in found) > LONGEST / 2
    assert [waits.delay() <= 2 ** (n + 1) for n in range(12)] == [True] * 12


def test_waits_begin_anew_after_a_while_of_peace(clock: list[float]) -> None:
    waits = Waits()
    for _ in range(30):
        for _ in range(20):
            waits.delay()
        clock[0] += PEACE + 1
        assert waits.delay() <= 2


async def test_a_bot_that_is_turned_away_tries_again_by_these_waits(
    island: Retriever, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[Waits] = []

    def at_once(waits: Waits) -> float:
        tried.append(waits)
        return 0.01

    monkeypatch.setattr(Waits, "delay", at_once)
    async with (
        discord_server() as discord,
        spoken_to(discord),
        services_over(island, str(tmp_path), Clock(NOON)) as services,
        running(services, discord, EVERY),
    ):
        discord.gateway.refusing = True
        await discord.gateway.drop()
        await discord.gateway.until(lambda: not discord.gateway.online)
        while len(tried) < 3:  # noqa: ASYNC110 (nothing tells of it)
            await asyncio.sleep(0.01)
        discord.gateway.refusing = False
        await discord.online()
    assert len({id(waits) for waits in tried}) == 1
