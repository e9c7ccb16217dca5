"""What is measured of Discord: acknowledgements, calls of its API, and its gateway."""

import datetime as dt
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, cast

import aiohttp
import pytest
from aiohttp import web
from discord.ext import commands

from bot.client import Calls, Connections
from tests.fakes.counting import Counted

NOON = dt.datetime(2027, 3, 1, 12, 0, tzinfo=dt.UTC)


@pytest.fixture
async def address() -> AsyncIterator[str]:
    """A server that answers with the status that the query names."""

    async def answer(request: web.Request) -> web.Response:
        return web.Response(status=int(request.query["status"]))

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


async def post(calls: Calls, url: str) -> None:
    async with aiohttp.ClientSession(trace_configs=[calls.trace()]) as session, session.post(url):
        pass


async def test_an_acknowledgement_is_measured_once_from_when_the_interaction_came(address: str) -> None:
    meter = Counted()
    calls = Calls(meter)
    calls.came(42)
    callback = f"{address}/api/v10/interactions/42/a-token/callback"
    await post(calls, f"{callback}?status=204")
    await post(calls, f"{callback}?status=400")
    await post(calls, f"{callback}?status=204")
    assert len(meter.times["acknowledgement_seconds"]) == 1


@pytest.mark.parametrize(("status", "told"), [(200, "2xx"), (204, "2xx"), (403, "4xx"), (429, "429"), (503, "5xx")])
async def test_a_call_is_counted_by_the_status_of_its_answer(address: str, status: int, told: str) -> None:
    meter = Counted()
    await post(Calls(meter), f"{address}/channels/1/messages?status={status}")
    assert meter.told == [("discord_calls", told)]


@dataclass
class Shards:
    """A bot as far as its shards go."""

    shards: dict[int, object] = field(default_factory=lambda: {0: None, 1: None})
    shard_ids: list[int] | None = None
    shard_count: int | None = 2
    guilds: list[object] = field(default_factory=list)
    latencies: list[tuple[int, float]] = field(default_factory=lambda: [(0, 0.03), (1, float("nan"))])
    listeners: dict[str, Callable[..., Coroutine[Any, Any, Any]]] = field(default_factory=dict)

    def add_listener(self, listener: Callable[..., Coroutine[Any, Any, Any]], /, name: str = "") -> None:
        self.listeners[name] = listener


class Gateway:
    """Connections over such shards, and a clock that a test moves."""

    def __init__(self) -> None:
        self.bot, self.meter, self.time = Shards(), Counted(), NOON
        self.connections = Connections(cast("commands.AutoShardedBot", self.bot), self.meter, lambda: self.time)

    async def happens(self, event: str, shard: int) -> None:
        self.time += dt.timedelta(minutes=1)
        await self.bot.listeners[f"on_shard_{event}"](shard)


async def test_a_gateway_is_ready_when_all_its_shards_are() -> None:
    gateway = Gateway()
    assert not gateway.connections.state().ready
    await gateway.happens("ready", 0)
    assert gateway.connections.state().connected == 1
    await gateway.happens("ready", 1)
    state = gateway.connections.state()
    assert (state.ready, state.since, state.latency) == (True, NOON + dt.timedelta(minutes=2), 0.03)
    assert gateway.meter.told == [], "to be there for the first time is no return"


async def test_a_shard_that_is_lost_and_comes_back_is_counted_once() -> None:
    gateway = Gateway()
    await gateway.happens("ready", 0)
    await gateway.happens("ready", 1)
    for _ in range(3):  # every attempt that fails is told
        await gateway.happens("disconnect", 1)
    state = gateway.connections.state()
    assert (state.ready, state.connected, state.since) == (False, 1, NOON + dt.timedelta(minutes=3))
    await gateway.happens("resumed", 1)
    assert gateway.connections.state().ready
    assert gateway.meter.told == [("gateway_reconnects",)]
