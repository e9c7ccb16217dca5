"""Where the club's data is: a file in the data folder, or a database server by its address."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from bot.storage.errors import StorageUnavailable

NAME = "club.db"

_DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg", "postgres": "postgresql+asyncpg"}
"""The asynchronous driver of each kind of database that the repositories are written for."""


@dataclass(frozen=True, slots=True)
class Address:
    """The database's URL, with its driver, and a name for it that may be shown: it holds no password."""

    url: URL
    name: str

    @classmethod
    def of(cls, where: str | Path) -> Address:
        """Return the address of a data folder, or of a URL such as postgresql://user:password@host/dogear."""
        if isinstance(where, Path) or "://" not in where:
            file = Path(where) / NAME
            return cls(URL.create("sqlite+aiosqlite", database=str(file)), str(file))
        try:
            url = make_url(where)
        except (ArgumentError, ValueError):
            raise StorageUnavailable(_UNKNOWN) from None  # the error would show the address, and its password
        kind = url.drivername.partition("+")[0]
        if kind not in _DRIVERS or not url.database or url.database == ":memory:":
            raise StorageUnavailable(_UNKNOWN)
        url = url.set(drivername=_DRIVERS[kind])
        return cls(url, url.database if kind == "sqlite" and url.database else url.render_as_string())

    @property
    def file(self) -> Path | None:
        """The file that SQLite keeps everything in; None where there is a server."""
        return Path(self.url.database) if self.url.get_backend_name() == "sqlite" and self.url.database else None

    def make_file(self) -> None:
        """Make SQLite's file, or take an existing one back from others: it is for its owner alone.

        SQLite gives the files that it puts beside it the same rights.
        """
        if self.file is None:
            return
        self.file.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(self.file, os.O_CREAT | os.O_RDWR, 0o600)
        try:
            if os.fstat(handle).st_mode & 0o077:
                self.file.chmod(0o600)
        finally:
            os.close(handle)


_UNKNOWN = (
    "The address of the club's data is none that Dogear knows. "
    "Write a folder, or postgresql://user:password@host/database."
)
