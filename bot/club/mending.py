"""Bringing the vector store in line again after it was away, or after its server has lost what it held.

The library and the database decide; what members ask meanwhile waits for nothing of this.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from collections.abc import AsyncIterator, Awaitable, Callable

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, wait_exponential

from corpus.errors import DogearError

log = logging.getLogger(__name__)

SOON, LATEST = 2.0, 60.0
"""Seconds after which a failed attempt is repeated: twice as long each time, up to a minute."""


class Mending:
    """Refreshes the books and brings clubs' texts in line, whenever that is needed, until it succeeds."""

    def __init__(
        self, refresh: Callable[[], object], reconcile: Callable[[], Awaitable[int]], soon: float = SOON
    ) -> None:
        self._refresh, self._reconcile, self._soon = refresh, reconcile, soon
        self._loop = asyncio.get_running_loop()
        self._needed = asyncio.Event()

    def need(self) -> None:
        """Say, in any thread, that something is not in line."""
        with contextlib.suppress(RuntimeError):  # the bot has left
            self._loop.call_soon_threadsafe(self._needed.set)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Mend within the block; what is under way at its end goes on at the next start."""
        task = asyncio.ensure_future(self._run())
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def _run(self) -> None:
        while True:
            await self._needed.wait()
            async for attempt in AsyncRetrying(
                retry=retry_if_exception_type(DogearError),
                wait=wait_exponential(self._soon, LATEST),
                before_sleep=_log_failure,
            ):
                with attempt:
                    self._needed.clear()
                    await _in_a_thread(self._refresh)
                    changed = await self._reconcile()
            log.info("the vector store is in line again; %d reviews of members were brought up to date", changed)


def _log_failure(state: RetryCallState) -> None:
    error = state.outcome.exception() if state.outcome else None
    wait = state.next_action.sleep if state.next_action else 0
    log.warning("the vector store is not in line yet; tried again in %.0f s: %s", wait, error)


async def _in_a_thread(work: Callable[[], object]) -> None:
    """Do something in a thread that keeps nobody from leaving."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[None] = loop.create_future()

    def tell(error: BaseException | None) -> None:
        if done.cancelled():
            return
        if error is None:
            done.set_result(None)
        else:
            done.set_exception(error)

    def run() -> None:
        failed: BaseException | None = None
        try:
            work()
        except BaseException as error:  # noqa: BLE001 (it is told to whoever waits)
            failed = error
        with contextlib.suppress(RuntimeError):  # nobody waits any more
            loop.call_soon_threadsafe(tell, failed)

    threading.Thread(target=run, daemon=True, name="mending").start()
    await done
