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


_DAMAGED = (
    "is damaged; nothing was changed. Put a backup in its place, with: python run_bot.py restore FILE. What is there "
    "now is moved aside then, and kept."
)
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

_REFUSED = "is refused to this user. Check the user, the password and sslmode in DATABASE_URL."
_STARTING = "cannot be used: the server is starting or stopping. Wait until it is ready."
_CROSSED = "was changed by two at once. Try again."
_SERVER = {
    "08": "cannot be reached: the connection was lost. Check that the server runs.",
    "25006": "cannot be written: the server only reads. Name the one that writes in DATABASE_URL.",
    "28": _REFUSED,
    "3D000": "is not there. Make the database, with: createdb -O USER DATABASE",
    "3F000": "has no schema. Make it, with: CREATE SCHEMA public AUTHORIZATION the user of DATABASE_URL",
    "40": _CROSSED,
    "42501": "is not this user's. Make the user of DATABASE_URL the owner of the database.",
    "53100": "cannot grow: the server's disk is full. Make room and try again; what was kept is safe.",
    "53300": "cannot be reached: the server has too many connections. Raise its max_connections.",
    "55P03": "is held by another process. Stop that one, or wait until it is done.",
    "57014": "took too long to answer. Check what else the server does.",
    "57P": _STARTING,
    "XX": "is damaged; nothing was changed. Put a backup in its place.",
}
"""What a server says by its code, or by what several codes begin with."""

_OURS = (IntegrityError, DataError, ProgrammingError)
_OUR_CODES = ("22", "23", "42")
"""Errors of the program, not of the database: they are left as they are."""


def damaged(name: str, why: str) -> StorageUnavailable:
    """Return the error of a database of SQLite whose pages do not hang together."""
    return StorageUnavailable(f"The club's data in {name} ({why}) {_DAMAGED}")


@contextlib.contextmanager
def told(name: str) -> Iterator[None]:
    """Turn what the database called `name` says is wrong into StorageUnavailable."""
    try:
        yield
    except DBAPIError as error:
        cure = _cure(error.orig)
        if cure is None and _is_ours(error):
            raise
        cure = cure or f"cannot be used ({_named(error.orig)}). Check the database and its rights, and try again."
        raise StorageUnavailable(f"The club's data in {name} {cure}") from error
    except PoolTimeout as error:
        raise StorageUnavailable(f"The club's data in {name} is asked for too much at once. Try again soon.") from error
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise StorageUnavailable(
            f"The club's data in {name} cannot be reached ({why}). Check that it is there and that you may use it."
        ) from error


def _cure(error: BaseException | None) -> str | None:
    """Return what is known to help, or None."""
    code = getattr(error, "sqlite_errorcode", None)
    if isinstance(code, int):
        return _SQLITE.get(code & 0xFF)
    state = _state(error)
    return next((_SERVER[state[:length]] for length in (5, 3, 2) if state[:length] in _SERVER), None)


def _is_ours(error: DBAPIError) -> bool:
    cause = type(getattr(error.orig, "__cause__", None)).__name__
    refused = cause == "DataError"  # by the driver of servers, before it asks one; its package may never be loaded
    return isinstance(error, _OURS) or refused or _state(error.orig).startswith(_OUR_CODES)


def _named(error: BaseException | None) -> str:
    return f"{type(error).__name__} {_state(error)}".strip()


def _state(error: BaseException | None) -> str:
    """Return the code that a server gives with an error, or nothing."""
    return getattr(error, "sqlstate", None) or ""
