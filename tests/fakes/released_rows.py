"""Rows as they were written at each version of the database: those of a released version never change."""

import asyncio
import contextlib
import datetime as dt
import re
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, MetaData, Table, create_engine, insert, select

from bot.db.migrate import upgrade
from bot.db.sessions import NAME, Address, opened_engine

STEPS = {path.stem: path.read_text(encoding="utf-8") for path in sorted((Path(__file__).parent / "released").iterdir())}
VERSIONS = list(STEPS)
LAST = {"0002": "0003", "0003": "0008", "0006": "0008", "0008": "0008"}
"""The last version that has the tables and columns of a version, where a later one takes some away."""
TIMES = {"NOON": "2025-03-01 12:00", "LATER": "2025-03-01 12:30", "END": "2025-03-02 12:00"}
ROWS = {
    version: re.sub(
        r"\b(?:NOON|LATER|END)\b",
        lambda found: f"{TIMES[found[0]]}:00.000000",
        "".join(STEPS[earlier] for earlier in VERSIONS[: n + 1] if version <= LAST.get(earlier, version)),
    )
    for n, version in enumerate(VERSIONS)
}
"""The rows that a database of each version has: released/ holds those that came with a version."""


@contextlib.contextmanager
def raw(folder: Path) -> Iterator[sqlite3.Connection]:
    with contextlib.closing(sqlite3.connect(folder / NAME)) as connection, connection:
        yield connection


def lay_out(where: str | Path, version: str) -> None:
    """Make a database of a version, with its rows, in a folder or in an empty database of a server."""
    upgrade(where, version)
    if isinstance(where, Path):
        with raw(where) as connection:
            connection.executescript(ROWS[version])
        return
    with tempfile.TemporaryDirectory() as folder:
        lay_out(Path(folder), version)
        asyncio.run(_move(Path(folder), where))


async def _move(folder: Path, address: str) -> None:
    """Bring the rows of a file to a server, with their ids, by the tables that both have."""
    tables, engine = MetaData(), create_engine(f"sqlite:///{folder / NAME}")
    with engine.connect() as here:
        tables.reflect(here)
        rows = {table.name: _rows(here, table) for table in tables.sorted_tables}
    engine.dispose()

    def write(there: Connection) -> None:
        kept = MetaData()
        kept.reflect(there)
        for table in kept.sorted_tables:
            if rows[table.name] and table.name != "alembic_version":
                there.execute(insert(table), rows[table.name])

    async with opened_engine(Address.of(address)) as server, server.begin() as connection:
        await connection.run_sync(write)


def _rows(here: Connection, table: Table) -> list[dict[str, Any]]:
    """Return the rows of a table of SQLite, which keeps no zones: its times are in UTC."""
    return [
        {name: value.replace(tzinfo=dt.UTC) if isinstance(value, dt.datetime) else value for name, value in row.items()}
        for row in here.execute(select(table)).mappings()
    ]
