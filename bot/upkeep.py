"""Keeping the vector store in line with the database, and building it anew when it fails."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, wait_exponential

from bot.app import App
from bot.features.books.store import ClubBooks
from bot.features.reviews.store import Reviews
from bot.features.watch.store import Watching
from bot.workers import in_daemon_thread
from corpus.errors import DogearError

log = logging.getLogger(__name__)

LOOK_EVERY = 2.0
"""Seconds between two checks."""


class Following:
    """Checks the database for changes by other processes."""

    def __init__(self, app: App, every: float = LOOK_EVERY) -> None:
        self._books, self._reviews, self._watching = app.get(ClubBooks), app.get(Reviews), app.get(Watching)
        self._every = every
        self._seen: tuple[object, ...] = ()

    async def begin(self) -> int:
        """Synchronise library and vector store with the database at a start; return how many texts were changed."""
        await self._books.follow()
        self._seen = await self._reviews.version()  # read first: what changes in between is looked at again
        return await self._reviews.reconcile()

    async def look(self) -> None:
        """Apply what was changed since the last check."""
        await self._watching.load()
        await self._books.look()
        if (now := await self._reviews.version()) != self._seen:
            await self._reviews.reconcile()
            self._seen = now

    async def run(self) -> None:
        """Check periodically until this is cancelled; a failed check is tried again."""
        failing = False
        while True:
            await asyncio.sleep(self._every)
            try:
                await self.look()
                failing = False
            except Exception:
                if not failing:  # logged once per outage, not every two seconds
                    log.exception("changes by other processes cannot be read; it is tried again")
                failing = True


SOON, LATEST = 2.0, 60.0
"""Seconds after which a failed attempt is repeated: twice as long each time, up to a minute."""


class StoreRepair:
    """Repairs the vector store when that is requested, and tries again until it succeeds.

    `repair` opens the store again, brings it up to date with the library, and returns whether it was damaged.
    `reconcile` brings back what members wrote.
    """

    def __init__(self, repair: Callable[[], bool], reconcile: Callable[[], Awaitable[int]], soon: float = SOON) -> None:
        self._repair, self._reconcile, self._soon = repair, reconcile, soon
        self._loop = asyncio.get_running_loop()
        self._requested = asyncio.Event()

    def request(self) -> None:
        """Ask for a repair, in any thread."""
        with contextlib.suppress(RuntimeError):  # the bot has left
            self._loop.call_soon_threadsafe(self._requested.set)

    async def run(self) -> None:
        """Repair until this is cancelled; what is under way then goes on at the next start."""
        while True:
            await self._requested.wait()
            async for attempt in AsyncRetrying(
                retry=retry_if_exception_type(Exception),
                wait=wait_exponential(self._soon, LATEST),
                before_sleep=log_failure,
            ):
                with attempt:
                    self._requested.clear()
                    damaged = await in_daemon_thread(self._repair)
                    changed = await self._reconcile()
            log.warning(
                "the vector store %s; %d reviews of members were brought up to date in it",
                "was damaged and is built again" if damaged else "works again", changed,
            )  # fmt: skip


def log_failure(state: RetryCallState) -> None:
    """Log why an attempt failed, and when it is repeated."""
    error = state.outcome.exception() if state.outcome else None
    pause, fault = state.next_action.sleep if state.next_action else 0, not isinstance(error, DogearError)
    log.warning("%s It is tried again in %.0f s.", error, pause, exc_info=error if fault else None)
