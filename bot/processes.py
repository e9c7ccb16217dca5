"""Clubs by shard, as a condition for the database, and the clubs that the bot has left."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, Integer, and_, delete, literal_column, select, union, update
from sqlalchemy.orm import InstrumentedAttribute, Mapped, mapped_column

from bot.club_settings import ClubRow
from bot.db.base import Base, MemberRow, insert_into
from bot.people import NO_CLUB, Shards

if TYPE_CHECKING:  # at run time it would load the vector store
    from bot.app import App

_TIME_BITS: ColumnElement[int] = literal_column("22", Integer)
"""The bits of an id below its time. PostgreSQL shifts by a number of 4 bytes only, so it is not a parameter."""


KEPT = dt.timedelta(days=30)  # how long a club is kept that the bot has left


class AwayRow(Base):
    """A club that the bot has left, since when, and in which nothing is done until it is back."""

    __tablename__ = "away"

    club: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    since: Mapped[dt.datetime | None]


def of_shards(club: InstrumentedAttribute[int], shards: Shards) -> ColumnElement[bool] | None:
    """Return the condition that a club belongs to these shards; None where all clubs do.

    The indexes of due work end with the club, so the database checks this in the index and reads no row for it.
    """
    if shards.all_there_are:
        return None
    return (club.bitwise_rshift(_TIME_BITS) % shards.count).in_(shards.ids)


def served(club: InstrumentedAttribute[int], shards: Shards) -> ColumnElement[bool]:
    """Return the condition that a club belongs to these shards and that the bot is in it."""
    here = ~select(AwayRow.club).where(AwayRow.club == club).exists()
    mine = of_shards(club, shards)
    return here if mine is None else and_(mine, here)


IsIn = Callable[[int], bool | None]  # whether the bot is in a club now; None during an outage, when Discord cannot say


class Presence:
    """Excludes clubs that the bot has left from timed work, until it is back."""

    def __init__(self, app: App, is_in: IsIn) -> None:
        self._sessions, self._shards, self._now, self._is_in = app.database, app.shards, app.now, is_in

    async def here(self, club: int) -> bool:
        """Return whether the bot can act in a club; a club that it has left is excluded from now on."""
        found = self._is_in(club)
        if found is False and self._shards.holds(club):
            await self.left(club)
        return bool(found)

    async def left(self, club: int) -> None:
        """Store that the bot has left a club."""
        async with self._sessions.writing() as session:
            new = insert_into(session, AwayRow).values(club=club, since=self._now())
            await session.execute(new.on_conflict_do_nothing())

    async def returned(self, clubs: Collection[int]) -> None:
        """Store that the bot is in these clubs again."""
        async with self._sessions.writing() as session:
            await session.execute(delete(AwayRow).where(AwayRow.club.in_(clubs)))

    async def only_in(self, clubs: Collection[int]) -> None:
        """Store that the bot is in these clubs again, and has left all others of which anything is kept."""
        await self.returned(clubs)
        async with self._sessions.reading() as session:
            known = list(await session.scalars(union(select(MemberRow.club), select(ClubRow.club))))
        for club in known:
            if club != NO_CLUB and club not in clubs and self._shards.holds(club):
                await self.left(club)

    async def long_left(self) -> list[int]:
        """Return the clubs that the bot has left so long ago that nothing of them is to be kept."""
        async with self._sessions.writing() as session:
            await session.execute(update(AwayRow).where(AwayRow.since.is_(None)).values(since=self._now()))
            left = await session.scalars(select(AwayRow.club).where(AwayRow.since < self._now() - KEPT))
            return [club for club in left if self._shards.holds(club)]
