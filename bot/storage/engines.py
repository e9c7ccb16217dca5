"""Connections to the database, and what each of them is told first."""

from __future__ import annotations

import logging
from typing import Any

from sqlalchemy import URL, Connection, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from bot.storage.address import Address

WRITES = "dogear_writes"
"""The execution option of a connection whose transactions write."""

BUSY_MS = 10_000
"""Milliseconds that SQLite waits for another process; within one, writers take turns (`sessions.py`)."""

CONNECTIONS = 5
"""How many are open at most; more callers than that wait. A query takes a millisecond or two."""

CONNECT = 10.0
"""Seconds that a server has to let us in. A member waits for it."""

ANSWER = 15.0
"""Seconds that a server has for a statement, except for those that upgrade or copy: then the connection is given up."""

FROZEN = "60s"
"""The time after which a server ends a transaction in which nothing happens: its process froze, or its machine is gone,
and others wait for what it has locked."""

_PRAGMAS = (
    f"PRAGMA busy_timeout={BUSY_MS}",  # first: the next one may already have to wait
    "PRAGMA journal_mode=WAL",  # readers and a writer do not wait for one another
    "PRAGMA synchronous=NORMAL",  # a killed process loses nothing; a power failure perhaps the last seconds
    "PRAGMA foreign_keys=ON",  # off by default, and deleting a member's data relies on it
    "PRAGMA secure_delete=ON",  # what a member has deleted does not stay in the file
)


def engine_for(address: Address, patience: float | None = ANSWER, to_connect: float = CONNECT) -> AsyncEngine:
    """Return an engine for an address. It connects when it is first used, and must be disposed of.

    `patience` is how many seconds a server has for a statement, `to_connect` how many to let us in. A connection that
    was lost since it was used last, as when the server was restarted, is noticed and replaced before anything is asked
    of it.
    """
    if address.file is None:
        return create_async_engine(
            "postgresql+asyncpg://",
            async_creator=lambda: _connect(address.dsn, to_connect, patience),
            isolation_level="READ COMMITTED",  # the repositories lock what they change; a server may say otherwise
            pool_size=CONNECTIONS,
            max_overflow=0,
            pool_pre_ping=True,
            hide_parameters=True,
        )
    engine = create_async_engine(
        URL.create("sqlite+aiosqlite", database=str(address.file)),
        pool_size=CONNECTIONS,
        max_overflow=0,
        hide_parameters=True,
    )
    logging.getLogger("aiosqlite").setLevel(logging.WARNING)  # it tells of every statement, with members' words
    event.listen(engine.sync_engine, "connect", _prepare)
    event.listen(engine.sync_engine, "begin", _begin)
    return engine


async def _connect(dsn: str, to_connect: float, patience: float | None) -> Any:  # noqa: ANN401 (the driver has no types)
    import asyncpg  # only who has a server needs to wait for this

    named = {"application_name": "dogear"}
    connection = await asyncpg.connect(dsn, timeout=to_connect, command_timeout=patience, server_settings=named)
    if patience is not None:
        try:  # not among the settings of the connection: PgBouncer refuses who asks for more there than it knows
            await connection.execute(f"SET idle_in_transaction_session_timeout = '{FROZEN}'")
        except BaseException:
            connection.terminate()
            raise
    return connection


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
