"""What can be wrong with the club's data as a whole, in words of somebody who can do something about it."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from corpus.errors import DogearError


class StorageUnavailable(DogearError):
    """The club's data cannot be read or written now; what is there was left as it is."""


_DAMAGED = "is damaged; nothing was changed. Move it away and put a backup in its place."
_FOLDER = "cannot be written. Give this user the right to write to it and to its folder, or choose another data folder."
_SQLITE = {
    sqlite3.SQLITE_BUSY: "is held by another process. Stop that one, or wait until it is done.",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened. Check that its folder is there and that this user may write to it.",
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
    sqlite3.SQLITE_FULL: "cannot grow: the disk is full. Make room and try again; what was kept is safe.",
    sqlite3.SQLITE_IOERR: "cannot be read or written. Check the disk and the room on it; what was kept is safe.",
    sqlite3.SQLITE_NOTADB: _DAMAGED,
    sqlite3.SQLITE_PERM: _FOLDER,
    sqlite3.SQLITE_READONLY: _FOLDER,
}
_OURS = (IntegrityError, DataError, ProgrammingError)
"""Errors of the program, not of the database: they are left as they are."""


@contextlib.contextmanager
def told(name: str) -> Iterator[None]:
    """Turn what the database called `name` says is wrong into StorageUnavailable."""
    try:
        yield
    except _OURS:
        raise
    except DBAPIError as error:
        raise StorageUnavailable(f"The club's data in {name} {_cure(error.orig)}") from error
    except PoolTimeout as error:
        raise StorageUnavailable(f"The club's data in {name} is asked for too much at once. Try again soon.") from error
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise StorageUnavailable(
            f"The club's data in {name} cannot be reached ({why}). Check that it is there and that you may use it."
        ) from error


def _cure(error: BaseException | None) -> str:
    code = getattr(error, "sqlite_errorcode", None)
    if isinstance(code, int) and (known := _SQLITE.get(code & 0xFF)):
        return known
    return f"cannot be used ({type(error).__name__}). Check the database and its rights, and try again."
