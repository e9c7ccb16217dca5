"""Following what other processes on the same database change.

Two copies of the database are kept: members' reviews in the vector store, and the watched places in memory. Everything
else is read from the database each time.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import AbstractAsyncContextManager

from bot.club.going_on import going_on
from bot.club.reviews import Reviews
from bot.club.watching.watching import Watching

log = logging.getLogger(__name__)

EVERY = 2.0
"""Seconds between two checks."""


class Following:
    """Checks the database for changes by other processes.

    A vector store that is not this process's `own_store` already has the reviews that other processes wrote.
    """

    def __init__(self, reviews: Reviews, watching: Watching, every: float = EVERY, *, own_store: bool = True) -> None:
        self._reviews, self._watching, self._every, self._own_store = reviews, watching, every, own_store
        self._seen: tuple[object, ...] = ()

    async def begin(self) -> int:
        """Synchronise the vector store with the database at a start; return how many texts were changed."""
        self._seen = await self._reviews.version()  # read first: what changes in between is looked at again
        return await self._reviews.reconcile()

    async def look(self) -> None:
        """Apply what was changed since the last check."""
        await self._watching.load()
        if self._own_store and (now := await self._reviews.version()) != self._seen:
            await self._reviews.reconcile()
            self._seen = now

    def going_on(self) -> AbstractAsyncContextManager[None]:
        """Check periodically within the block; a failed check is tried again."""
        return going_on(self._run(), "following")

    async def _run(self) -> None:
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
