"""Signing shards in, one after the other, also where several processes start at once.

Discord (Gateway, Identifying): of the shards whose id leaves the same rest by `max_concurrency`, one may identify in
five seconds. The library keeps to that within one process; here a claim in the database keeps the others waiting.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress

from bot.club.processes import ClaimRecords
from bot.club.records import RecordsUnavailable

log = logging.getLogger(__name__)

SPACING = dt.timedelta(seconds=5.5)
"""Five seconds, and what the clocks of two machines may differ by."""

CONNECTING = dt.timedelta(seconds=20)
"""Time for a connection until it identifies; a process that dies before gives up its turn then."""

SHORTEST = 0.05
PATIENCE = 40.0
"""Seconds that a shard waits which is connected already: without a word for a minute, the library gives it up."""


class Turns:
    """The turns in which shards identify; those of other processes are claimed in the same database."""

    def __init__(
        self, claims: ClaimRecords, now: Callable[[], dt.datetime], concurrency: int = 1,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:  # fmt: skip
        self._claims, self._now, self._sleep = claims, now, sleep
        self.concurrency = concurrency
        self._taken: set[int] = set()

    async def before_connecting(self, shard: int) -> None:
        """Wait for a shard's turn, before it connects: a connection that says nothing for long is given up."""
        await self._wait(shard, CONNECTING)
        self._taken.add(shard)

    async def before_identifying(self, shard: int) -> None:
        """Wait for the turn, if it is not taken; the next one waits from this moment on."""
        if shard in self._taken:
            self._taken.discard(shard)
        else:
            with suppress(TimeoutError):  # Discord then tells the shard to try again
                await asyncio.wait_for(self._wait(shard, SPACING), PATIENCE)
        with suppress(RecordsUnavailable):
            await self._claims.hold(self._name(shard), self._now() + SPACING)

    def _name(self, shard: int) -> str:
        return f"identify {shard % self.concurrency}"

    async def _wait(self, shard: int, lasts: dt.timedelta) -> None:
        while True:
            now = self._now()
            try:
                held = await self._claims.take(self._name(shard), now, now + lasts)
            except RecordsUnavailable:
                log.warning("the turn of shard %d cannot be claimed; it identifies after %s", shard, SPACING)
                await self._sleep(SPACING.total_seconds())
                return
            if held is None:
                return
            await self._sleep(max(SHORTEST, (held - now).total_seconds()))
