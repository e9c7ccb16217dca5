"""Columns, and what the database says when something is wrong."""

import datetime as dt
import sqlite3

import pytest
from sqlalchemy import Column, MetaData, Table, create_engine, insert, select
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from bot.db.base import UtcDateTime
from bot.db.sessions import StorageUnavailable, told


def failed(code: int) -> OperationalError:
    problem = sqlite3.OperationalError("as SQLite says it")
    problem.sqlite_errorcode = code
    return OperationalError("INSERT …", {"text": "a member's words"}, problem)


class Said(Exception):
    """What a server says, by its code."""

    def __init__(self, state: str) -> None:
        super().__init__("as PostgreSQL says it")
        self.sqlstate = state


def refused(state: str) -> DBAPIError:
    return DBAPIError("INSERT …", {"text": "a member's words"}, Said(state))


@pytest.mark.parametrize(
    ("error", "cure"),
    [
        (failed(sqlite3.SQLITE_FULL), "Make room"),
        (failed(sqlite3.SQLITE_READONLY), "right to write"),
        (failed(sqlite3.SQLITE_READONLY_DIRECTORY), "right to write"),
        (failed(sqlite3.SQLITE_CANTOPEN), "Check that its folder is there"),
        (failed(sqlite3.SQLITE_BUSY_SNAPSHOT), "Stop that one"),
        (failed(sqlite3.SQLITE_IOERR_WRITE), "Check the disk"),
        (failed(sqlite3.SQLITE_CORRUPT), "Put a backup"),
        (failed(sqlite3.SQLITE_ERROR), "Check the database"),
        (DBAPIError("SELECT …", None, ConnectionResetError("gone")), "ConnectionResetError"),
        (refused("08006"), "the connection was lost"),
        (refused("25006"), "the server only reads"),
        (refused("28P01"), "Check the user, the password and sslmode in DATABASE_URL"),
        (refused("3D000"), "createdb"),
        (refused("40P01"), "by two at once. Try again"),
        (refused("42501"), "Make the user of DATABASE_URL the owner"),
        (refused("53100"), "the server's disk is full"),
        (refused("53300"), "too many connections"),
        (refused("55P03"), "held by another process"),
        (refused("57P01"), "Wait until it is ready"),
        (refused("57P03"), "Wait until it is ready"),
        (refused("58000"), r"\(Said 58000\). Check the database"),
        (refused("XX001"), "is damaged"),
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


@pytest.mark.parametrize(
    "error",
    [
        IntegrityError("INSERT …", None, sqlite3.IntegrityError()),
        *(refused(state) for state in ("22021", "23505", "42703")),
        ValueError("ours"),
    ],
)
def test_a_mistake_of_the_program_is_not_blamed_on_the_database(error: Exception) -> None:
    with pytest.raises(type(error)), told("data/club.db"):
        raise error


TABLE = Table("moments", MetaData(), Column("at", UtcDateTime()))


def there_and_back(moment: dt.datetime | None) -> dt.datetime | None:
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        TABLE.create(connection)
        connection.execute(insert(TABLE).values(at=moment))
        found: dt.datetime | None = connection.execute(select(TABLE.c.at)).scalar_one()
    engine.dispose()
    return found


@pytest.mark.parametrize("hours", [0, 9, -3.5])
def test_a_moment_comes_back_in_utc_to_the_microsecond(hours: float) -> None:
    moment = dt.datetime(2025, 3, 1, 23, 59, 59, 123_456, tzinfo=dt.timezone(dt.timedelta(hours=hours)))
    found = there_and_back(moment)
    assert found == moment
    assert found is not None
    assert found.tzinfo is dt.UTC


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(StatementError, match="no time zone"):
        there_and_back(dt.datetime(2025, 3, 1))  # noqa: DTZ001
