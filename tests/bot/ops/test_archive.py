"""The file of a backup: whole or refused, and nothing in it is trusted."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from bot.ops.backup import DATABASE, LIBRARY, MANIFEST, BackupRefused, pack, unpack

MADE = "2027-03-01T20:00:00+00:00"
FILES = {DATABASE: b"SQLite", "library/the-lantern/summary.md": "A storm — “breaks” the wall.".encode()}

Forge = Callable[[dict[str, Any], dict[str, bytes]], None]


def write(folder: Path, files: Mapping[str, bytes] = FILES) -> Path:
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    pack(write(tmp_path / "from"), tmp_path / "a.zip", MADE, "0007", {"members": 3})
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
    write(tmp_path / "from", FILES | {"library/what?.md": b"a name that not every system has"})
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
