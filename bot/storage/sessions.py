"""Transactions: one for each call of a repository, over before the call returns."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from bot.storage.engines import WRITES
from bot.storage.errors import told
from bot.storage.tables import Base, MemberRow

Insert = sqlite.Insert | postgresql.Insert
"""An INSERT that may say what happens where the row is there already; both databases say it alike."""

_INSERTS: dict[str, Callable[[type[Base]], Insert]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


class Sessions:
    """Opens transactions that read or write.

    SQLite lets one connection write at a time and has no queue for the others: they try again and again, and one of
    three hundred can be unlucky until its time is up. So writers of this process queue here, before they take a
    connection, and readers are never kept waiting by them. A server sees to its writers itself.
    """

    def __init__(self, engine: AsyncEngine, name: str) -> None:
        self._name = name
        self._readers = async_sessionmaker(engine, expire_on_commit=False)
        self._writers = async_sessionmaker(engine.execution_options(**{WRITES: True}), expire_on_commit=False)
        alone = engine.dialect.name == "sqlite"
        self._turn: contextlib.AbstractAsyncContextManager[Any] = asyncio.Lock() if alone else contextlib.nullcontext()

    @contextlib.asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """Open a transaction that only reads. Raises StorageUnavailable."""
        with told(self._name):
            async with self._readers() as session:
                yield session

    @contextlib.asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncSession]:
        """Open a transaction that is committed at the end, or undone after an error. Raises StorageUnavailable."""
        with told(self._name):
            async with self._turn, self._writers.begin() as session:
                yield session


def insert_into(session: AsyncSession, table: type[Base]) -> Insert:
    """Return an INSERT in the words of the session's database."""
    return _INSERTS[session.get_bind().dialect.name](table)


async def replace(session: AsyncSession, table: type[Base], key: dict[str, Any], values: dict[str, Any]) -> None:
    """Write a row in place of the one of that key, if there is one."""
    insert = insert_into(session, table).values(**key, **values)
    await session.execute(insert.on_conflict_do_update(index_elements=list(key), set_=values))


async def note_member(session: AsyncSession, club: int, member: int) -> int:
    """Make sure that a member's row is there, count this write, and return the count.

    This also locks the row until the transaction ends, so that what one member does happens one after the other.
    """
    insert = insert_into(session, MemberRow).values(club=club, id=member, writes=1)
    counted = insert.on_conflict_do_update(index_elements=["club", "id"], set_={"writes": MemberRow.writes + 1})
    return (await session.execute(counted.returning(MemberRow.writes))).scalar_one()


async def lock_member(session: AsyncSession, club: int, member: int) -> None:
    """Lock a member's row, where there is one, until the transaction ends."""
    await session.execute(select(MemberRow.id).where(MemberRow.club == club, MemberRow.id == member).with_for_update())
