"""Work that takes longer than an event loop may wait: searching, embedding, drawing, asking a model."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")

SEARCHING = 3
"""Pieces of work at once in quote mode: more threads than cores only take turns from the event loop."""

WAITING = 8
"""Pieces of work at once with a chat model, which most of them wait for."""


class Workers:
    """Threads beside the event loop; what finds all of them busy waits its turn."""

    def __init__(self, threads: int = SEARCHING) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="answer")

    async def do(self, work: Callable[[], T]) -> T:
        """Do a piece of work off the event loop, and return what it returns or raise what it raises."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, work)

    def close(self) -> None:
        """Let go of the threads; work that has begun is finished first, work that waits is given up."""
        self._pool.shutdown(wait=True, cancel_futures=True)
