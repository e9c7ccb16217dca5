"""Where the club's data is: a file in the data folder, or a database server by its address."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from bot.storage.errors import StorageUnavailable
from bot.storage.server_address import ServerAddress

NAME = "club.db"

_SQLITE = "sqlite:///"


@dataclass(frozen=True, slots=True)
class Address:
    """A file of SQLite, or what the driver of a server is given; and a name that may be shown: it holds no password."""

    name: str
    file: Path | None = None
    dsn: str = field(default="", repr=False)

    @classmethod
    def of(cls, where: str | Path) -> Address:
        """Return the address of a data folder, or of a URL such as postgresql://user:password@host/dogear."""
        text = str(where)
        if isinstance(where, Path) or "://" not in text:
            return cls._of_file(Path(where) / NAME)
        if text.startswith(_SQLITE) and text.removeprefix(_SQLITE) not in ("", ":memory:"):
            return cls._of_file(Path(text.removeprefix(_SQLITE)))
        try:
            server = ServerAddress.of(text)
        except ValueError:
            raise StorageUnavailable(
                "The address of the club's data is none that Dogear knows. "
                "Write a folder, or postgresql://user:password@host/database."
            ) from None
        return cls(server.name, dsn=server.dsn)

    @classmethod
    def _of_file(cls, file: Path) -> Address:
        return cls(str(file), file)

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
