"""Keeping a copy of all that cannot be made again, and putting it back."""

import datetime as dt
import errno
import hashlib
import json
import os
import re
import shutil
import sqlite3
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from pydantic import SecretStr, TypeAdapter

from bot.db.copy import Holding, copy, holding, take_snapshot
from bot.db.migrate import upgrade
from bot.settings import Settings
from corpus.errors import DogearError
from corpus.library import SHIPPED
from retrieval.location import hold

FORMAT = 1
"""Raised whenever an older Dogear could not read the archive."""

MANIFEST, DATABASE, READER, SETTINGS, LIBRARY = "manifest.json", "club.db", "reader.json", "settings.json", "library"

MOST_FILES = 100_000
MOST_BYTES = 64 * 1024**3
MANIFEST_BYTES = 32 * 1024**2
DEEPEST = 8
"""Folders within a library."""

AT_ONCE = 1024**2

COMPRESSIONS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""Those that a backup is written with; no other one is unpacked."""

_PART = re.compile(r"(?!(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$))[^\x00-\x1f\x7f/\\:*?\"<>|]{1,200}", re.IGNORECASE)
"""What a file or a folder may be called, so that it is one on every system; con and nul are devices on some."""

BROKEN = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError, RuntimeError, ValueError)
"""What an archive that is damaged, or made to be, raises while it is read."""


class BackupRefused(DogearError):
    """A backup that cannot be made, or cannot be put back."""


@dataclass(frozen=True, slots=True)
class BackedUpFile:
    """One file of a backup."""

    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds: when it was made, the database's version, its rows by table, and every file."""

    made: str
    database: str
    rows: Mapping[str, int]
    files: Mapping[str, BackedUpFile]
    format: int = FORMAT


_MANIFEST = TypeAdapter(Manifest)


def pack(folder: Path, into: Path, made: str, database: str, rows: Mapping[str, int]) -> Manifest:
    """Write an archive of all files in a folder. It is there as a whole or not at all, and for its owner alone."""
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    for name in names:
        if not is_safe(name):
            raise BackupRefused(f"{name} has a name that not every system can have. Rename it, and try again.")
    manifest = Manifest(made, database, rows, {name: _entry(folder / name) for name in names})
    part = into.with_name(f"{into.name}.part")
    try:
        handle = os.open(part, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(MANIFEST, json.dumps(asdict(manifest), indent=1))
            for name in names:
                archive.write(folder / name, name)
            archive.close()
            file.flush()
            os.fsync(file.fileno())
        part.replace(into)
    finally:
        part.unlink(missing_ok=True)
    return manifest


def unpack(archive: Path, into: Path) -> Manifest:
    """Write all files of an archive into a folder, and return its manifest. Raises BackupRefused."""
    try:
        with zipfile.ZipFile(archive) as opened:
            entries = opened.infolist()
            if len(entries) > MOST_FILES + 1 or not entries or entries[0].filename != MANIFEST:
                raise BackupRefused(f"{archive} is no backup of Dogear.")
            if any(entry.compress_type not in COMPRESSIONS for entry in entries):
                raise _damaged(archive)
            with opened.open(entries[0]) as file:
                manifest = _manifest(file.read(MANIFEST_BYTES + 1), archive)
            _agree(manifest, [entry.filename for entry in entries[1:]], archive)
            needed = sum(entry.size for entry in manifest.files.values())
            if needed > min(MOST_BYTES, shutil.disk_usage(into).free):
                raise BackupRefused(f"{archive} needs {needed:,} bytes in {into}. Make room, and try again.")
            for entry in entries[1:]:
                with opened.open(entry) as file:
                    _write(file, into / entry.filename, manifest.files[entry.filename], archive)
            return manifest
    except BROKEN as error:
        raise _damaged(archive) from error
    except OSError as error:
        if error.errno == errno.EINVAL:  # the archive says that a part of it lies before its beginning
            raise _damaged(archive) from error
        raise


def is_safe(name: str) -> bool:
    """Return whether a file of a backup may have this name: one of ours, or one in the library."""
    if name in (DATABASE, READER, SETTINGS):
        return True
    first, *rest = name.split("/")
    named = all(_PART.fullmatch(part) and part.strip(". ") for part in rest)
    return first == LIBRARY and 0 < len(rest) <= DEEPEST and named


def _manifest(text: bytes, archive: Path) -> Manifest:
    if len(text) > MANIFEST_BYTES:
        raise _damaged(archive)
    try:
        told = json.loads(text)
        if told["format"] != FORMAT:
            raise BackupRefused(f"{archive} was made by a newer Dogear. Update Dogear, and try again.")
        return _MANIFEST.validate_python(told)
    except (KeyError, TypeError, RecursionError) as error:
        raise _damaged(archive) from error


def _agree(manifest: Manifest, names: list[str], archive: Path) -> None:
    """See that the archive has the files of its manifest, each once, under names that lead nowhere else."""
    unsafe = [name for name in manifest.files if not is_safe(name)]
    folded = {name.casefold() for name in names}
    if unsafe or len(folded) < len(names) or set(names) != set(manifest.files):
        raise _damaged(archive)
    if DATABASE not in manifest.files or any(entry.size < 0 for entry in manifest.files.values()):
        raise _damaged(archive)


def _write(file: IO[bytes], path: Path, expected: BackedUpFile, archive: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    digest, left = hashlib.sha256(), expected.size
    with path.open("xb") as out:
        while part := file.read(AT_ONCE):
            left -= len(part)
            if left < 0:
                break
            digest.update(part)
            out.write(part)
    path.chmod(0o600)
    if left or digest.hexdigest() != expected.sha256:
        raise _damaged(archive)


def _entry(path: Path) -> BackedUpFile:
    with path.open("rb") as file:
        return BackedUpFile(path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest())


def _damaged(archive: Path) -> BackupRefused:
    return BackupRefused(f"{archive} is damaged, or no backup of Dogear. Nothing was changed; take another one.")


STORE = "chroma"

REPLACED = (DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm", f"{DATABASE}-journal", READER, SETTINGS, STORE)
"""What a restore takes the place of in a data folder. The store goes with it: it is made again from the rest."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put back, and where the things are; `aside` is where that is which was there before, if anything was."""

    manifest: Manifest
    rows: int
    aside: Path | None
    library: Path | None


def restore_backup(settings: Settings, file: Path) -> Restored:
    """Put a backup into the data folder. Raises BackupRefused, StorageUnavailable, or StoreHeld while a bot runs."""
    if not file.is_file():
        raise BackupRefused(f"There is no backup {file}.")
    with hold(settings.data), tempfile.TemporaryDirectory(prefix=".restore-", dir=settings.data) as name:
        new = Path(name)
        aside = settings.data / f"before-restore-{dt.datetime.now(dt.UTC):%Y-%m-%d-%H%M%S}"
        try:
            manifest = unpack(file, new)
            held = _checked(new / DATABASE, manifest, file)
            library = None
            if (new / LIBRARY).is_dir():  # it goes where the settings have it; the shipped one is never replaced
                library = settings.data / LIBRARY if settings.library == SHIPPED else settings.library
            if settings.database is not None:
                _into_server(settings, new / DATABASE, held)
            was_there = _move_aside(settings.data, library, aside)
            for path in (new / name for name in (DATABASE, READER, SETTINGS)):
                if path.exists():
                    path.replace(settings.data / path.name)
            if library is not None:
                library.parent.mkdir(parents=True, exist_ok=True)
                shutil.move(new / LIBRARY, library)
        except OSError as error:
            raise BackupRefused(
                f"The backup cannot be put into {settings.data} ({error.strerror}). "
                f"What was there is there still, or in {aside}."
            ) from error
        if settings.database is None and holding(settings.data / DATABASE) != held:
            raise BackupRefused(f"What was put back is not what the backup holds. What was there is in {aside}.")
        return Restored(manifest, sum(held.rows.values()), aside if was_there else None, library)


def _checked(database: Path, manifest: Manifest, file: Path) -> Holding:
    """See that a database holds what the manifest says; return what it holds once it is of today's version."""
    try:
        held = holding(database)
    except sqlite3.Error as error:
        raise BackupRefused(f"The club's data in {file} is damaged ({error}). Nothing was changed.") from error
    if held != Holding(manifest.database, manifest.rows):
        raise BackupRefused(f"The club's data in {file} is not what the backup says. Nothing was changed.")
    upgrade(f"sqlite:///{database}")
    return holding(database)


def _into_server(settings: Settings, database: Path, held: Holding) -> None:
    """Copy the club's data into the database server of the settings, which may hold none yet."""
    if copy(f"sqlite:///{database}", settings.club_data) != held.rows:
        raise BackupRefused("What was copied into the database is not what the backup holds. Empty it, and try again.")
    database.unlink()


def _move_aside(data: Path, library: Path | None, aside: Path) -> bool:
    """Move what will be replaced into a folder of its own; return whether there was anything."""
    found = [data / name for name in REPLACED if (data / name).exists()]
    if library is not None and library.exists():
        found.append(library)
    if found:
        aside.mkdir(mode=0o700)
    for path in found:
        shutil.move(path, aside / (LIBRARY if path == library else path.name))
    return bool(found)


PASSED_OVER = shutil.ignore_patterns(".*", "*.part", "*~")
"""Files in a library's folder that are none of its books: those of editors and of version control."""


def take_backup(settings: Settings, file: Path) -> Manifest:
    """Write a backup into a file that is not there yet, and return what it holds. Raises BackupRefused."""
    if file.exists():
        raise BackupRefused(f"{file} is there already. Name a file that is not, so that no backup is lost.")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".backup-", dir=file.parent) as name:
            folder = Path(name)
            held = take_snapshot(settings.club_data, folder / DATABASE)
            _collect(settings, folder)
            made = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
            return pack(folder, file, made, held.version, held.rows)
    except OSError as error:
        raise BackupRefused(
            f"The backup cannot be written to {file} ({error.strerror}). Name another place."
        ) from error


def _collect(settings: Settings, folder: Path) -> None:
    """Copy what is not in the database."""
    if (settings.data / READER).is_file():
        shutil.copyfile(settings.data / READER, folder / READER)
    if settings.library != SHIPPED:
        # Links are not followed: a backup holds the library, and nothing that a link in it leads to.
        shutil.copytree(settings.library, folder / LIBRARY, symlinks=True, ignore=PASSED_OVER)
        for path in (folder / LIBRARY).rglob("*"):
            if path.is_symlink():
                path.unlink()
    (folder / SETTINGS).write_text(json.dumps(plain_settings(settings), indent=1), encoding="utf-8")


def plain_settings(settings: Settings) -> dict[str, str]:
    """Return the settings that differ from the usual ones, by their names in the program; no secret is among them."""
    usual = Settings()
    told = {name: getattr(settings, name) for name in Settings.model_fields if name != "secrets"}
    return {
        name: str(value)
        for name, value in told.items()
        if value != getattr(usual, name) and not isinstance(value, SecretStr)
    }
