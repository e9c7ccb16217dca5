"""Mending the vector store while the bot runs: opened anew, built again where it is damaged, and the reviews put back.

The database decides what the store has to hold.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
from collections.abc import Callable
from typing import Protocol

from bot.club.reviews import Reviews
from retrieval.errors import StoreUnavailable

log = logging.getLogger(__name__)


class Mendable(Protocol):
    """What knows whether its store failed, and can mend it."""

    @property
    def doubted(self) -> bool:
        """Whether something went wrong with the store since it was opened."""
        ...

    def when_doubted(self, tell: Callable[[], object]) -> None:
        """Have something called, in any thread, once something has gone wrong."""
        ...

    def mend(self) -> bool:
        """Open the store anew, and build it again where it is damaged; return whether it was. It takes its time."""
        ...


class Mending:
    """Implements `TimedWork`. It keeps a time of its own, so that no meeting waits while a store is built.

    `tell` is called, in any thread, when something has gone wrong with the store.
    """

    def __init__(self, store: Mendable, reviews: Reviews, now: Callable[[], dt.datetime]) -> None:
        self._store, self._reviews, self._now = store, reviews, now
        self._said = ""
        self.tell: Callable[[], object] = lambda: None
        store.when_doubted(lambda: self.tell())

    async def next_due(self) -> dt.datetime | None:
        """Return now where something is wrong, and None where nothing is."""
        return self._now() if self._store.doubted else None

    async def do_due(self) -> None:
        """Mend the store; where it cannot be mended yet, say why, once."""
        try:
            renewed = await asyncio.to_thread(self._store.mend)
            changed = await self._reviews.reconcile()
        except StoreUnavailable as error:
            if str(error) != self._said:
                log.error("%s It is tried again every minute.", error)
            self._said = str(error)
            return
        self._said = ""
        log.warning(
            "the vector store was %s; %d reviews of members were brought up to date in it",
            "damaged and is built again" if renewed else "opened anew and is sound", changed,
        )  # fmt: skip
