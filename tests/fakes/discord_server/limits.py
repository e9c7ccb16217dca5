"""What Discord allows: so many requests a second of one bot, so many sessions, and time between two of them."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from dataclasses import dataclass, field

from aiohttp import web

from tests.fakes.discord_server.wire import answer
from tests.fakes.discord_server.world import Payload

SECOND = 1.0
APART = 5.0
"""Seconds between two shards of the same rest."""


@dataclass
class Limits:
    """The limits of one bot, and what went beyond them; by themselves they allow everything.

    `delay` is how long a request is on its way, in seconds.
    """

    per_second: int | None = None
    delay: float = 0.0
    concurrency: int = 1
    sessions: int = 1_000
    remaining: int = 1_000
    refused: int = 0
    identified: list[tuple[int, float]] = field(default_factory=list)
    _passed: deque[float] = field(default_factory=deque)

    async def refusal(self) -> web.Response | None:
        """Let a request be on its way, and return Discord's refusal where it is one too many in this second."""
        if self.delay:
            await asyncio.sleep(self.delay)
        if self.per_second is None:
            return None
        now = time.monotonic()
        while self._passed and self._passed[0] <= now - SECOND:
            self._passed.popleft()
        if len(self._passed) < self.per_second:
            self._passed.append(now)
            return None
        self.refused += 1
        wait = self._passed[0] + SECOND - now
        body = {"message": "You are being rate limited.", "retry_after": wait, "global": True}
        headers = {"Retry-After": f"{wait:.3f}", "X-RateLimit-Global": "true", "X-RateLimit-Scope": "global"}
        return answer(body, 429, headers | {"Via": "1.1 google"})

    def starts(self) -> Payload:
        """Return what Discord says of sessions."""
        told: Payload = {"total": self.sessions, "remaining": self.remaining, "reset_after": 3_600_000}
        return told | {"max_concurrency": self.concurrency}

    def identify(self, shard: int) -> None:
        """Note that a shard began a session."""
        self.remaining -= 1
        self.identified.append((shard, time.monotonic()))

    def too_soon(self) -> list[float]:
        """Return the times between shards of the same rest that were too short."""
        last: dict[int, float] = {}
        short = []
        for shard, moment in self.identified:
            before = last.get(shard % self.concurrency)
            if before is not None and moment - before < APART:
                short.append(moment - before)
            last[shard % self.concurrency] = moment
        return short
