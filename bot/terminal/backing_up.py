"""`backup` and `restore` on the command line: what was done, and what is left to do."""

from __future__ import annotations

import sys
from pathlib import Path

from bot.backup.restoring import restore_backup
from bot.backup.taking import take_backup
from bot.settings import Settings
from bot.terminal.screen import Screen
from corpus.text import plural


def back_up(settings: Settings, file: Path) -> None:
    """Take a backup, and say what is in it."""
    manifest = take_backup(settings, file)
    books = sum(name.endswith("/book.toml") for name in manifest.files)
    library = f", a library of {plural(books, 'book')}" if books else ""
    Screen(sys.stdout).line(
        f"{file}: {sum(manifest.rows.values()):,} rows of the club's data{library}, the settings without secrets. "
        "Keep it as you keep the data itself: it holds what members wrote, and where they are."
    )


def put_back(settings: Settings, file: Path) -> None:
    """Put a backup back, and say where what was there is now."""
    done = restore_backup(settings, file)
    screen = Screen(sys.stdout)
    screen.line(f"{file}, of {done.manifest.made}, is in {settings.data}: {done.rows:,} rows of the club's data.")
    if done.aside is not None:
        screen.line(f"What was there before is in {done.aside}. Delete it once all is as it should be.")
    if done.library is not None and done.library != settings.library:
        screen.line(f"Its library is in {done.library}: set DOGEAR_LIBRARY to that.")
    screen.line("Its settings, without secrets, are in settings.json there; compare them with yours.")
    screen.line("The vector store is built again when the bot next starts.")
