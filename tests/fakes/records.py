"""The club's data as it is kept: SQLite in a folder, copied from a file that is made once, or a server's database."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import functools
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

from bot.db.base import NAME, Sessions, note_member
from bot.db.migrate import open_database, upgrade
from bot.features.prompts.rules import Prompt
from bot.features.prompts.store import add_prompt
from bot.features.shelf.rules import Shelved
from bot.features.shelf.store import Shelves, put
from bot.people import Member


@functools.cache
def _ready() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        upgrade(folder)
        return Path(folder, NAME).read_bytes()


def _lay_out(file: Path) -> None:
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(_ready())


@contextlib.asynccontextmanager
async def opened_records(where: str | Path) -> AsyncIterator[Sessions]:
    """Open the club's data: what is there, or in a folder that has none an empty file of the latest version."""
    if isinstance(where, Path):
        await asyncio.to_thread(_lay_out, where / NAME)
    async with open_database(where) as records:
        yield records


async def shelve(database: Sessions, member: Member, shelved: Shelved) -> None:
    """Put a book on a member's shelf as it is."""
    async with database.writing() as session:
        await note_member(session, member.club, member.id)
        await put(session, member, shelved)


async def keep_prompt(database: Sessions, prompt: Prompt) -> Prompt:
    """Put a discussion prompt on the queue as it is."""
    async with database.writing() as session:
        await note_member(session, prompt.place.club, prompt.member)
        return await add_prompt(session, prompt)


async def shelf_of(database: Sessions, member: Member) -> list[Shelved]:
    """Return a member's shelf."""
    return await Shelves(database, {}, lambda: dt.datetime.now(dt.UTC)).show(member)
