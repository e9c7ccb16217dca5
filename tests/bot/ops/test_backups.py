"""Backups: whole or refused, of one moment while others write, without secrets, and put back row by row."""

import asyncio
import datetime as dt
import json
import sqlite3
import zipfile
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest
from pydantic import SecretStr

from bot.db.migrate import open_database
from bot.db.sessions import StorageUnavailable
from bot.ops.backup import DATABASE, MANIFEST, SETTINGS, BackupRefused, restore_backup, take_backup, unpack
from bot.people import Member, Reached
from bot.settings import Settings
from retrieval.location import hold
from retrieval.types import StoreHeld
from tests.fakes.bookshelf import write_lantern
from tests.fakes.postgres import Databases
from tests.fakes.records import move

MANIFEST_TEXT = '{"made": "2027-03-01T20:00:00+00:00", "database": "0007", "rows": {"members": 3}, "format": 2}'
FILES = {DATABASE: b"SQLite", "library/the-lantern/summary.md": "A storm — “breaks” the wall.".encode()}


def packed(folder: Path, more: Mapping[str, bytes] | None = None, manifest: str | None = MANIFEST_TEXT) -> Path:
    """Return an archive as a backup is, or as somebody has forged it."""
    with zipfile.ZipFile(folder / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        if manifest is not None:
            archive.writestr(MANIFEST, manifest)
        for name, data in (FILES | dict(more or {})).items():
            archive.writestr(name, data)
    return folder / "a.zip"


@pytest.fixture
def into(tmp_path: Path) -> Path:
    (tmp_path / "into").mkdir()
    return tmp_path / "into"


def test_what_was_packed_is_unpacked_for_its_owner_alone(tmp_path: Path, into: Path) -> None:
    manifest = unpack(packed(tmp_path), into)
    assert (manifest.database, manifest.rows) == ("0007", {"members": 3})
    assert {path.relative_to(into).as_posix(): path.read_bytes() for path in into.rglob("*.*")} == FILES
    assert (into / DATABASE).stat().st_mode & 0o777 == 0o600


def test_a_backup_of_the_first_format_is_unpacked(tmp_path: Path, into: Path) -> None:
    first = MANIFEST_TEXT.replace('"format": 2', f'"format": 1, "files": {{"{DATABASE}": {{"size": 6, "sha256": ""}}}}')
    assert unpack(packed(tmp_path, manifest=first), into).rows == {"members": 3}
    with pytest.raises(BackupRefused, match="newer Dogear"):
        unpack(packed(tmp_path, manifest=MANIFEST_TEXT.replace("2}", "3}")), into)


@pytest.mark.parametrize(
    "name",
    [
        "../outside", "/etc/passwd", "library/../../outside", "library/..", "library/", "library//a", "library/a/",
        "chroma/chroma.sqlite3", "store.lock", "run_bot.py", "library/\x00a", "LIBRARY/a", "club.db-wal",
        "library/THE-LANTERN/summary.md",
    ],
)  # fmt: skip
def test_a_name_that_leads_elsewhere_is_refused(tmp_path: Path, into: Path, name: str) -> None:
    with pytest.raises(BackupRefused):
        unpack(packed(tmp_path, {name: b"x"}), into)
    assert list(into.iterdir()) == []


@pytest.mark.parametrize("manifest", [None, "", "[]", "{}", MANIFEST_TEXT.replace("3", '"many"')])
def test_an_archive_without_its_manifest_is_refused(tmp_path: Path, into: Path, manifest: str | None) -> None:
    with pytest.raises(BackupRefused):
        unpack(packed(tmp_path, manifest=manifest), into)


def stated(archive: Path, entry: zipfile.ZipInfo) -> None:
    """Change what an archive says of a file: 24 bytes after its name in the list of files is its size."""
    data = archive.read_bytes()
    at = data.rindex(entry.filename.encode()) - 46
    archive.write_bytes(data[: at + 24] + entry.file_size.to_bytes(4, "little") + data[at + 28 :])


@pytest.mark.parametrize(("size", "why"), [(6, "damaged"), (4_000_000_000, "Make room")])
def test_a_file_that_is_not_as_large_as_it_says_is_refused(
    tmp_path: Path, into: Path, monkeypatch: pytest.MonkeyPatch, size: int, why: str
) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=1_000_000_000))
    archive = packed(tmp_path, {DATABASE: b"\0" * 50_000_000})
    entry = zipfile.ZipInfo(DATABASE)
    entry.file_size = size
    stated(archive, entry)
    with pytest.raises(BackupRefused, match=why):
        unpack(archive, into)
    assert sum(path.stat().st_size for path in into.rglob("*") if path.is_file()) < 2_000_000


def test_an_archive_that_begins_before_its_beginning_or_was_changed_is_damaged(tmp_path: Path, into: Path) -> None:
    archive = packed(tmp_path, {"library/a.md": b"letters" * 3})
    sound = archive.read_bytes()
    at = sound.index(DATABASE.encode()) + len(DATABASE) + 2
    for broken in (sound[1:], sound[:at] + bytes([sound[at] ^ 0xFF]) + sound[at + 1 :]):
        archive.write_bytes(broken)
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
    stop, wrote = asyncio.Event(), asyncio.Event()

    async def go_on() -> int:
        written = 5
        async with open_database(settings.club_data) as records:
            while not stop.is_set():
                await move(records, Member(7, written + 1), {"the-lantern": Reached(written % 10, 10, "chapter")}, NOON)
                written += 1
                wrote.set()
        return written

    writing = asyncio.create_task(go_on())
    for n in range(4):
        wrote.clear()
        await wrote.wait()
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
    assert counts == sorted(set(counts)), "there was a write before each"
    assert 5 < counts[0] <= counts[-1] <= written


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
    (settings.library / ".git").mkdir()
    (settings.library / ".git" / "HEAD").touch()
    await asyncio.to_thread(take_backup, settings, tmp_path / "one.zip")
    assert (tmp_path / "one.zip").stat().st_mode & 0o777 == 0o600
    names = zipfile.ZipFile(tmp_path / "one.zip").namelist()
    assert "library/the-lantern/book.toml" in names
    assert {"library/the-lantern/secret.md", "library/.git/HEAD"} & set(names) == set()
    shipped = settings.model_copy(update={"library": Settings().library})
    await asyncio.to_thread(take_backup, shipped, tmp_path / "other.zip")
    assert zipfile.ZipFile(tmp_path / "other.zip").namelist() == [MANIFEST, SETTINGS, DATABASE]
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
