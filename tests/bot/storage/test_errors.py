from __future__ import annotations

import sqlite3

import pytest
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from bot.storage.errors import StorageUnavailable, told


def failed(code: int) -> OperationalError:
    problem = sqlite3.OperationalError("as SQLite says it")
    problem.sqlite_errorcode = code
    return OperationalError("INSERT …", {"text": "a member's words"}, problem)


@pytest.mark.parametrize(
    ("error", "cure"),
    [
        (failed(sqlite3.SQLITE_FULL), "Make room"),
        (failed(sqlite3.SQLITE_READONLY), "right to write"),
        (failed(sqlite3.SQLITE_READONLY_DIRECTORY), "right to write"),
        (failed(sqlite3.SQLITE_CANTOPEN), "Check that its folder is there"),
        (failed(sqlite3.SQLITE_BUSY_SNAPSHOT), "Stop that one"),
        (failed(sqlite3.SQLITE_IOERR_WRITE), "Check the disk"),
        (failed(sqlite3.SQLITE_CORRUPT), "put a backup"),
        (failed(sqlite3.SQLITE_ERROR), "Check the database"),
        (DBAPIError("SELECT …", None, ConnectionResetError("gone")), "ConnectionResetError"),
        (PoolTimeout("pool"), "Try again soon"),
        (PermissionError(13, "Permission denied"), "Permission denied"),
        (ConnectionRefusedError(), "Check that it is there"),
    ],
)
def test_what_the_database_says_becomes_what_a_person_can_do(error: Exception, cure: str) -> None:
    with pytest.raises(StorageUnavailable, match=cure) as problem, told("data/club.db"):
        raise error
    assert str(problem.value).startswith("The club's data in data/club.db ")
    assert "words" not in str(problem.value)
    assert problem.value.__cause__ is error


@pytest.mark.parametrize("error", [IntegrityError("INSERT …", None, sqlite3.IntegrityError()), ValueError("ours")])
def test_a_mistake_of_the_program_is_not_blamed_on_the_database(error: Exception) -> None:
    with pytest.raises(type(error)), told("data/club.db"):
        raise error
