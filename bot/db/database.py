"""The way in to the club's data."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from bot.db.migrate import upgrade
from bot.db.session import Address, Sessions, engine_for


@contextlib.asynccontextmanager
async def open_database(where: str | Path) -> AsyncIterator[Sessions]:
    """Open the club's data in a data folder, or in a database by its URL. Raises StorageUnavailable.

    A database that is not there is made, an older one upgraded, both in a thread. What is written is committed
    before the call returns; calls may overlap. Nothing may be under way any more when the database is closed.
    """
    await asyncio.to_thread(upgrade, where)
    address = Address.of(where)
    engine = engine_for(address)
    try:
        yield Sessions(engine, address.name)
    finally:
        await engine.dispose()
