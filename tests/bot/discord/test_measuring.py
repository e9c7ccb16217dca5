"""What is measured of Discord’s gateway."""

import datetime as dt
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, cast

from discord.ext import commands

from bot.client import Connections
from tests.fakes.counting import Counted

NOON = dt.datetime(2027, 3, 1, 12, 0, tzinfo=dt.UTC)


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
