"""Where the club's data is: addresses, what is wrong with a database in plain words, and its transactions."""

import asyncio
import contextlib
import logging
import os
import sqlite3
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

from sqlalchemy import URL, Connection, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

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
    "40": _CROSSED,
    "42501": "is not this user's. Make the user of DATABASE_URL the owner of the database.",
    "53100": "cannot grow: the server's disk is full. Make room and try again; what was kept is safe.",
    "53300": "cannot be reached: the server has too many connections. Raise its max_connections.",
    "55P03": "is held by another process. Stop that one, or wait until it is done.",
    "57P": _STARTING,
    "XX": "is damaged; nothing was changed. Put a backup in its place.",
}
"""What a server says by its code, or by what several codes begin with."""

_OURS = (IntegrityError, DataError, ProgrammingError)
_OUR_CODES = ("22", "23", "42")  # errors of the program, not of the database: they are left as they are


def damaged(name: str, why: str) -> StorageUnavailable:
    """Return the error of a database of SQLite whose pages do not hang together."""
    return StorageUnavailable(f"The club's data in {name} ({why}) {_DAMAGED}")


@contextlib.contextmanager
def told(name: str) -> Iterator[None]:
    """Turn what the database called `name` says is wrong into StorageUnavailable."""
    try:
        yield
    except DBAPIError as error:
        state, code = getattr(error.orig, "sqlstate", None) or "", getattr(error.orig, "sqlite_errorcode", None)
        cures = [_SERVER.get(state[:length]) for length in (5, 3, 2)] if code is None else [_SQLITE.get(code & 0xFF)]
        refused = type(getattr(error.orig, "__cause__", None)).__name__ == "DataError"  # by the driver of servers
        if not any(cures) and (isinstance(error, _OURS) or refused or state.startswith(_OUR_CODES)):
            raise
        named = f"{type(error.orig).__name__} {state}".strip()
        cure = next(filter(None, cures), f"cannot be used ({named}). Check the database and its rights, and try again.")
        raise StorageUnavailable(f"The club's data in {name} {cure}") from error
    except PoolTimeout as error:
        raise StorageUnavailable(f"The club's data in {name} is asked for too much at once. Try again soon.") from error
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise StorageUnavailable(
            f"The club's data in {name} cannot be reached ({why}). Check that it is there and that you may use it."
        ) from error


EXAMPLE = "postgresql://user:password@host:5432/database"

_OTHERS = ("channel_binding", "connect_timeout", "gssencmode", "sslcompression", "tcp_user_timeout")
"""Parameters that other programs understand and our driver would pass on to the server, which does not."""

_WRONG = ValueError("no address of a database")
NAME = "club.db"


@dataclass(frozen=True, slots=True)
class Address:
    """A file of SQLite, or what the driver of a server is given; and a name that may be shown: it holds no password."""

    name: str
    file: Path | None = None
    dsn: str = field(default="", repr=False)
    passwords: tuple[str, ...] = field(default=(), repr=False)

    @classmethod
    def of(cls, where: str | Path) -> "Address":
        """Return the address of a data folder, or of a URL such as postgresql://user:password@host/dogear."""
        text = str(where)
        if isinstance(where, Path) or "://" not in text:
            return cls(str(Path(where) / NAME), Path(where) / NAME)
        file = text.removeprefix("sqlite:///")
        if file not in (text, "", ":memory:"):
            return cls(str(Path(file)), Path(file))
        try:
            return cls.of_server(text)
        except ValueError:
            raise StorageUnavailable(
                "The address of the club's data is none that Dogear knows. "
                "Write a folder, or postgresql://user:password@host/database."
            ) from None

    @classmethod
    def of_server(cls, text: str) -> "Address":
        """Read the address of a server. Raises ValueError, which shows nothing of it, where it is none."""
        try:
            url = urlsplit(text)
            query = dict(parse_qsl(url.query, strict_parsing=bool(url.query)))
            hosts = url.netloc.rpartition("@")[2]
            ports = [urlsplit(f"//{one}").port for one in hosts.split(",")]
            right = 0 not in ports and text.isprintable() and " " not in text and not url.fragment
        except ValueError:
            raise _WRONG from None
        database, host = unquote(url.path).removeprefix("/"), hosts or query.get("host", "")
        named = bool(database) and database.isprintable() and "/" not in database
        if not right or not named or url.scheme.partition("+")[0] not in ("postgresql", "postgres"):
            raise _WRONG
        if "ssl" in query:  # as SQLAlchemy and asyncpg call it
            query.setdefault("sslmode", query.pop("ssl"))
        kept = {name: value for name, value in query.items() if name not in _OTHERS and not name.startswith("keepal")}
        dsn = urlunsplit(("postgresql", url.netloc, url.path, urlencode(kept, quote_via=quote), ""))
        passwords = {url.password or "", unquote(url.password or ""), query.get("password", "")} - {""}
        return cls(f"{database} at {host or 'this machine'}", None, dsn, tuple(passwords))

    def make_file(self) -> None:
        """Make SQLite's file, or take an existing one back from others: it is for its owner alone.

        SQLite gives the files that it puts beside it the same rights.
        """
        if self.file is None:
            return
        self.file.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(self.file, os.O_CREAT | os.O_RDWR, 0o600))
        if self.file.stat().st_mode & 0o077:
            self.file.chmod(0o600)


WRITES = "dogear_writes"  # the execution option of a connection whose transactions write
BUSY_MS = 10_000  # milliseconds that SQLite waits for another process; within one, writers take turns (`Sessions`)
CONNECTIONS = 5  # open at most; more callers than that wait. A query takes a millisecond or two
CONNECT = 10.0  # seconds that a server has to let us in: a member waits for it
ANSWER = 15.0  # seconds for a statement, except for those that upgrade or copy: then the connection is given up

FROZEN = "60s"
"""The time after which a server ends a transaction in which nothing happens: its process froze, or its machine is gone,
and others wait for what it has locked."""

_PRAGMAS = (
    f"PRAGMA busy_timeout={BUSY_MS}",  # first: the next one may already have to wait
    "PRAGMA journal_mode=WAL",  # readers and a writer do not wait for one another
    "PRAGMA synchronous=NORMAL",  # a killed process loses nothing; a power failure perhaps the last seconds
    "PRAGMA foreign_keys=ON",  # off by default, and deleting a member's data relies on it
    "PRAGMA secure_delete=ON",  # what a member has deleted does not stay in the file
)


@contextlib.asynccontextmanager
async def opened_engine(
    address: Address, patience: float | None = ANSWER, to_connect: float = CONNECT
) -> AsyncIterator[AsyncEngine]:
    """Open an engine for an address within the block; it connects when it is first used.

    `patience` is how many seconds a server has for a statement, `to_connect` how many to let us in. A connection that
    was lost since it was used last, as when the server was restarted, is replaced before anything is asked of it.
    """
    pool: dict[str, Any] = {"pool_size": CONNECTIONS, "max_overflow": 0, "hide_parameters": True}
    if address.file is None:
        engine = create_async_engine(
            "postgresql+asyncpg://",
            async_creator=lambda: _connect(address.dsn, to_connect, patience),
            isolation_level="READ COMMITTED",  # use cases lock what they change; a server may say otherwise
            pool_pre_ping=True,
            **pool,
        )
    else:
        engine = create_async_engine(URL.create("sqlite+aiosqlite", database=str(address.file)), **pool)
        logging.getLogger("aiosqlite").setLevel(logging.WARNING)  # it tells of every statement, with members' words
        event.listen(engine.sync_engine, "connect", _prepare)
        event.listen(engine.sync_engine, "begin", _begin)
    try:
        yield engine
    finally:
        await engine.dispose()


async def _connect(dsn: str, to_connect: float, patience: float | None) -> Any:  # noqa: ANN401 (the driver has no types)
    import asyncpg  # only who has a server needs to wait for this

    named = {"application_name": "dogear"}
    connection = await asyncpg.connect(dsn, timeout=to_connect, command_timeout=patience, server_settings=named)
    try:
        if patience is not None:  # not among the settings above: PgBouncer refuses who asks for more than it knows
            await connection.execute(f"SET idle_in_transaction_session_timeout = '{FROZEN}'")
    except BaseException:  # nobody else has it yet, so nobody else would close it
        connection.terminate()
        raise
    return connection


def _prepare(connection: DBAPIConnection, entry: ConnectionPoolEntry) -> None:
    """Set up a connection of SQLite; transactions begin where we say so, not where the driver guesses."""
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


def _begin(connection: Connection) -> None:
    """Begin a transaction; one that writes says so at once.

    A transaction that reads first and writes later fails in SQLite where somebody else wrote in between, and no
    waiting helps. BEGIN IMMEDIATE waits before it reads anything.
    """
    writes = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


INDEXING = 0x646F67696478  # the number of the advisory lock of the process that indexes; it spells our name


@contextlib.contextmanager
def indexing_lock(where: str | Path) -> Iterator[None]:
    """Hold a lock of a PostgreSQL server, which is released when this process dies, too.

    It blocks, and needs a thread without an event loop. Raises StorageUnavailable.
    """
    address = Address.of(where)
    with asyncio.Runner() as runner:
        with told(address.name):
            connection = runner.run(_connect(address.dsn, CONNECT, None))
        try:
            with told(address.name):
                runner.run(connection.execute(f"SELECT pg_advisory_lock({INDEXING})"))
            yield
        finally:
            runner.run(connection.close())


class Sessions:
    """Opens transactions that read or write.

    SQLite lets one connection write at a time and has no queue for the others: they try again and again, and one of
    three hundred can be unlucky until its time is up. So writers of this process queue here, before they take a
    connection, and readers are never kept waiting by them. A server sees to its writers itself.
    """

    def __init__(self, engine: AsyncEngine, name: str) -> None:
        self._name = name
        self._readers = async_sessionmaker(engine, expire_on_commit=False)
        self._writers = async_sessionmaker(engine.execution_options(**{WRITES: True}), expire_on_commit=False)
        alone = engine.dialect.name == "sqlite"
        self._turn: contextlib.AbstractAsyncContextManager[Any] = asyncio.Lock() if alone else contextlib.nullcontext()

    @contextlib.asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """Open a transaction that only reads. Raises StorageUnavailable."""
        with told(self._name):
            async with self._readers() as session:
                yield session

    @contextlib.asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncSession]:
        """Open a transaction that is committed at the end, or undone after an error. Raises StorageUnavailable."""
        with told(self._name):
            async with self._turn, self._writers.begin() as session:
                yield session
