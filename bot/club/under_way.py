"""The work for members that is under way: so that leaving can wait for it, and nothing new begins meanwhile."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable

from corpus.errors import DogearError

log = logging.getLogger(__name__)

LAST_WORDS = 1.0
"""Seconds to tell members that their question was not finished."""


class Leaving(DogearError):
    """Nothing new begins: the bot is being stopped or restarted."""

    def __init__(self) -> None:
        super().__init__("I am just being restarted. Please try once more in a minute.")


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
