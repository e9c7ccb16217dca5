"""Copying a database: from SQLite to PostgreSQL and back, all of it or nothing."""

import asyncio
import datetime as dt
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select

from bot.answering.reply import Reply
from bot.db.base import Base
from bot.db.copy import BATCH, copy
from bot.db.migrate import HEAD, open_database, upgrade
from bot.db.sessions import NAME, Address, Sessions, StorageUnavailable, opened_engine
from bot.features.ask.store import BotMemory, Conversations
from bot.features.reviews.store import Review
from bot.people import Member, Place, Reached
from corpus.books import Reveals
from retrieval.gate import Audience
from tests.fakes.app import app_on
from tests.fakes.postgres import Databases
from tests.fakes.records import a_review, add_finding_to, move, opened_records, save_review
from tests.fakes.released_rows import VERSIONS, lay_out, raw

ROOT = Path(__file__).parents[3]
NOON = dt.datetime(2025, 3, 1, 12, tzinfo=dt.UTC)
LIZ, FIVE = Member(2**63 - 1, 2**63 - 2), Reached(5, 27, "chapter")


async def everything(where: str | Path) -> dict[str, list[tuple[Any, ...]]]:
    """Return all rows of all tables."""
    async with opened_engine(Address.of(where)) as engine, engine.connect() as connection:
        return {
            each.name: [tuple(row) for row in await connection.execute(select(each).order_by(*each.primary_key))]
            for each in Base.metadata.sorted_tables
        }


async def fill(records: Sessions) -> None:
    """Write what is hard to copy: large numbers, any letters, moments to the microsecond, and more than a batch."""
    await BotMemory(app_on(records)).remember("words’ „signs“ \n", "🐋\x00\ud800é\\")
    for number in range(BATCH + 7):
        await BotMemory(app_on(records)).remember(f"note {number}", str(number))
    at = NOON.astimezone(dt.timezone(dt.timedelta(hours=5, minutes=30))) + dt.timedelta(microseconds=1)
    await move(records, LIZ, {"emma": FIVE, "kim": None}, at)
    for _ in range(3):
        await save_review(records, a_review(1, 10, "emma", None, "Good.", 0, Reveals.of({"emma": 9}), at))
        async with records.writing() as session:
            await session.execute(delete(Review))


async def talk(records: Sessions) -> None:
    asked, nothing = (Place(1, 100), Member(1, 10), "Who?"), (Audience(), Reveals())
    await Conversations(app_on(records)).remember(*asked, Reply("ask", None, "He."), *nothing)


async def test_everything_is_there_and_back_again(tmp_path: Path, postgres: Databases) -> None:
    with postgres.bare() as server:
        await asyncio.to_thread(lay_out, tmp_path / "here", HEAD)
        async with open_database(tmp_path / "here") as records:
            await fill(records)
        before = await everything(tmp_path / "here")
        counts = {name: len(rows) for name, rows in before.items()}
        assert await asyncio.to_thread(copy, tmp_path / "here", server) == counts
        assert await everything(server) == before
        assert await asyncio.to_thread(copy, server, tmp_path / "back") == counts
        assert await everything(tmp_path / "back") == before
        assert all(counts[name] for name in ("reminders", "ballots", "findings", "audit", "jobs"))
        assert counts["notes"] == BATCH + 9


def test_a_program_that_only_copies_knows_every_table(tmp_path: Path) -> None:
    lay_out(tmp_path / "here", HEAD)
    places = f"{str(tmp_path / 'here')!r}, {str(tmp_path / 'there')!r}"
    command = f"from bot.db.copy import copy; print(sorted(copy({places})))"
    done = subprocess.run([sys.executable, "-c", command], cwd=ROOT, capture_output=True, text=True, check=True)
    with raw(tmp_path / "here") as database:
        names = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
        tables = [name for (name,) in database.execute(names) if name != "alembic_version"]
    assert done.stdout.strip() == str(tables)


async def test_ids_that_were_given_out_are_not_given_out_again_in_the_copy(tmp_path: Path, postgres: Databases) -> None:
    places: list[str | Path] = [tmp_path / "here"]
    async with opened_records(tmp_path / "here") as records:
        await fill(records)
        await talk(records)
    with postgres.bare() as server:
        places += [server, tmp_path / "back"]
        for source, target in pairwise(places):
            await asyncio.to_thread(copy, source, target)
        ids = []
        for place in places:
            async with open_database(place) as records:
                review = await save_review(records, a_review(1, 10, "emma", 3))
                finding = await add_finding_to(records, Place(1, 100), 10, 900, Reveals(), NOON, NOON)
                await talk(records)
                ids.append((review.id, finding and finding.id))
    assert ids == [(4, 1)] * 3


async def test_a_target_that_holds_rows_is_left_alone(tmp_path: Path, database: str | Path) -> None:
    async with opened_records(tmp_path / "here") as records:
        await fill(records)
    async with opened_records(database) as records:
        await BotMemory(app_on(records)).remember("mine", "mine")
    before = await everything(database)
    with pytest.raises(StorageUnavailable, match=r"holds rows already \(notes\); nothing was changed"):
        await asyncio.to_thread(copy, tmp_path / "here", database)
    assert await everything(database) == before


async def test_a_copy_that_is_cut_off_leaves_nothing_behind(tmp_path: Path, database: str | Path) -> None:
    async with opened_records(tmp_path / "here") as records:
        await fill(records)
    with raw(tmp_path / "here") as connection:
        connection.execute("PRAGMA foreign_keys=OFF")
        connection.execute("UPDATE positions SET club = 5")  # of a member who is not there
    with pytest.raises(Exception, match=r"(?i)foreign key"):
        await asyncio.to_thread(copy, tmp_path / "here", database)
    assert not any((await everything(database)).values())


def test_an_older_source_is_brought_up_first_and_by_nobody_else(tmp_path: Path) -> None:
    lay_out(tmp_path / "here", VERSIONS[-2])
    before = (tmp_path / "here" / NAME).read_bytes()
    with pytest.raises(StorageUnavailable, match=r"run_bot\.py db upgrade"):
        copy(tmp_path / "here", tmp_path / "there")
    assert (tmp_path / "here" / NAME).read_bytes() == before
    assert not (tmp_path / "there").exists()


def test_a_source_that_is_not_there_is_not_made(tmp_path: Path, database: str | Path) -> None:
    with pytest.raises(StorageUnavailable, match="There is no club's data in"):
        copy(tmp_path / "gone", database)
    assert not (tmp_path / "gone").exists()


def test_nothing_is_copied_into_itself(tmp_path: Path) -> None:
    upgrade(tmp_path)
    (tmp_path / "other").symlink_to(tmp_path)
    for same in (tmp_path, f"sqlite:///{tmp_path / 'other' / NAME}"):
        with pytest.raises(StorageUnavailable, match="into itself"):
            copy(tmp_path, same)
