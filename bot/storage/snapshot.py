"""A copy of the club's data as it is at one moment, while others go on writing: one file of SQLite."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from bot.storage.address import Address
from bot.storage.copying import copy
from bot.storage.errors import StorageUnavailable

PATIENCE = 10.0
"""Seconds to wait for who holds the file."""

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
        names = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        tables = sorted(name for name in names if name != _VERSIONS and not name.startswith("sqlite_"))
        rows = {name: _rows(database, name) for name in tables}
        (version,) = database.execute(f"SELECT version_num FROM {_VERSIONS}").fetchone()  # noqa: S608 (a constant)
        return Holding(str(version), rows)


def _rows(database: sqlite3.Connection, table: str) -> int:
    quoted = table.replace('"', '""')
    return int(database.execute(f'SELECT count(*) FROM "{quoted}"').fetchone()[0])  # noqa: S608 (quoted)
