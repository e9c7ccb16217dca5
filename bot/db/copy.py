"""Copying all of the club's data from one database into another: everything is there afterwards, or nothing."""

import asyncio
import sqlite3
import tempfile
from collections.abc import Awaitable, Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy import Table, func, insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.db.base import Base
from bot.db.migrate import HEAD, check_whole, lock, upgrade, version_of
from bot.db.sessions import WRITES, Address, Sessions, StorageUnavailable, opened_engine, told
from bot.people import EVERY

if TYPE_CHECKING:
    from bot.features.reviews.store import Review  # importing what searches takes a second


T = TypeVar("T")


async def _count_on(table: Table, here: AsyncConnection, there: AsyncConnection) -> None:
    """Let a copied table give out no id that the other one has given out already."""
    column = table.autoincrement_column
    if column is None:
        return
    sequence = select(func.pg_get_serial_sequence(table.name, column.name))
    given = "SELECT seq FROM sqlite_sequence WHERE name = :table"
    if here.dialect.name == "postgresql":
        given = f"SELECT last_value FROM {await here.scalar(sequence)} WHERE is_called"  # noqa: S608 (the server's own)
    values = {"table": table.name, "last": await here.scalar(text(given), {"table": table.name}) or 0}
    values["last"] = max(values["last"], await here.scalar(select(func.max(column))) or 0)
    if there.dialect.name == "postgresql" and values["last"]:
        await there.execute(select(func.setval(await there.scalar(sequence), values["last"])))
    elif values["last"]:
        await there.execute(text("DELETE FROM sqlite_sequence WHERE name = :table"), values)
        await there.execute(text("INSERT INTO sqlite_sequence (name, seq) VALUES (:table, :last)"), values)


@dataclass(frozen=True, slots=True)
class Seen:
    """A database: of which kind and release, its name, and the version of the tables; None where there are none."""

    kind: str
    name: str
    version: str | None


def look_at(where: str | Path) -> Seen:
    """Look at the database of a data folder or URL. Raises StorageUnavailable where it cannot be used.

    This blocks, and needs a thread without an event loop of its own.
    """
    address = Address.of(where)
    if address.file is not None and not address.file.exists():
        return Seen(f"SQLite {sqlite3.sqlite_version}", address.name, None)
    with told(address.name):
        return asyncio.run(_look_at(address))


async def _look_at(address: Address) -> Seen:
    async with opened_engine(address) as engine, engine.connect() as connection:
        await connection.run_sync(check_whole, address.name)
        release = ".".join(map(str, connection.dialect.server_version_info or ()))
        kind = f"{'SQLite' if address.file else 'PostgreSQL'} {release}"
        return Seen(kind, address.name, await connection.run_sync(version_of, address.name))


def read_in(where: str | Path, read: Callable[[Sessions], Awaitable[list[T]]]) -> list[T]:
    """Return what is read in a database of today's version; nothing of another one. Raises StorageUnavailable.

    This blocks, and needs a thread without an event loop of its own.
    """

    async def found(address: Address) -> list[T]:
        async with opened_engine(address) as engine:
            return await read(Sessions(engine, address.name))

    return asyncio.run(found(Address.of(where))) if look_at(where).version == HEAD else []


def reviews_in(where: str | Path) -> list["Review"]:
    """Return all reviews of a database, as `read_in` does."""
    from bot.features.reviews.store import every_review

    return read_in(where, lambda sessions: every_review(sessions, EVERY))


BATCH = 100  # rows that are held in memory at a time


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
    async with opened_engine(source, patience=None) as reading, opened_engine(target, patience=None) as writing:
        with told(target.name):
            async with writing.execution_options(**{WRITES: True}).begin() as there:
                await _take(there, target.name)
                # Transactions see all tables as they were at their beginning; SQLite's always do.
                moment = {} if source.file else {"isolation_level": "REPEATABLE READ"}
                with told(source.name):
                    async with reading.execution_options(**moment).connect() as here:
                        return {table.name: await _copy_table(table, here, there) for table in _tables()}


def _tables() -> list[Table]:
    """Return all tables, those that others refer to first."""
    import bot.features.registry  # noqa: F401 (a table is known once its feature is imported, which takes a moment)

    return Base.metadata.sorted_tables


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
    await _count_on(table, here, there)
    had, has = await _count(here, table), await _count(there, table)
    if had != has:
        raise StorageUnavailable(f"Of {had} rows of {table.name}, {has} arrived; nothing was changed. Try again.")
    return has


async def _count(connection: AsyncConnection, table: Table) -> int:
    return await connection.scalar(select(func.count()).select_from(table)) or 0


PATIENCE = 10.0  # seconds to wait for who holds the file
_VERSIONS = "alembic_version"


@dataclass(frozen=True, slots=True)
class Holding:
    """What a database holds: its version, and how many rows each table has."""

    version: str
    rows: Mapping[str, int]


def take_snapshot(where: str | Path, into: Path) -> Holding:
    """Copy the club's data into a new file, and return what that holds. Raises StorageUnavailable.

    Writers are not kept waiting: a reader sees the database as it was when it began. This blocks, and needs a thread
    without an event loop.
    """
    address = Address.of(where)
    if address.file is None:
        with tempfile.TemporaryDirectory(dir=into.parent) as folder:
            file = Path(folder) / into.name
            copy(where, f"sqlite:///{file}")
            with closing(sqlite3.connect(file)) as made:
                made.execute("PRAGMA journal_mode=DELETE")  # one file, without others beside it
            file.replace(into)
        return holding(into)
    if not address.file.is_file():
        raise StorageUnavailable(
            f"There is no club's data in {address.name} yet. It is made when the bot first starts."
        )
    try:
        with closing(sqlite3.connect(address.file, timeout=PATIENCE, isolation_level=None)) as source:
            source.execute("VACUUM INTO ?", (str(into),))
        into.chmod(0o600)
        return holding(into)
    except sqlite3.Error as error:
        raise StorageUnavailable(
            f"The club's data in {address.name} cannot be copied ({error}). Check that there is room on the disk."
        ) from error


def holding(file: Path) -> Holding:
    """Return what a file of SQLite holds. Raises sqlite3.Error where it is damaged or holds something else."""
    with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True, timeout=PATIENCE)) as database:
        if (found := database.execute("PRAGMA quick_check(1)").fetchone()) != ("ok",):
            raise sqlite3.DatabaseError(f"it is damaged: {found[0]}")
        names = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
        rows = {name: _rows(database, name) for (name,) in database.execute(names).fetchall()}
        (version,) = database.execute(f"SELECT version_num FROM {_VERSIONS}").fetchone()  # noqa: S608 (a constant)
        return Holding(str(version), {name: count for name, count in rows.items() if name != _VERSIONS})


def _rows(database: sqlite3.Connection, table: str) -> int:
    quoted = table.replace('"', '""')
    return int(database.execute(f'SELECT count(*) FROM "{quoted}"').fetchone()[0])  # noqa: S608 (quoted)
