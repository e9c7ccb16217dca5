"""Mending the vector store while the bot runs: opened anew, built again where it is damaged, and the reviews put back.

The database decides what the store has to hold.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Protocol

from bot.club.reviews import Reviews
from retrieval.errors import StoreUnavailable

log = logging.getLogger(__name__)

AGAIN = 60.0
"""Seconds until it is tried again to mend the store."""


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
    """Mends the store as often as it fails; no meeting waits for it.

    `tell` is called, in any thread, when something has gone wrong: who calls `until_sound` then has it mended.
    """

    def __init__(self, store: Mendable, reviews: Reviews, pause: float = AGAIN) -> None:
        self._store, self._reviews, self._pause = store, reviews, pause
        self.tell: Callable[[], object] = lambda: None
        store.when_doubted(lambda: self.tell())

    async def until_sound(self) -> None:
        """Mend the store, and try again where it cannot be mended yet; the log says why, once."""
        said = ""
        while self._store.doubted:
            try:
                await self._mend()
            except StoreUnavailable as error:
                if str(error) != said:
                    log.error("%s It is tried again every minute.", error)
                said = str(error)
            except Exception:
                log.exception("the vector store could not be mended; it is tried again")
            if self._store.doubted:
                await asyncio.sleep(self._pause)

    async def _mend(self) -> None:
        renewed = await asyncio.to_thread(self._store.mend)
        changed = await self._reviews.reconcile()
        log.warning(
            "the vector store was %s; %d reviews of members were brought up to date in it",
            "damaged and is built again" if renewed else "opened anew and is sound", changed,
        )  # fmt: skip
