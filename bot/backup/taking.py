"""Taking a backup while the bot runs: the club's data of one moment, the library, and the settings without secrets.

The vector store is not in it: it is made from the library and the club's data, and is made again.
"""

from __future__ import annotations

import datetime as dt
import json
import shutil
import tempfile
from dataclasses import fields
from pathlib import Path

from pydantic import SecretStr

from bot.backup.archive import DATABASE, LIBRARY, READER, SETTINGS, BackupRefused, Manifest, pack
from bot.settings import Settings
from bot.storage.snapshot import take_snapshot
from corpus.library import SHIPPED

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
    told = {field.name: getattr(settings, field.name) for field in fields(Settings) if field.name != "secrets"}
    return {
        name: str(value)
        for name, value in told.items()
        if value != getattr(usual, name) and not isinstance(value, SecretStr)
    }
