"""Backups of a club's data: of one moment while others write, without secrets, and put back row by row."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.db.base import StorageUnavailable
from bot.db.migrate import open_database
from bot.features.progress.store import StoredPositions
from bot.ops.backup import DATABASE, SETTINGS, BackupRefused, restore_backup, take_backup
from bot.people import Member, Reached
from bot.settings import Settings
from retrieval.location import hold, hold_together
from retrieval.types import StoreHeld
from tests.fakes.bookshelf import write_lantern
from tests.fakes.postgres import Databases

NOON = dt.datetime(2027, 3, 1, 12, 0, tzinfo=dt.UTC)
TOKEN = "MTk4.Cl2FMQ.a-token"


def rows(file: Path) -> dict[str, list[tuple[object, ...]]]:
    """Return every row of every table."""
    with closing(sqlite3.connect(file)) as database:
        names = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: sorted(database.execute(f'SELECT * FROM "{name}"'), key=repr) for name in names}  # noqa: S608


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings with a library of their own, and a secret."""
    write_lantern(tmp_path / "library")
    token = SecretStr(TOKEN)
    return Settings(data=tmp_path / "data", library=tmp_path / "library", discord_token=token, secrets=(token,))


async def write(settings: Settings, members: int, begin: int = 0) -> None:
    async with open_database(settings.club_data) as records:
        for n in range(begin, begin + members):
            await StoredPositions(records).change(
                Member(7, n + 1), {"the-lantern": Reached(n % 10, 10, "chapter")}, NOON
            )


async def test_what_was_put_back_is_what_was_there_row_by_row(settings: Settings, tmp_path: Path) -> None:
    await write(settings, 30)
    (settings.data / "reader.json").write_text('{"positions": {"the-lantern": 4}}', encoding="utf-8")
    before = rows(settings.data / DATABASE)
    manifest = await asyncio.to_thread(take_backup, settings, tmp_path / "b.zip")
    assert sum(manifest.rows.values()) == sum(
        len(of) for name, of in before.items() if name[:7] not in ("alembic", "sqlite_")
    )

    elsewhere = settings.model_copy(update={"data": tmp_path / "new", "library": tmp_path / "new-library"})
    done = await asyncio.to_thread(restore_backup, elsewhere, tmp_path / "b.zip")
    assert done.aside is None
    assert rows(elsewhere.data / DATABASE) == before
    assert (elsewhere.data / "reader.json").read_bytes() == (settings.data / "reader.json").read_bytes()
    for path in settings.library.rglob("*.md"):
        assert (elsewhere.library / path.relative_to(settings.library)).read_bytes() == path.read_bytes()
    await write(elsewhere, 1, begin=99)  # and it can be gone on with


async def test_a_backup_during_writes_is_of_one_moment(settings: Settings, tmp_path: Path) -> None:
    await write(settings, 5)
    stop = asyncio.Event()

    async def go_on() -> int:
        written = 5
        async with open_database(settings.club_data) as records:
            while not stop.is_set():
                await StoredPositions(records).change(
                    Member(7, written + 1), {"the-lantern": Reached(written % 10, 10, "chapter")}, NOON
                )
                written += 1
        return written

    writing = asyncio.create_task(go_on())
    for n in range(4):
        await asyncio.to_thread(take_backup, settings, tmp_path / f"{n}.zip")
    stop.set()
    written = await writing
    counts = []
    for n in range(4):
        new = settings.model_copy(update={"data": tmp_path / f"new-{n}", "library": tmp_path / f"library-{n}"})
        await asyncio.to_thread(restore_backup, new, tmp_path / f"{n}.zip")
        told = rows(new.data / DATABASE)
        assert len(told["members"]) == len(told["positions"]), "a write is there with all its rows, or not at all"
        counts.append(len(told["members"]))
    assert counts == sorted(counts)
    assert 5 <= counts[0] < counts[-1] <= written


async def test_what_was_there_is_moved_aside_with_its_store(settings: Settings, tmp_path: Path) -> None:
    await write(settings, 3)
    await asyncio.to_thread(take_backup, settings, tmp_path / "b.zip")
    await write(settings, 4, begin=3)
    (settings.data / "chroma").mkdir()
    (settings.data / "chroma" / "chroma.sqlite3").touch()
    done = await asyncio.to_thread(restore_backup, settings, tmp_path / "b.zip")
    assert done.aside is not None
    assert len(rows(settings.data / DATABASE)["members"]) == 3
    assert len(rows(done.aside / DATABASE)["members"]) == 7
    assert (done.aside / "chroma" / "chroma.sqlite3").exists()
    assert (done.aside / "library" / "the-lantern").is_dir()
    assert not (settings.data / "chroma").exists(), "the store is made again"


async def test_no_secret_is_in_a_backup(settings: Settings, tmp_path: Path) -> None:
    await write(settings, 1)
    told = settings.model_copy(update={"member_questions": 9, "database": None})
    await asyncio.to_thread(take_backup, told, tmp_path / "b.zip")
    with zipfile.ZipFile(tmp_path / "b.zip") as archive:
        assert TOKEN not in "".join(archive.read(name).decode("latin-1") for name in archive.namelist())
        assert json.loads(archive.read(SETTINGS))["member_questions"] == "9"


async def test_the_shipped_library_stays_out_and_a_link_is_not_followed(settings: Settings, tmp_path: Path) -> None:
    await write(settings, 1)
    (settings.library / "the-lantern" / "secret.md").symlink_to(tmp_path / "data" / DATABASE)
    one = await asyncio.to_thread(take_backup, settings, tmp_path / "one.zip")
    assert "library/the-lantern/book.toml" in one.files
    assert "library/the-lantern/secret.md" not in one.files
    shipped = settings.model_copy(update={"library": Settings().library})
    other = await asyncio.to_thread(take_backup, shipped, tmp_path / "other.zip")
    assert [name for name in other.files if name.startswith("library")] == []
    done = await asyncio.to_thread(
        restore_backup, shipped.model_copy(update={"data": tmp_path / "new"}), tmp_path / "one.zip"
    )
    assert done.library == tmp_path / "new" / "library"


async def test_nothing_is_restored_while_a_bot_runs_there(settings: Settings, tmp_path: Path) -> None:
    await write(settings, 2)
    await asyncio.to_thread(take_backup, settings, tmp_path / "b.zip")
    for how in (hold, hold_together):  # with the vector store in the folder, and with it on a server
        with how(settings.data), pytest.raises(StoreHeld, match="in use"):
            restore_backup(settings, tmp_path / "b.zip")
    assert len(rows(settings.data / DATABASE)["members"]) == 2


async def test_a_backup_that_is_refused_changes_nothing(settings: Settings, tmp_path: Path) -> None:
    await write(settings, 2)
    before = rows(settings.data / DATABASE)
    with pytest.raises(BackupRefused, match="There is no backup"):
        restore_backup(settings, tmp_path / "none.zip")
    (tmp_path / "bad.zip").write_bytes(b"PK")
    with pytest.raises(BackupRefused):
        restore_backup(settings, tmp_path / "bad.zip")
    assert rows(settings.data / DATABASE) == before
    assert not [path for path in settings.data.iterdir() if path.name.startswith((".restore", "before"))]


async def test_a_server_is_backed_up_into_the_same_file_and_either_is_restored_into_the_other(
    settings: Settings, tmp_path: Path, postgres: Databases
) -> None:
    with postgres.latest() as source, postgres.bare() as target:
        on_server = settings.model_copy(update={"database": SecretStr(source)})
        await write(on_server, 12)
        manifest = await asyncio.to_thread(take_backup, on_server, tmp_path / "b.zip")
        assert manifest.rows["positions"] == 12
        with zipfile.ZipFile(tmp_path / "b.zip") as archive:
            assert source not in archive.read(SETTINGS).decode("utf-8")

        in_a_file = settings.model_copy(update={"data": tmp_path / "new", "library": tmp_path / "new-library"})
        await asyncio.to_thread(restore_backup, in_a_file, tmp_path / "b.zip")
        await write(in_a_file, 1, begin=12)
        await asyncio.to_thread(take_backup, in_a_file, tmp_path / "c.zip")

        other = in_a_file.model_copy(update={"data": tmp_path / "other", "database": SecretStr(target)})
        await asyncio.to_thread(restore_backup, other, tmp_path / "c.zip")
        assert not (other.data / DATABASE).exists()
        assert postgres.run("SELECT count(*) FROM positions", target)[0][0] == 13
        with pytest.raises(StorageUnavailable, match="holds rows already"):
            await asyncio.to_thread(restore_backup, other, tmp_path / "c.zip")
