"""Connections to the database, and what each of them is told first."""

from __future__ import annotations

import logging

from sqlalchemy import Connection, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from bot.storage.address import Address
from bot.storage.errors import StorageUnavailable

WRITES = "dogear_writes"
"""The execution option of a connection whose transactions write."""

BUSY_MS = 10_000
"""Milliseconds that SQLite waits for another process; within one, writers take turns (`sessions.py`)."""

CONNECTIONS = 5
"""How many are open at most; more callers than that wait. A query takes a millisecond or two."""

_PRAGMAS = (
    f"PRAGMA busy_timeout={BUSY_MS}",  # first: the next one may already have to wait
    "PRAGMA journal_mode=WAL",  # readers and a writer do not wait for one another
    "PRAGMA synchronous=NORMAL",  # a killed process loses nothing; a power failure perhaps the last seconds
    "PRAGMA foreign_keys=ON",  # off by default, and deleting a member's data relies on it
    "PRAGMA secure_delete=ON",  # what a member has deleted does not stay in the file
)


def engine_for(address: Address) -> AsyncEngine:
    """Return an engine for an address. It connects when it is first used, and must be disposed of."""
    try:
        engine = create_async_engine(
            address.url, pool_size=CONNECTIONS, max_overflow=0, pool_pre_ping=address.file is None, hide_parameters=True
        )
    except ModuleNotFoundError as error:
        raise StorageUnavailable(
            f"{address.name} needs a package that is not installed. Run: pip install {error.name}"
        ) from error
    if address.file is not None:
        logging.getLogger("aiosqlite").setLevel(logging.WARNING)  # it tells of every statement, with members' words
        event.listen(engine.sync_engine, "connect", _prepare)
        event.listen(engine.sync_engine, "begin", _begin)
    return engine


def _prepare(connection: DBAPIConnection, entry: ConnectionPoolEntry) -> None:
    """Set up a connection of SQLite; transactions begin where we say so, not where the driver guesses."""
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


def _begin(connection: Connection) -> None:
    """Begin a transaction; one that writes says so at once.

    A transaction that reads first and writes later fails in SQLite where somebody else wrote in between, and no
    waiting helps. BEGIN IMMEDIATE waits before it reads anything.
    """
    writes = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
