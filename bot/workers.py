"""The work for members that is under way: so that leaving can wait for it, and nothing new begins meanwhile."""

import asyncio
import concurrent.futures
import contextlib
import logging
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from typing import Any, TypeVar

from bot.logs import Meter
from corpus.errors import DogearError


@contextlib.asynccontextmanager
async def going_on(work: Coroutine[Any, Any, object], name: str) -> AsyncIterator[None]:
    """Have work go on within the block; what it is at when the block ends is broken off."""
    task = asyncio.create_task(work, name=name)
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


log = logging.getLogger(__name__)

LAST_WORDS = 1.0  # seconds to tell members that their question was not finished


class Leaving(DogearError):
    """Nothing new begins: the bot is being stopped or restarted."""

    def __init__(self) -> None:
        super().__init__("I’m restarting. Please try again in a minute.")


class UnderWay:
    """Knows each task that works for a member, from `begin` to its end."""

    def __init__(self) -> None:
        self.leaving = False
        self._tasks: dict[asyncio.Task[object], Callable[[], Awaitable[None]]] = {}

    def __len__(self) -> int:
        return len(self._tasks)

    def begin(self, give_up: Callable[[], Awaitable[None]]) -> None:
        """Note that the current task works for a member; `give_up` tells them where it cannot be finished.

        Raises Leaving.
        """
        if self.leaving:
            raise Leaving
        if task := asyncio.current_task():
            self._tasks[task] = give_up
            task.add_done_callback(lambda done: self._tasks.pop(done, None))

    def answered(self) -> None:
        """Note that the member for whom the current task works has an answer, so giving up takes nothing from them."""
        if (task := asyncio.current_task()) in self._tasks:
            self._tasks[task] = partial(asyncio.sleep, 0)

    async def finish(self, patience: float) -> int:
        """Begin nothing new, and wait for the rest; return how many took longer and were given up."""
        self.leaving = True
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=patience)
        left = dict(self._tasks)
        for task in left:
            task.cancel()
        if left:
            log.warning("%d questions could not be finished; who asked them is told so", len(left))
            await asyncio.wait(left, timeout=LAST_WORDS)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LAST_WORDS):
                    await asyncio.gather(*(give_up() for give_up in left.values()), return_exceptions=True)
        return len(left)


T = TypeVar("T")

SEARCHING = 3
"""Pieces of work at once: more threads than cores only take turns from the event loop. Those that wait for a chat model
come on top of them.
"""


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
            self._meter.time("wait_seconds", time.monotonic() - asked)
            return context.run(work)

        self.asked_for += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, begin)
        finally:
            self.asked_for -= 1

    def close(self) -> None:
        """Let go of the threads; work that has begun is finished first, work that waits is given up."""
        self._pool.shutdown(wait=True, cancel_futures=True)


async def in_daemon_thread(work: Callable[[], T]) -> T:
    """Return what work in a thread returns; the process does not wait for it when it ends."""
    result: concurrent.futures.Future[T] = concurrent.futures.Future()
    result.set_running_or_notify_cancel()

    def run() -> None:
        try:
            result.set_result(work())
        except BaseException as error:  # noqa: BLE001 (whoever waits gets it)
            result.set_exception(error)

    threading.Thread(target=run, daemon=True, name="upkeep").start()
    return await asyncio.wrap_future(result)
