"""Copying all of the club's data from one database into another: everything is there afterwards, or nothing."""

from __future__ import annotations

import asyncio
from pathlib import Path

from sqlalchemy import Table, func, insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.storage import (  # noqa: F401 (tables of Base)
    club_tables,
    moderation_tables,
    schedule_tables,
    served,
    vote_tables,
)
from bot.storage.address import Address
from bot.storage.counters import count_on, counter
from bot.storage.engines import WRITES, engine_for
from bot.storage.errors import StorageUnavailable, told
from bot.storage.looking import look_at
from bot.storage.tables import Base
from bot.storage.upgrading import HEAD, lock, upgrade

BATCH = 500
"""Rows that are held in memory at a time."""


def copy(source: str | Path, target: str | Path) -> dict[str, int]:
    """Copy one database into another, which is made where it is not there; return how many rows each table has.

    The source is read as it is at one moment. The target may hold no rows, and nobody else may use it meanwhile.
    Raises StorageUnavailable; then the target holds no rows. This blocks, and needs a thread without an event loop.
    """
    here, there = Address.of(source), Address.of(target)
    if here == there or (here.file and there.file and here.file.resolve() == there.file.resolve()):
        raise StorageUnavailable(f"{here.name} cannot be copied into itself. Name another place to copy to.")
    seen = look_at(source)
    if seen.version is None:
        raise StorageUnavailable(f"There is no club's data in {here.name}. Name the place to copy from first.")
    if seen.version != HEAD:
        raise StorageUnavailable(
            f"The club's data in {here.name} is of version {seen.version}, and this Dogear knows {HEAD}; nothing was "
            "changed. Bring it there first, with: python run_bot.py db upgrade"
        )
    upgrade(target)
    return asyncio.run(_copy(here, there))


async def _copy(source: Address, target: Address) -> dict[str, int]:
    reading, writing = engine_for(source, patience=None), engine_for(target, patience=None)
    try:
        with told(target.name):
            async with writing.execution_options(**{WRITES: True}).begin() as there:
                await _take(there, target.name)
                with told(source.name):
                    async with _at_one_moment(reading).connect() as here:
                        return {table.name: await _copy_table(table, here, there) for table in _tables()}
    finally:
        await reading.dispose()
        await writing.dispose()


def _tables() -> list[Table]:
    """Return all tables, those that others refer to first."""
    return Base.metadata.sorted_tables


def _at_one_moment(engine: AsyncEngine) -> AsyncEngine:
    """Return an engine whose transactions see all tables as they were at their beginning, as SQLite's always do."""
    server = engine.dialect.name == "postgresql"
    return engine.execution_options(isolation_level="REPEATABLE READ") if server else engine


async def _take(there: AsyncConnection, name: str) -> None:
    """Keep everybody else away from the target, and make sure that nothing is in it."""
    if there.dialect.name == "postgresql":
        await there.run_sync(lock)
        names = ", ".join(f'"{table.name}"' for table in _tables())
        await there.execute(text(f"LOCK TABLE {names} IN ACCESS EXCLUSIVE MODE"))
    full = [table.name for table in _tables() if await _count(there, table)]
    if full:
        raise StorageUnavailable(
            f"{name} holds rows already ({', '.join(full[:3])}{' …' * (len(full) > 3)}); nothing was changed. "
            "Name an empty database to copy to."
        )


async def _copy_table(table: Table, here: AsyncConnection, there: AsyncConnection) -> int:
    found = await here.stream(select(table).order_by(*table.primary_key))
    async for rows in found.mappings().partitions(BATCH):
        await there.execute(insert(table), [dict(row) for row in rows])
    await count_on(there, table, await counter(here, table))
    had, has = await _count(here, table), await _count(there, table)
    if had != has:
        raise StorageUnavailable(f"Of {had} rows of {table.name}, {has} arrived; nothing was changed. Try again.")
    return has


async def _count(connection: AsyncConnection, table: Table) -> int:
    return await connection.scalar(select(func.count()).select_from(table)) or 0
