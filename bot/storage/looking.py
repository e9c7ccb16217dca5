"""Looking at a database without changing anything about it: what it is, whether it is whole, which reviews it has."""

from __future__ import annotations

import asyncio
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text

from bot.club.review_records import Review
from bot.club.shards import EVERY
from bot.storage.address import Address
from bot.storage.engines import engine_for
from bot.storage.errors import told
from bot.storage.reviews import StoredReviews
from bot.storage.sessions import Sessions
from bot.storage.upgrading import HEAD, check_whole, version_of


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
    engine = engine_for(address)
    try:
        async with engine.connect() as connection:
            release = "SELECT sqlite_version()" if address.file else "SHOW server_version"
            number = str(await connection.scalar(text(release))).partition(" ")[0]
            kind = "SQLite" if address.file else "PostgreSQL"
            await connection.run_sync(check_whole, address.name)
            return Seen(f"{kind} {number}", address.name, await connection.run_sync(version_of, address.name))
    finally:
        await engine.dispose()


def reviews_in(where: str | Path) -> list[Review]:
    """Return all reviews of a database of today's version; none of another. Raises StorageUnavailable.

    This blocks, and needs a thread without an event loop of its own.
    """
    return asyncio.run(_reviews_in(Address.of(where))) if look_at(where).version == HEAD else []


async def _reviews_in(address: Address) -> list[Review]:
    engine = engine_for(address)
    try:
        return await StoredReviews(Sessions(engine, address.name)).every(EVERY)
    finally:
        await engine.dispose()
