"""Bringing a database to the version that this program knows, before anything else touches it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock
from sqlalchemy import Connection, inspect, text

from bot.db.sessions import WRITES, Address, Sessions, StorageUnavailable, damaged, opened_engine, told

if TYPE_CHECKING:
    from alembic.config import Config

PATIENCE = 60.0  # seconds to wait for another process that upgrades the same database
LOCK = 0x646F67656172  # keeps others from a server's database meanwhile; it spells our name
MIGRATIONS = Path(__file__).with_name("migrations")
HEAD = max(file.name[1:5] for file in MIGRATIONS.glob("versions/v[0-9]*_*.py"))  # the latest version

_VERSIONS = "alembic_version"
_ONE_AT_A_TIME = threading.Lock()  # Alembic keeps the migration that runs in module variables


def upgrade(where: str | Path, version: str = HEAD) -> str | None:
    """Bring the database of a data folder or URL to a version, or make it. Raises StorageUnavailable.

    Return the version that it had; None where there was nothing in it.

    It is one transaction: the old version or the new one is there, whatever happens. There is no way down: a
    downgrade would drop what people wrote. Whoever wants an older Dogear puts the backup of that day in place.

    This blocks, and needs a thread without an event loop of its own.
    """
    address = Address.of(where)
    with told(address.name):
        address.make_file()
        # Nobody else has SQLite's file open meanwhile: then it could not turn to WAL, and never waits.
        lock = FileLock(f"{address.file}.lock", timeout=PATIENCE, mode=0o600) if address.file else nullcontext()
        with lock:
            return asyncio.run(_upgrade(address, version))


async def _upgrade(address: Address, version: str) -> str | None:
    async with (
        opened_engine(address, patience=None) as engine,
        engine.execution_options(**{WRITES: True}).begin() as connection,
    ):
        return await connection.run_sync(_bring_to, version, address.name)


def _bring_to(connection: Connection, version: str, name: str) -> str | None:
    lock(connection)
    check_whole(connection, name)
    now = version_of(connection, name)
    if now == version:
        return now  # nearly always: and Alembic, which takes a while to import, is not needed
    from alembic import command
    from alembic.script import ScriptDirectory

    config = alembic_config(connection)
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if now is not None and now not in known:
        raise StorageUnavailable(
            f"The club's data in {name} was written by a newer Dogear; nothing was changed. "
            "Update Dogear, or put a backup from before in its place."
        )
    with _ONE_AT_A_TIME:
        command.upgrade(config, version)
    return now


def check_whole(connection: Connection, name: str) -> None:
    """See whether the pages of SQLite's file hang together. Raises StorageUnavailable. A server sees to its own."""
    if connection.dialect.name != "sqlite":
        return
    found = str(connection.exec_driver_sql("PRAGMA quick_check(1)").scalar())
    if found != "ok":
        raise damaged(name, " ".join(found.split())[:80])


def lock(connection: Connection) -> None:
    """Keep other processes from changing a server's tables until the transaction ends, as SQLite does by itself."""
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SET LOCAL lock_timeout = '{PATIENCE:.0f}s'"))
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})


def alembic_config(connection: Connection) -> Config:
    """Return what Alembic needs to know; nothing of it sets up logging."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("file_template", "v%%(rev)s_%%(slug)s")
    config.attributes["connection"] = connection
    return config


def version_of(connection: Connection, name: str) -> str | None:
    """Return the version of a database; None of an empty one. Raises StorageUnavailable for somebody else's."""
    tables = inspect(connection).get_table_names()
    version: str | None = None
    if _VERSIONS in tables:
        version = connection.execute(text(f"SELECT version_num FROM {_VERSIONS}")).scalar()  # noqa: S608
    if version is None and set(tables) - {_VERSIONS}:
        raise StorageUnavailable(
            f"The database {name} holds something else than Dogear's data; nothing was changed. Choose an empty one."
        )
    return version


@asynccontextmanager
async def open_database(where: str | Path) -> AsyncIterator[Sessions]:
    """Open the club's data in a data folder, or in a database by its URL. Raises StorageUnavailable.

    A database that is not there is made, an older one upgraded, both in a thread. What is written is committed
    before the call returns; calls may overlap. Nothing may be under way any more when the database is closed.
    """
    await asyncio.to_thread(upgrade, where)
    address = Address.of(where)
    async with opened_engine(address) as engine:
        yield Sessions(engine, address.name)
