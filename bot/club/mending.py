"""Mending the vector store while the bot runs: after it failed, was damaged or away, or its server lost what it held.

The library and the database decide what it has to hold; what members ask meanwhile waits for nothing of this.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, wait_exponential

from bot.club.going_on import going_on
from corpus.errors import DogearError

log = logging.getLogger(__name__)

SOON, LATEST = 2.0, 60.0
"""Seconds after which a failed attempt is repeated: twice as long each time, up to a minute."""


class Mending:
    """Mends the store and brings clubs' texts in line, whenever that is needed, until it succeeds.

    `mend` opens the store anew, brings it in line with the library, and returns whether it was damaged.
    """

    def __init__(self, mend: Callable[[], bool], reconcile: Callable[[], Awaitable[int]], soon: float = SOON) -> None:
        self._mend, self._reconcile, self._soon = mend, reconcile, soon
        self._loop = asyncio.get_running_loop()
        self._needed = asyncio.Event()

    def need(self) -> None:
        """Say, in any thread, that something went wrong with the store, or is not in line."""
        with contextlib.suppress(RuntimeError):  # the bot has left
            self._loop.call_soon_threadsafe(self._needed.set)

    def running(self) -> AbstractAsyncContextManager[None]:
        """Mend within the block; what is under way at its end goes on at the next start."""
        return going_on(self._run(), "mending")

    async def _run(self) -> None:
        while True:
            await self._needed.wait()
            async for attempt in AsyncRetrying(
                retry=retry_if_exception_type(Exception),
                wait=wait_exponential(self._soon, LATEST),
                before_sleep=_logged_once(),
            ):
                with attempt:
                    self._needed.clear()
                    renewed = await _in_a_thread(self._mend)
                    changed = await self._reconcile()
            log.warning(
                "the vector store %s; %d reviews of members were brought up to date in it",
                "was damaged and is built again" if renewed else "is sound and in line again", changed,
            )  # fmt: skip


def _logged_once() -> Callable[[RetryCallState], None]:
    """Return what tells the log why an attempt failed, unless that is what it has told of the one before."""
    said = ""

    def tell(state: RetryCallState) -> None:
        nonlocal said
        error = state.outcome.exception() if state.outcome else None
        if (now := repr(error)) == said:
            return
        said = now
        if isinstance(error, DogearError):
            log.error("%s It is tried again, every minute at last.", error)
        else:
            log.error("the vector store could not be mended; it is tried again, every minute at last", exc_info=error)

    return tell


async def _in_a_thread(work: Callable[[], bool]) -> bool:
    """Do something in a thread that keeps nobody from leaving, and return what it returns."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[bool] = loop.create_future()

    def tell(result: bool, error: BaseException | None) -> None:
        if done.cancelled():
            return
        if error is None:
            done.set_result(result)
        else:
            done.set_exception(error)

    def run() -> None:
        result, failed = False, None
        try:
            result = work()
        except BaseException as error:  # noqa: BLE001 (it is told to whoever waits)
            failed = error
        with contextlib.suppress(RuntimeError):  # nobody waits any more
            loop.call_soon_threadsafe(tell, result, failed)

    threading.Thread(target=run, daemon=True, name="mending").start()
    return await done
