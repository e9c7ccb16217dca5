"""What is measured of Discord: how soon it hears that we heard, how it answers, and how its gateway is."""

from __future__ import annotations

import datetime as dt
import math
import re
import time
from collections.abc import Callable, Coroutine, Mapping, Sequence
from types import SimpleNamespace
from typing import Any, Protocol

import aiohttp
from cachetools import FIFOCache

from bot.logs import Meter
from bot.ops.metrics import GatewayState

_CALLBACK = re.compile(r"/interactions/(\d+)/[^/]+/callback$")

SWITCHING, TOO_MANY, SUCCESS = 101, 429, 300
"""HTTP: the gateway's connection begins; we have to wait; below this, what was asked for is done."""

REMEMBERED = 5_000
"""Interactions of which it is remembered when they came; a repeated one is never acknowledged."""


class Calls:
    """Measures calls of Discord's API, and of these the one that acknowledges an interaction."""

    def __init__(self, meter: Meter) -> None:
        self._meter = meter
        self._came: FIFOCache[int, float] = FIFOCache(REMEMBERED)

    def came(self, interaction: int) -> None:
        """Note that an interaction has just arrived."""
        self._came[interaction] = time.monotonic()

    def trace(self) -> aiohttp.TraceConfig:
        """Return what Discord's library is to tell of its calls."""
        trace = aiohttp.TraceConfig()
        trace.on_request_end.append(self._ended)
        trace.on_request_exception.append(self._failed)
        return trace

    async def _ended(self, _: aiohttp.ClientSession, __: SimpleNamespace, call: aiohttp.TraceRequestEndParams) -> None:
        status = call.response.status
        if status == SWITCHING:
            return
        self._meter.called(str(status) if status == TOO_MANY else f"{status // 100}xx")
        found = _CALLBACK.search(call.url.path)
        if found and status < SUCCESS and (came := self._came.pop(int(found[1]), None)) is not None:
            self._meter.acknowledged(time.monotonic() - came)

    async def _failed(
        self, _: aiohttp.ClientSession, __: SimpleNamespace, ___: aiohttp.TraceRequestExceptionParams
    ) -> None:
        self._meter.called("none")


class HasShards(Protocol):
    """The bot, as far as its shards go."""

    @property
    def shards(self) -> Mapping[int, object]:
        """The shards of this process."""
        ...

    @property
    def shard_ids(self) -> Sequence[int] | None:
        """Those that it is to have, where it is not to have all."""
        ...

    @property
    def shard_count(self) -> int | None:
        """How many there are in all processes, once that is known."""
        ...

    @property
    def guilds(self) -> Sequence[object]:
        """The servers that it is in through them."""
        ...

    @property
    def latencies(self) -> Sequence[tuple[int, float]]:
        """The time of the last heartbeat of each."""
        ...

    def add_listener(self, func: Callable[..., Coroutine[Any, Any, Any]], /, name: str = ...) -> None:
        """Have something told of an event."""
        ...


class Connections:
    """Knows which shards are connected, and since when that is so."""

    def __init__(self, bot: HasShards, meter: Meter, now: Callable[[], dt.datetime]) -> None:
        self._bot, self._meter, self._now = bot, meter, now
        self._up: dict[int, bool] = {}
        self._since = now()
        bot.add_listener(self._connected, "on_shard_ready")
        bot.add_listener(self._connected, "on_shard_resumed")
        bot.add_listener(self._lost, "on_shard_disconnect")

    def state(self) -> GatewayState:
        """Return how the gateway is now."""
        latencies = [latency for _, latency in self._bot.latencies if math.isfinite(latency)]
        expected = self._bot.shard_ids or self._bot.shards.keys()
        each = {shard: self._up.get(shard, False) for shard in expected}
        connected, slowest = sum(self._up.values()), max(latencies, default=None)
        count, clubs = self._bot.shard_count or 1, len(self._bot.guilds)
        return GatewayState(max(1, len(each)), connected, slowest, self._since, each, count, clubs)

    async def _connected(self, shard: int) -> None:
        if self._up.get(shard) is False:
            self._meter.reconnected()
        self._note(shard, up=True)

    async def _lost(self, shard: int) -> None:
        if shard in self._up:
            self._note(shard, up=False)

    def _note(self, shard: int, *, up: bool) -> None:
        if self._up.get(shard) is not up:
            self._up[shard] = up
            self._since = self._now()
