"""Telling a damaged vector store from one that cannot be used just now, and putting the damaged one aside.

Only what is damaged is moved, and nothing is deleted. A disk that is full, a folder that may not be written and a file
that somebody else holds are told apart first: by the code that SQLite or the system gives, and, where Chroma gives
none, by trying.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import errno
import os
import re
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from retrieval.types import StoreDamaged, StoreUnavailable, StoreUnclear

STORE, FILE = "chroma", "chroma.sqlite3"
"""The store's folder in the data folder, and Chroma's database in it."""

DOUBT = "store.doubt"
"""In the data folder: a note that something was wrong with the store, so that the next who opens it looks closely."""

LOOKED_INTO = 500_000_000
"""Bytes up to which the store's database is read at every start: a second or two. A larger one is read where it is in
doubt; otherwise what is damaged in it is noticed in use.
"""

ROOM = 1_000_000
"""Bytes below which a disk is full: whatever fails then is no damage."""

_SQLITE = re.compile(r"\(code: (\d+)\)")
_SYSTEM = re.compile(r"\(os error (\d+)\)")
"""How Chroma, which is written in Rust, names an error of SQLite and one of the system."""

_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_FULL = "cannot be written: the disk is full. Make room; what was kept is safe, and nothing has to be restarted."
_RIGHTS = (
    "cannot be written by this user. Give it the right to write there, or choose another folder with DOGEAR_DATA or "
    "--data; nothing was changed."
)
_HELD = "is in use by another program. Stop that one; nothing was changed."
_SQLITE_SAYS = {
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_READONLY: _RIGHTS,
    sqlite3.SQLITE_PERM: _RIGHTS,
    sqlite3.SQLITE_CANTOPEN: _RIGHTS,
    sqlite3.SQLITE_BUSY: _HELD,
    sqlite3.SQLITE_LOCKED: _HELD,
}
_SYSTEM_SAYS = {
    errno.ENOSPC: _FULL,
    errno.EDQUOT: _FULL,
    errno.EFBIG: _FULL,
    errno.EACCES: _RIGHTS,
    errno.EPERM: _RIGHTS,
    errno.EROFS: _RIGHTS,
    errno.EMFILE: "cannot be read: this process has too many files open. Raise its limit (ulimit -n).",
}


class Garbled(ValueError):
    """An entry of the store does not say what was written: a checksum or a form is wrong."""


@contextlib.contextmanager
def written() -> Iterator[None]:
    """Read what was written once, and raise Garbled where it is not in its form."""
    try:
        yield
    except Garbled:
        raise
    except (ValueError, KeyError, TypeError) as error:
        raise Garbled("an entry is not in its form") from error


def told(folder: Path, error: BaseException) -> StoreUnavailable:
    """Return what is wrong with the store of a data folder, in words for who runs Dogear; StoreDamaged if it is that.

    What cannot be told is StoreUnclear: it is looked into once more before anything is moved.
    """
    if isinstance(error, StoreUnavailable):
        return error
    if (known := _known(error)) is None:
        known = _tried(folder / STORE)
    if known == "":
        return damaged(folder, _named(error))
    if known is None:
        return StoreUnclear(
            f"The vector store in {folder} cannot be read or written ({_named(error)}). It is opened anew, and built "
            "again where it is damaged, by the running bot or at the next start."
        )
    return StoreUnavailable(f"The vector store in {folder} {known}")


def hindrance(folder: Path) -> StoreUnavailable | None:
    """Return what hinders anybody who would write into a store now, or None."""
    found = _tried(folder / STORE)
    return StoreUnavailable(f"The vector store in {folder} {found}") if found else None


def damaged(folder: Path, why: str) -> StoreDamaged:
    """Return the error of a store that is damaged."""
    return StoreDamaged(
        f"The vector store in {folder} is damaged ({why}). It is moved aside and built again, by the running bot or at "
        "the next start."
    )


def look_into(folder: Path, most: int = LOOKED_INTO) -> None:
    """See whether the database of a store is whole, if there is one. Raises StoreUnavailable or StoreDamaged.

    It reads the file once: 0.06 s for the shipped library. One of more than `most` bytes is read only where it is in
    doubt. What SQLite cannot see is in the checksums of the entries.
    """
    store, file = folder / STORE, folder / STORE / FILE
    if not store.is_dir():
        return
    if not file.is_file() or not file.stat().st_size:
        if any(path.is_dir() for path in store.iterdir()):
            raise damaged(folder, f"{FILE} is gone")
        return
    if file.stat().st_size > most and not (folder / DOUBT).exists():
        return
    with closing(sqlite3.connect(file, timeout=0)) as database:
        found = database.execute("PRAGMA quick_check(1)").fetchone()
    if found != ("ok",):
        raise damaged(folder, " ".join(str(found[0]).split())[:80])


def identity(folder: Path) -> tuple[int, int] | None:
    """Return what tells a store's database from any other file, also from one of the same name; None if it is gone.

    A file that is deleted stays open for the process that has it open, which notices nothing.
    """
    try:
        found = (folder / STORE / FILE).stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


def move_aside(folder: Path) -> Path:
    """Move a damaged store aside, and return where it is now. Raises StoreUnavailable."""
    now = f"{dt.datetime.now(dt.UTC):%Y-%m-%d-%H%M%S}"
    names = (f"{STORE}-damaged-{now}{more}" for more in ("", *(f"-{n}" for n in range(2, 100))))
    aside = next(folder / name for name in names if not (folder / name).exists())
    try:
        (folder / STORE).replace(aside)
    except OSError as error:
        raise StoreUnavailable(
            f"The vector store in {folder} is damaged and cannot be moved aside ({error.strerror}). Move {STORE} away."
        ) from error
    return aside


def note_doubt(folder: Path, why: str | None) -> None:
    """Note that something was wrong with a store, where that can be written; with None, that all is well."""
    with contextlib.suppress(OSError):
        if why is None:
            (folder / DOUBT).unlink(missing_ok=True)
        else:
            (folder / DOUBT).write_text(f"{why}\n", encoding="utf-8")


def _known(error: BaseException | None) -> str | None:
    """Return what an error says; nothing where it says that the store is damaged, None where it says neither."""
    while error is not None:
        code = getattr(error, "sqlite_errorcode", None)
        found = _SQLITE.search(str(error))
        code = int(found[1]) if code is None and found else code
        if isinstance(error, Garbled) or (code is not None and code & 0xFF in _DAMAGED):
            return ""
        if code is not None and (known := _SQLITE_SAYS.get(code & 0xFF)):
            return known
        system = _SYSTEM.search(str(error))
        number = int(system[1]) if system else getattr(error, "errno", None)
        if number is not None and (known := _SYSTEM_SAYS.get(number)):
            return known
        error = error.__cause__
    return None


def _tried(store: Path) -> str | None:
    """Return what hinders anybody who would write into a store, or None."""
    where = store if store.is_dir() else store.parent
    try:
        if shutil.disk_usage(where).free < ROOM:
            return _FULL
        with tempfile.TemporaryFile(dir=where) as file:
            file.write(b"0" * 4096)
    except OSError as error:
        return _SYSTEM_SAYS.get(error.errno or 0, f"cannot be written ({os.strerror(error.errno or 0)}).")
    database = store / FILE
    return None if not database.exists() or os.access(database, os.W_OK) else _RIGHTS


def _named(error: BaseException) -> str:
    """Return the kind of an error, and what of its words is about files and not about anybody's text."""
    code = _SQLITE.search(str(error)) or _SYSTEM.search(str(error))
    return f"{type(error).__name__}{f' {code[0]}' if code else ''}"
