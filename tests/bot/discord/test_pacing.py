"""The pace of calls: all processes together stay below Discord's limit, and answers are not held up."""

from __future__ import annotations

import aiohttp
import pytest
from aiohttp import web

from bot.club.shards import EVERY, Shards
from bot.discord.pacing import PER_SECOND, Pace

LIMIT = 50
"""Discord: requests a second."""


class Clock:
    """A clock that goes on while somebody waits for it."""

    def __init__(self) -> None:
        self.time = 100.0

    def __call__(self) -> float:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.time += seconds


@pytest.mark.parametrize("shards", [EVERY, Shards((0, 1, 2, 3), 16), Shards((5,), 16)], ids=str)
async def test_a_process_takes_its_part_of_the_limit(shards: Shards) -> None:
    clock = Clock()
    pace, passed = Pace(shards, clock, clock.sleep), []
    clock.time += 60  # it has done nothing for a while
    for _ in range(200):
        await pace.wait()
        passed.append(clock.time)
    busiest = max(sum(moment <= one < moment + 1 for one in passed) for moment in passed)
    part = len(shards.ids) / shards.count
    assert busiest <= LIMIT * part + 1
    assert passed[-1] - passed[0] == pytest.approx(200 / (PER_SECOND * part), rel=0.1)


async def test_who_calls_seldom_never_waits() -> None:
    clock = Clock()
    pace = Pace(Shards((5,), 16), clock, clock.sleep)
    for _ in range(5):
        clock.time += 1
        before = clock.time
        await pace.wait()
        assert clock.time == before


@pytest.mark.parametrize(("path", "waits"), [("/api/v10/channels/1/messages", 1), ("/api/v10/interactions/1/t", 0)])
async def test_answers_to_interactions_do_not_wait(path: str, waits: int) -> None:
    slept = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    async def answer(_: web.Request) -> web.Response:
        return web.Response()

    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    trace = aiohttp.TraceConfig()
    trace.on_request_start.append(Pace(Shards((5,), 16), lambda: 0.0, sleep).before)
    try:
        async with aiohttp.ClientSession(trace_configs=[trace]) as session:
            for _ in range(2):
                async with session.get(f"http://127.0.0.1:{runner.addresses[0][1]}{path}"):
                    pass
    finally:
        await runner.cleanup()
    assert len(slept) == waits
