"""Keeping up with other processes: what they change is seen here within seconds, wherever a copy is kept.

Everything else is asked of the database each time. Copies are two: the reviews, which lie in the vector store, too,
and the watched places, which are asked for with every message.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import AbstractAsyncContextManager

from bot.club.going_on import going_on
from bot.club.processes import REVIEWS, WATCHES, ChangeRecords
from bot.club.reviews import Reviews
from bot.club.watching.watching import Watching

log = logging.getLogger(__name__)

EVERY = 2.0
"""Seconds between looks; each is one query for two numbers."""


class Following:
    """Looks for what other processes have changed.

    A vector store that is not this process's `own_store` has the reviews of whoever wrote them already.
    """

    def __init__(
        self, changes: ChangeRecords, reviews: Reviews, watching: Watching, every: float = EVERY, *,
        own_store: bool = True,
    ) -> None:  # fmt: skip
        self._changes, self._reviews, self._watching, self._every = changes, reviews, watching, every
        self._own_store = own_store
        self._seen: dict[str, int] = {}

    async def begin(self) -> int:
        """Bring the vector store in line with the database, as at a start; return how many texts were changed."""
        self._seen = await self._changes.revisions()  # before they are read: what changes meanwhile is looked at again
        return await self._reviews.reconcile()

    async def look(self) -> None:
        """Take over what was changed since the last look."""
        now = await self._changes.revisions()
        if self._own_store and now.get(REVIEWS, 0) != self._seen.get(REVIEWS, 0):
            self._seen[REVIEWS] = await self._reviews.follow(self._changes, self._seen.get(REVIEWS, 0))
        if now.get(WATCHES, 0) != self._seen.get(WATCHES, 0):
            await self._watching.load()
            self._seen[WATCHES] = now[WATCHES]

    def going_on(self) -> AbstractAsyncContextManager[None]:
        """Look again and again within the block; a look that fails is no reason to stop."""
        return going_on(self._run(), "following")

    async def _run(self) -> None:
        failing = False
        while True:
            await asyncio.sleep(self._every)
            try:
                await self.look()
                failing = False
            except Exception:
                if not failing:  # once, and not every two seconds while a server is away
                    log.exception("what other processes changed cannot be looked at; it is tried again")
                failing = True
