"""The club's data as it is kept: SQLite in a folder, copied from a file that is made once, or a server's database."""

import asyncio
import contextlib
import datetime as dt
import functools
import sqlite3
import tempfile
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

from bot.db.base import note_member
from bot.db.migrate import open_database, upgrade
from bot.db.sessions import NAME, Sessions
from bot.features.ceilings.store import ceiling_of
from bot.features.progress.store import PositionChange, Report, change_positions, reported, take_back
from bot.features.prompts.store import Prompt, add_prompt
from bot.features.reviews.store import Review, save
from bot.features.shelf.rules import Shelved
from bot.features.shelf.store import Shelves, write
from bot.features.watch.store import Finding, add_finding
from bot.people import Member, Place, Reached
from corpus.books import Reveals, Slug
from tests.fakes.app import NOON, app_on


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


def left(folder: Path, *statements: str, **values: str) -> None:
    """Leave the data as a process does that is killed between two steps; names in the statements stand for values."""
    with contextlib.closing(sqlite3.connect(folder / NAME)) as connection, connection:
        for statement in statements:
            connection.execute(functools.reduce(lambda text, named: text.replace(*named), values.items(), statement))


async def shelve(database: Sessions, member: Member, shelved: Shelved) -> None:
    """Put a book on a member's shelf as it is."""
    async with database.writing() as session:
        await note_member(session, member.club, member.id)
        await write(session, member, shelved.key, shelved)


async def keep_prompt(
    database: Sessions, place: Place, member: int, text: str, at: dt.datetime, **more: object
) -> Prompt:
    """Put a discussion prompt on the queue as it is."""
    async with database.writing() as session:
        await note_member(session, place.club, member)
        return await add_prompt(session, place, member, text, at, **more)


async def move(
    database: Sessions, member: Member, after: Mapping[Slug, Reached | None], at: dt.datetime
) -> PositionChange:
    """Note where a member is, at a moment."""
    async with database.writing() as session:
        return await change_positions(session, member, after, at)


async def move_back(database: Sessions, member: Member, at: dt.datetime) -> PositionChange | None:
    """Take a member's latest change of positions back."""
    async with database.writing() as session:
        return await take_back(session, member, at)


async def said_by(database: Sessions, member: Member) -> dict[Slug, Report]:
    """Return where a member said they are, by book."""
    async with database.reading() as session:
        return await reported(session, member)


async def ceiling_in(database: Sessions, place: Place) -> dict[Slug, Reached]:
    """Return a place's ceiling as it is kept."""
    async with database.reading() as session:
        return await ceiling_of(session, place)


def a_review(
    club: int, member: int, book: Slug, stars: int | None, text: str = "", said: int = 0, needs: Reveals = Reveals(),
    written: dt.datetime = NOON,
) -> Review:  # fmt: skip
    """Return a review that is not kept yet."""
    return Review(club=club, member=member, book=book, stars=stars, text=text, said=said, needs=needs, written=written)


async def save_review(database: Sessions, review: Review) -> Review:
    """Keep a review as it is, in place of its author's earlier one."""
    async with database.writing() as session:
        return await save(session, review)


async def add_finding_to(
    database: Sessions, place: Place, member: int, message: int, needs: Reveals, at: dt.datetime, until: dt.datetime
) -> Finding | None:
    """Keep a message that goes further than its place; its author is told from a moment on."""
    async with database.writing() as session:
        return await add_finding(session, place, member, message, needs, at, until)


async def shelf_of(database: Sessions, member: Member) -> list[Shelved]:
    """Return a member's shelf."""
    return await Shelves(app_on(database)).show(member)
