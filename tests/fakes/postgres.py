"""Databases of a PostgreSQL server for tests, with nothing in them: emptied and used again, as that is quicker."""

import asyncio
import contextlib
import os
import secrets
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from bot.db.migrate import upgrade
from tests.fakes.postgres_server import PostgresServer, own_server

T = TypeVar("T")

GIVEN = "TEST_DATABASE_URL"
"""The variable that names a server which is there already; its user has to be allowed to create databases."""


EMPTY = """
DO $$
DECLARE found name;
BEGIN
    PERFORM pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid();
    FOR found IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version' LOOP
        EXECUTE format('DELETE FROM %I', found);
    END LOOP;
    FOR found IN SELECT sequencename FROM pg_sequences LOOP
        PERFORM setval(found::text, 1, false);
    END LOOP;
END $$
"""
"""Sends away whoever is still connected, deletes all rows, and counts from 1 again."""


class Databases:
    """Makes databases on a server; `server` is the one that was started for the tests, where one was."""

    def __init__(self, url: str, server: PostgresServer | None = None) -> None:
        self.server = server
        self._url, self._mark = url, f"dogear_test_{secrets.token_hex(4)}"
        self._free: list[str] = []
        self._made = 0

    @contextlib.contextmanager
    def latest(self) -> Iterator[str]:
        """Lend a database of the latest version, without rows, and return its address."""
        if not self._free:
            self._free.append(self._make())
            _in_a_thread(lambda: upgrade(self._free[-1]))
        address = self._free.pop()
        yield address
        self.run(EMPTY, address)
        self._free.append(address)

    @contextlib.contextmanager
    def bare(self) -> Iterator[str]:
        """Make a database with nothing at all in it, and return its address."""
        address = self._make()
        yield address
        self._drop(_name(address))

    def run(self, statement: str, address: str | None = None) -> list[tuple[Any, ...]]:
        """Run a statement in a database, or else in the one that every server has, and return what it finds."""

        async def execute() -> list[tuple[Any, ...]]:
            connection = await asyncpg.connect(address or self._url)
            try:
                return list(map(tuple, await connection.fetch(statement)))
            finally:
                await connection.close()

        return _in_a_thread(lambda: asyncio.run(execute()))

    def disconnect(self, address: str) -> None:
        """Send everybody away who is connected with a database."""
        everybody = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        self.run(f"{everybody} WHERE datname = '{_name(address)}'")

    @contextlib.contextmanager
    def away(self, address: str) -> Iterator[None]:
        """Stop the server for a while; one that is not ours only lets nobody into that database."""
        if self.server is not None:
            self.server.stop()
            yield
            self.server.start()
            return
        self.run(f"ALTER DATABASE {_name(address)} ALLOW_CONNECTIONS false")
        self.disconnect(address)
        yield
        self.run(f"ALTER DATABASE {_name(address)} ALLOW_CONNECTIONS true")

    def close(self) -> None:
        """Delete every database that is left of those that were made."""
        for (name,) in self.run(f"SELECT datname FROM pg_database WHERE datname LIKE '{self._mark}%'"):  # noqa: S608
            self._drop(name)

    def _make(self) -> str:
        self._made += 1
        name = f"{self._mark}_{self._made}"
        self.run(f"CREATE DATABASE {name} TEMPLATE template0")
        return urlunsplit(urlsplit(self._url)._replace(path=f"/{name}"))

    def _drop(self, name: str) -> None:
        self.run(f"DROP DATABASE {name} WITH (FORCE)")


def _name(address: str) -> str:
    return urlsplit(address).path.removeprefix("/")


@contextlib.contextmanager
def opened_databases() -> Iterator[Databases]:
    """Use the server that the environment names, or start one."""
    with contextlib.ExitStack() as stack:
        given = os.environ.get(GIVEN)
        server = None if given else stack.enter_context(own_server())
        databases = Databases(given or (server.url if server else ""), server)
        if given:
            stack.callback(databases.close)
        yield databases


def _in_a_thread(work: Callable[[], T]) -> T:
    """Do something that has an event loop of its own: there may be another one in this thread."""
    with ThreadPoolExecutor(1) as threads:
        return threads.submit(work).result()
