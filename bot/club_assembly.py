"""Putting a club together: a discussion, a database and threads become what a club can do."""

from __future__ import annotations

import asyncio
import datetime as dt
import gc
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from bot.club.allowance import Rates
from bot.club.mending import Mending
from bot.club.services import Services
from bot.club.shards import EVERY
from bot.club.working import SEARCHING, WAITING, Workers
from bot.discussion import Discussion
from bot.meter import Meter
from bot.settings import Settings
from bot.storage.database import open_records
from retrieval.types import StoreUnavailable

log = logging.getLogger(__name__)


@asynccontextmanager
async def open_services(
    discussion: Discussion,
    settings: Settings,
    now: Callable[[], dt.datetime],
    records: Path | None = None,
    meter: Meter | None = None,
) -> AsyncIterator[Services]:
    """Open what a club can do with a discussion, which was opened before there was an event loop to hold up.

    `records` is a folder for the database, where it is not what the settings say.
    """
    async with AsyncExitStack() as stack:
        workers = Workers(WAITING if settings.chat_model else SEARCHING, meter)
        stack.push_async_callback(asyncio.to_thread, workers.close)
        opened = await stack.enter_async_context(open_records(records or settings.club_data))
        rates = Rates(settings.member_questions, settings.club_questions, settings.club_tokens)
        mending = Mending(discussion.mend, lambda: services.reviews.reconcile())
        shards = settings.shards or EVERY
        services = Services.of(
            discussion, opened, workers, now, rates, meter, mending.need, shards, own_store=settings.chroma is None
        )
        discussion.when_doubted(mending.need)
        await stack.enter_async_context(mending.running())
        await _bring_in_line(services, mending)
        if settings.database and records is None:  # whoever else has this address may write there
            await stack.enter_async_context(services.following.going_on())
        yield services


async def _bring_in_line(services: Services, mending: Mending) -> None:
    """Bring the vector store in line with the database; a store that has just gone away is tried again later."""
    try:
        changed = await services.following.begin()
    except StoreUnavailable as error:
        log.warning("%s", error)
        mending.need()
        return
    if changed:
        log.info("%d reviews of members brought up to date in the vector store", changed)


def set_apart() -> None:
    """Keep what was made while opening out of every later garbage collection; before there is an event loop.

    A full collection looks at each of some 350,000 objects and stops the event loop for as long: 0.2 to 0.6 s.
    """
    gc.collect()
    gc.freeze()


def log_progress() -> Callable[[int, int], None]:
    """Return what tells of an index run in the log: its beginning, each tenth, and its end."""
    told = -1

    def report(done: int, total: int) -> None:
        nonlocal told
        if (tenth := 10 * done // max(1, total)) > told:
            told = tenth
            log.info("building the vector store: %d of %d passages", done, total)

    return report
