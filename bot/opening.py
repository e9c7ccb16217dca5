"""Putting a club together from a discussion, a database and threads, and keeping its vector store in line."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, contextmanager
from functools import partial
from typing import TYPE_CHECKING

from tenacity import (
    AsyncRetrying,
    RetryCallState,
    Retrying,
    retry_if_exception_type,
    stop_after_delay,
    wait_exponential,
)

from bot.answering.engine import Discussion
from bot.app import App
from bot.db.migrate import open_database
from bot.db.sessions import indexing_lock
from bot.features.books.store import ClubBooks
from bot.features.reviews.store import Reviews
from bot.features.watch.store import Watching
from bot.logs import Meter
from bot.settings import Settings
from bot.workers import SEARCHING, Workers, going_on, in_daemon_thread
from corpus.errors import DogearError
from corpus.library import Library
from retrieval.retriever import Retriever, open_retriever
from retrieval.types import StoreUnavailable

if TYPE_CHECKING:
    from bot.answering.model import Writer  # importing LangChain takes a second, and quote mode does without

log = logging.getLogger(__name__)

AT_START = 120.0
"""Seconds that a starting bot waits for a Chroma server: both may start at once, and a server is restarted sooner."""


@contextmanager
def open_discussion(
    settings: Settings, progress: Callable[[int, int], None] | None = None, meter: Meter | None = None, *,
    owner: bool = False,
) -> Iterator[Discussion]:  # fmt: skip
    """Open a library, bring its store up to date, and let go of everything at the end.

    The `owner` of the library may replace what a Chroma server holds, and waits a while for a server that is away.
    """
    books = Library.load(settings.library)
    with ExitStack() as stack:
        for attempt in Retrying(
            retry=retry_if_exception_type(StoreUnavailable),
            stop=stop_after_delay(AT_START if owner and settings.chroma else 0),
            wait=wait_exponential(1, 10),
            before_sleep=log_failure,
            reraise=True,
        ):
            with attempt, ExitStack() as opening:
                where = settings.embedding_model, log.warning, settings.chroma
                alone = partial(indexing_lock, settings.club_data) if settings.chroma and settings.database else None
                retriever = opening.enter_context(
                    open_retriever(books, settings.data, *where, replacing=owner, alone=alone)
                )
                retriever.refresh(progress)
                stack.push(opening.pop_all())
        for problem in books.found:
            log.warning("%s", problem)
        writer = _open_writer(settings, retriever, meter) if settings.chat_model else None
        try:
            yield Discussion(books, retriever, writer)
        finally:
            if writer:
                writer.close()


def _open_writer(settings: Settings, retriever: Retriever, meter: Meter | None) -> Writer:
    from bot.answering.model import Limits, Writer, open_model

    return Writer(open_model(settings), retriever, Limits(settings.chat_timeout, settings.chat_calls), meter)


@asynccontextmanager
async def open_app(
    discussion: Discussion, settings: Settings, now: Callable[[], dt.datetime], meter: Meter | None = None
) -> AsyncIterator[App]:
    """Open what a club can do with a discussion, which was opened before there was an event loop to hold up."""
    async with AsyncExitStack() as stack:
        workers = Workers(SEARCHING + (settings.chat_calls if settings.chat_model else 0), meter)
        stack.push_async_callback(asyncio.to_thread, workers.close)
        opened = await stack.enter_async_context(open_database(settings.club_data))
        repair = StoreRepair(discussion.retriever.repair, lambda: app.get(Reviews).reconcile())
        app = App(discussion, opened, workers, now, settings, meter or Meter(), repair.request)
        stack.push_async_callback(app.get(ClubBooks).close)
        discussion.retriever.on_store_failure(repair.request)
        await stack.enter_async_context(going_on(repair.run(), "store repair"))
        try:
            if changed := await app.get(Following).begin():
                log.info("%d reviews of members brought up to date in the vector store", changed)
        except StoreUnavailable as error:  # it has just gone away
            log.warning("%s", error)
            repair.request()
        if settings.database:  # other processes with this address may write there too
            await stack.enter_async_context(going_on(app.get(Following).run(), "following"))
        yield app


def log_progress() -> Callable[[int, int], None]:
    """Return what tells of an index run in the log: its beginning, each tenth, and its end."""
    told = -1

    def report(done: int, total: int) -> None:
        nonlocal told
        if (tenth := 10 * done // max(1, total)) > told:
            told = tenth
            log.info("building the vector store: %d of %d passages", done, total)

    return report


LOOK_EVERY = 2.0  # seconds between two checks


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


SOON, LATEST = 2.0, 60.0  # seconds after which a failed attempt is repeated: twice as long each time, up to a minute


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
