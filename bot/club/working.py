"""Work that takes longer than an event loop may wait: searching, embedding, drawing, asking a model."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import TypeVar

from bot.meter import Meter

T = TypeVar("T")

SEARCHING = 3
"""Pieces of work at once in quote mode: more threads than cores only take turns from the event loop."""

WAITING = 8
"""Pieces of work at once with a chat model, which most of them wait for."""


class Workers:
    """Threads beside the event loop; what finds all of them busy waits its turn."""

    def __init__(self, threads: int = SEARCHING, meter: Meter | None = None) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="answer")
        self._meter = meter or Meter()
        self.threads, self.asked_for = threads, 0

    @property
    def waiting(self) -> int:
        """Pieces of work that wait for a thread."""
        return max(0, self.asked_for - self.threads)

    async def do(self, work: Callable[[], T]) -> T:
        """Do a piece of work off the event loop, and return what it returns or raise what it raises."""
        asked, context = time.monotonic(), copy_context()

        def begin() -> T:
            self._meter.waited(time.monotonic() - asked)
            return context.run(work)

        self.asked_for += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, begin)
        finally:
            self.asked_for -= 1

    def close(self) -> None:
        """Let go of the threads; work that has begun is finished first, work that waits is given up."""
        self._pool.shutdown(wait=True, cancel_futures=True)
