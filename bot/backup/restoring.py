"""Putting a backup back: checked before anything is touched, and what was there is moved aside, never deleted."""

from __future__ import annotations

import datetime as dt
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.backup.archive import DATABASE, LIBRARY, READER, SETTINGS, BackupRefused, Manifest, unpack
from bot.settings import Settings
from bot.storage.copying import copy
from bot.storage.snapshot import Holding, holding
from bot.storage.upgrading import upgrade
from corpus.library import SHIPPED
from retrieval.location import hold

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
            library = _library_of(settings) if (new / LIBRARY).is_dir() else None
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


def _library_of(settings: Settings) -> Path:
    """Return where the library goes: where the settings have it; the shipped one is never replaced."""
    return settings.data / LIBRARY if settings.library == SHIPPED else settings.library


def _move_aside(data: Path, library: Path | None, aside: Path) -> bool:
    """Move what will be replaced into a folder of its own; return whether there was anything."""
    found = list(_replaced(data))
    if library is not None and library.exists():
        found.append(library)
    if found:
        aside.mkdir(mode=0o700)
    for path in found:
        shutil.move(path, aside / (LIBRARY if path == library else path.name))
    return bool(found)


def _replaced(data: Path) -> Iterator[Path]:
    return (data / name for name in REPLACED if (data / name).exists())
