"""Keeping a copy of all that cannot be made again, and putting it back."""

import datetime as dt
import errno
import json
import shutil
import sqlite3
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath

from pydantic import SecretStr, TypeAdapter

from bot.db.copy import Holding, copy, holding, take_snapshot
from bot.db.migrate import upgrade
from bot.settings import Settings
from corpus.errors import DogearError
from corpus.library import SHIPPED
from retrieval.location import hold

FORMAT = 2
"""Raised whenever an older Dogear could not read the archive. In format 1, the manifest also lists the files."""

MANIFEST, DATABASE, READER, SETTINGS, LIBRARY = "manifest.json", "club.db", "reader.json", "settings.json", "library"

MOST_FILES = 100_000
MANIFEST_BYTES = 32 * 1024**2

COMPRESSIONS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""Those that a backup is written with; no other one is unpacked."""

BROKEN = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError, RuntimeError, ValueError)
"""What an archive that is damaged, or made to be, raises while it is read."""

REPLACED = (DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm", f"{DATABASE}-journal", READER, SETTINGS, "chroma")
"""What a restore takes the place of in a data folder. The store goes with it: it is made again from the rest."""


class BackupRefused(DogearError):
    """A backup that cannot be made, or cannot be put back."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds: when it was made, the database's version, and its rows by table."""

    made: str
    database: str
    rows: Mapping[str, int]
    format: int = FORMAT


def take_backup(settings: Settings, file: Path) -> Manifest:
    """Write a backup into a file that is not there yet, and return what it holds. Raises BackupRefused.

    It is there as a whole or not at all, and for its owner alone.
    """
    if file.exists():
        raise BackupRefused(f"{file} is there already. Name a file that is not, so that no backup is lost.")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".backup-", dir=file.parent) as name:
            database, archive = Path(name, DATABASE), Path(name, "backup.zip")
            held = take_snapshot(settings.club_data, database)
            manifest = Manifest(dt.datetime.now(dt.UTC).isoformat(timespec="seconds"), held.version, held.rows)
            archive.touch(0o600)
            with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, strict_timestamps=False) as packed:
                packed.writestr(MANIFEST, json.dumps(asdict(manifest), indent=1))
                packed.writestr(SETTINGS, json.dumps(plain_settings(settings), indent=1))
                packed.write(database, DATABASE)
                if (settings.data / READER).is_file():
                    packed.write(settings.data / READER, READER)
                for path in _files(settings.library) if settings.library != SHIPPED else ():
                    packed.write(path, f"{LIBRARY}/{path.relative_to(settings.library).as_posix()}")
            archive.replace(file)
            return manifest
    except OSError as error:
        raise BackupRefused(
            f"The backup cannot be written to {file} ({error.strerror}). Name another place."
        ) from error


def _files(library: Path) -> Iterator[Path]:
    """Yield the files of a library: none of editors and of version control, and nothing that a link leads to."""
    for path in sorted(library.rglob("*")):
        passed_over = (
            part.startswith(".") or part.endswith((".part", "~")) for part in path.relative_to(library).parts
        )
        if path.is_file() and not path.is_symlink() and not any(passed_over):
            yield path


def plain_settings(settings: Settings) -> dict[str, str]:
    """Return the settings that differ from the usual ones, by their names in the program; no secret is among them."""
    told = {name: getattr(settings, name) for name in settings.model_dump(exclude_defaults=True, exclude={"secrets"})}
    return {name: str(value) for name, value in told.items() if not isinstance(value, SecretStr)}


def unpack(archive: Path, into: Path) -> Manifest:
    """Write all files of an archive into a folder, and return its manifest. Raises BackupRefused."""
    damaged = BackupRefused(f"{archive} is damaged, or no backup of Dogear. Nothing was changed; take another one.")
    try:
        with zipfile.ZipFile(archive) as opened:
            entries = opened.infolist()
            names = [entry.filename for entry in entries]
            known = names[:1] == [MANIFEST] and DATABASE in names and all(map(is_safe, names[1:]))
            once = len({name.casefold() for name in names}) == len(names) <= MOST_FILES
            if not (known and once) or any(entry.compress_type not in COMPRESSIONS for entry in entries):
                raise damaged
            needed = sum(entry.file_size for entry in entries)
            if needed > shutil.disk_usage(into).free:
                raise BackupRefused(f"{archive} needs {needed:,} bytes in {into}. Make room, and try again.")
            if entries[0].file_size > MANIFEST_BYTES:
                raise damaged
            manifest = TypeAdapter(Manifest).validate_json(opened.read(MANIFEST))
            if manifest.format > FORMAT:
                raise BackupRefused(f"{archive} was made by a newer Dogear. Update Dogear, and try again.")
            opened.extractall(into, names[1:])  # no more of each than it says, and its checksum is compared
    except BROKEN as error:
        raise damaged from error
    except OSError as error:
        if error.errno == errno.EINVAL:  # the archive says that a part of it lies before its beginning
            raise damaged from error
        raise
    for path in into.rglob("*"):
        path.chmod(0o700 if path.is_dir() else 0o600)
    return manifest


def is_safe(name: str) -> bool:
    """Return whether a file of a backup may have this name: one of ours, or one in the library."""
    path = PurePosixPath(name)
    inside = path.parts[:1] == (LIBRARY,) and len(path.parts) > 1 and ".." not in path.parts and str(path) == name
    return name in (DATABASE, READER, SETTINGS) or inside


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
            rows = _checked(new / DATABASE, manifest, file)
            library = None
            if (new / LIBRARY).is_dir():  # it goes where the settings have it; the shipped one is never replaced
                library = settings.data / LIBRARY if settings.library == SHIPPED else settings.library
            if settings.database is not None:  # a server's, which may hold nothing yet
                copy(f"sqlite:///{new / DATABASE}", settings.club_data)
                (new / DATABASE).unlink()
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
                f"Nothing is lost: what was there is still there, or in {aside}."
            ) from error
        return Restored(manifest, rows, aside if was_there else None, library)


def _checked(database: Path, manifest: Manifest, file: Path) -> int:
    """See that a database holds what the manifest says, bring it to today's version, and return its number of rows."""
    try:
        held = holding(database)
    except sqlite3.Error as error:
        raise BackupRefused(f"The club's data in {file} is damaged ({error}). Nothing was changed.") from error
    if held != Holding(manifest.database, manifest.rows):
        raise BackupRefused(f"The club's data in {file} is not what the backup says. Nothing was changed.")
    upgrade(f"sqlite:///{database}")
    return sum(holding(database).rows.values())


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
