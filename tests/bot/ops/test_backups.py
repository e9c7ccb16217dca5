"""Backups: whole or refused, of one moment while others write, without secrets, and put back row by row."""

import asyncio
import datetime as dt
import json
import sqlite3
import zipfile
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from bot.db.migrate import open_database
from bot.db.sessions import StorageUnavailable
from bot.ops.backup import (
    DATABASE,
    LIBRARY,
    MANIFEST,
    SETTINGS,
    BackupRefused,
    pack,
    restore_backup,
    take_backup,
    unpack,
)
from bot.people import Member, Reached
from bot.settings import Settings
from retrieval.location import hold
from retrieval.types import StoreHeld
from tests.fakes.bookshelf import write_lantern
from tests.fakes.postgres import Databases
from tests.fakes.records import move

MADE = "2027-03-01T20:00:00+00:00"
FILES = {DATABASE: b"SQLite", "library/the-lantern/summary.md": "A storm — “breaks” the wall.".encode()}

Forge = Callable[[dict[str, Any], dict[str, bytes]], None]


def lay_out(folder: Path, files: Mapping[str, bytes] = FILES) -> Path:
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    pack(lay_out(tmp_path / "from"), tmp_path / "a.zip", MADE, "0007", {"members": 3})
    return tmp_path / "a.zip"


@pytest.fixture
def into(tmp_path: Path) -> Path:
    (tmp_path / "into").mkdir()
    return tmp_path / "into"


def forged(archive: Path, change: Forge) -> Path:
    """Return an archive in which somebody has changed the manifest or the files."""
    with zipfile.ZipFile(archive) as old:
        manifest = json.loads(old.read(MANIFEST))
        files = {entry.filename: old.read(entry) for entry in old.infolist()[1:]}
    change(manifest, files)
    made = archive.with_name("forged.zip")
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        new.writestr(MANIFEST, json.dumps(manifest))
        for name, data in files.items():
            new.writestr(name, data)
    return made


def test_what_was_packed_is_unpacked(archive: Path, into: Path) -> None:
    manifest = unpack(archive, into)
    assert (manifest.made, manifest.database, manifest.rows) == (MADE, "0007", {"members": 3})
    assert {path.relative_to(into).as_posix(): path.read_bytes() for path in into.rglob("*.*")} == FILES


def test_an_archive_and_what_comes_of_it_is_for_its_owner_alone(archive: Path, into: Path) -> None:
    unpack(archive, into)
    assert [path.stat().st_mode & 0o777 for path in (archive, into / DATABASE)] == [0o600, 0o600]


def test_an_archive_that_cannot_be_finished_leaves_nothing(tmp_path: Path) -> None:
    lay_out(tmp_path / "from", FILES | {"library/what?.md": b"a name that not every system has"})
    with pytest.raises(BackupRefused, match="Rename it"):
        pack(tmp_path / "from", tmp_path / "a.zip", MADE, "0007", {})
    assert [path.name for path in tmp_path.iterdir()] == ["from"]


def more(name: str, data: bytes = b"x") -> Forge:
    """Return what adds a file that the manifest knows, under any name."""

    def change(manifest: dict[str, Any], files: dict[str, bytes]) -> None:
        manifest["files"][name] = {
            "size": len(data),
            "sha256": "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881",
        }
        files[name] = data

    return change


def test_the_forger_would_succeed_with_a_harmless_name(archive: Path, into: Path) -> None:
    unpack(forged(archive, more("library/the-lantern/people.md")), into)


@pytest.mark.parametrize(
    "name",
    [
        "../outside", "/etc/passwd", "library/../../outside", "library/..", "library/", "library//a", "library/a/",
        "library\\..\\outside", "C:\\outside", "library/C:a", "chroma/chroma.sqlite3", "store.lock", "run_bot.py",
        "library/. ./a", "library/\x00a", "library/" + "a/" * 20 + "a", "library/" + "a" * 300, "LIBRARY/a",
        "club.db-wal", "library/nul", "library/a/CON.md", "library/Com1.txt",
    ],
)  # fmt: skip
def test_a_name_that_leads_elsewhere_is_refused(archive: Path, into: Path, name: str) -> None:
    with pytest.raises(BackupRefused):
        unpack(forged(archive, more(name)), into)
    assert not (into.parent / "outside").exists()


def test_a_file_that_was_changed_is_refused(archive: Path, into: Path) -> None:
    def change(_: dict[str, Any], files: dict[str, bytes]) -> None:
        files[DATABASE] = b"SQLitf"

    with pytest.raises(BackupRefused, match="damaged"):
        unpack(forged(archive, change), into)


def test_a_file_that_is_larger_than_it_says_is_refused_before_it_fills_the_disk(archive: Path, into: Path) -> None:
    def change(_: dict[str, Any], files: dict[str, bytes]) -> None:
        files[DATABASE] = b"\0" * 50_000_000

    with pytest.raises(BackupRefused, match="damaged"):
        unpack(forged(archive, change), into)
    assert sum(path.stat().st_size for path in into.rglob("*") if path.is_file()) < 2_000_000


def test_more_than_the_disk_holds_is_refused_at_once(archive: Path, into: Path) -> None:
    def change(manifest: dict[str, Any], _: dict[str, bytes]) -> None:
        manifest["files"][DATABASE]["size"] = 10**15

    with pytest.raises(BackupRefused, match="Make room"):
        unpack(forged(archive, change), into)


@pytest.mark.parametrize(
    "change",
    [
        lambda _, files: files.pop(DATABASE),
        lambda manifest, _: manifest["files"].pop(DATABASE),
        lambda manifest, files: (manifest["files"].pop(DATABASE), files.pop(DATABASE)),
        lambda manifest, _: manifest["files"][DATABASE].update(size=-1),
        lambda manifest, _: manifest["files"][DATABASE].update(size="much"),
        lambda manifest, _: manifest.update(files=[]),
        lambda manifest, _: manifest.pop("rows"),
        lambda manifest, files: more(f"{LIBRARY}/THE-LANTERN/summary.md")(manifest, files),
    ],
)
def test_a_manifest_that_does_not_fit_is_refused(archive: Path, into: Path, change: Forge) -> None:
    with pytest.raises(BackupRefused):
        unpack(forged(archive, change), into)


def test_an_archive_that_begins_before_its_beginning_is_damaged(archive: Path, into: Path) -> None:
    archive.write_bytes(archive.read_bytes()[1:])
    with pytest.raises(BackupRefused, match="damaged"):
        unpack(archive, into)


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
            await move(records, Member(7, n + 1), {"the-lantern": Reached(n % 10, 10, "chapter")}, NOON)


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
                await move(records, Member(7, written + 1), {"the-lantern": Reached(written % 10, 10, "chapter")}, NOON)
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
    for together in (False, True):  # with the vector store in the folder, and with it on a server
        with hold(settings.data, together=together), pytest.raises(StoreHeld, match="in use"):
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
