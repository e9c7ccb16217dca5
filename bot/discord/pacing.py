"""Keeping to Discord's limit before Discord does: so many calls a second for all processes of a bot together.

Discord (Rate Limits, Global): 50 requests a second, by bot; the addresses of interactions are not bound by it. Each
process takes the part of it that it has of the shards: so together they stay below, and none asks the others. Who goes
on beyond it is refused, and after 10,000 refusals in ten minutes shut out.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable
from types import SimpleNamespace

import aiohttp

from bot.club.shards import Shards

PER_SECOND = 40.0
"""Calls a second of all processes together: less than Discord's 50, as those of several may come at once."""

AT_ONCE = 0.1
"""Seconds of unused time that may be made up for at once."""

_UNBOUND = re.compile(r"/(?:interactions|webhooks)/")


class Pace:
    """Lets calls pass so many a second, in the order in which they come."""

    def __init__(
        self, shards: Shards, clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:  # fmt: skip
        rate = PER_SECOND * len(shards.ids) / shards.count
        self._apart, self._slack = 1 / rate, max(AT_ONCE - 1 / rate, 0.0)
        self._clock, self._sleep = clock, sleep
        self._next = clock()

    async def wait(self) -> None:
        """Wait until a call may pass."""
        now = self._clock()
        turn = max(self._next, now - self._slack)
        self._next = turn + self._apart
        if turn > now:
            await self._sleep(turn - now)

    async def before(
        self, _: aiohttp.ClientSession, __: SimpleNamespace, call: aiohttp.TraceRequestStartParams
    ) -> None:
        """Wait before a call that the limit is for; Discord's library calls this as it begins one."""
        if call.url.scheme.startswith("http") and not _UNBOUND.search(call.url.path):
            await self.wait()
