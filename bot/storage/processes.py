"""What processes tell one another: who may do something now, which clubs the bot has left, and what has changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from sqlalchemy import delete, select

from bot.club.processes import REVIEWS, Changes
from bot.club.shards import Shards
from bot.storage.process_tables import AwayRow, ClaimRow, ReviewChangeRow, RevisionRow
from bot.storage.revisions import KEPT
from bot.storage.served import of_shards
from bot.storage.sessions import Sessions, insert_into, replace


class StoredClaims:
    """Implements `ClaimRecords`."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def take(self, name: str, now: dt.datetime, until: dt.datetime) -> dt.datetime | None:
        """Take a turn until a moment; where another process has it, return until when."""
        async with self._sessions.writing() as session:
            insert = insert_into(session, ClaimRow).values(name=name, until=until)
            free = ClaimRow.until <= now
            taken = insert.on_conflict_do_update(index_elements=["name"], set_={"until": until}, where=free)
            if await session.scalar(taken.returning(ClaimRow.name)) is not None:
                return None
            held = await session.scalar(select(ClaimRow.until).where(ClaimRow.name == name))
            return held or now

    async def hold(self, name: str, until: dt.datetime) -> None:
        """Let the next one wait until a moment; whoever calls this has the turn."""
        async with self._sessions.writing() as session:
            await replace(session, ClaimRow, {"name": name}, {"until": until})


class StoredPresence:
    """Implements `PresenceRecords`."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def left(self, club: int) -> None:
        """Note that the bot is in a club no more."""
        async with self._sessions.writing() as session:
            await session.execute(insert_into(session, AwayRow).values(club=club).on_conflict_do_nothing())

    async def returned(self, clubs: Collection[int]) -> None:
        """Note that the bot is in these clubs after all."""
        async with self._sessions.writing() as session:
            await session.execute(delete(AwayRow).where(AwayRow.club.in_(clubs)))

    async def away(self, shards: Shards) -> list[int]:
        """Return the clubs of these shards that the bot has left."""
        query = select(AwayRow.club)
        if (mine := of_shards(AwayRow.club, shards)) is not None:
            query = query.where(mine)
        async with self._sessions.reading() as session:
            return list(await session.scalars(query.order_by(AwayRow.club)))


class StoredChanges:
    """Implements `ChangeRecords`."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def revisions(self) -> dict[str, int]:
        """Return how often each thing was changed that processes keep in memory or in a store of their own."""
        async with self._sessions.reading() as session:
            return {row.name: row.number for row in await session.scalars(select(RevisionRow))}

    async def reviews(self, after: int, shards: Shards) -> Changes | None:
        """Return which reviews other processes changed after a revision; None where that is not known any more."""
        row = ReviewChangeRow
        changed = select(row.club, row.review).where(row.number > after, row.origin != self._sessions.origin)
        if not shards.direct and (mine := of_shards(row.club, shards)) is not None:
            changed = changed.where(mine)
        async with self._sessions.reading() as session:
            last = await session.scalar(select(RevisionRow.number).where(RevisionRow.name == REVIEWS)) or 0
            if last - after > KEPT:
                return None
            found = await session.execute(changed.where(row.number <= last).order_by(row.number))
            return Changes(last, tuple(dict.fromkeys((club, review) for club, review in found)))
