"""Where the vector store is: in a data folder, which is locked while it is used, or on a Chroma server."""

from __future__ import annotations

import datetime as dt
import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit, urlunsplit

from filelock import FileLock, Timeout

from retrieval.types import StoreHeld, StoreUnavailable

EXAMPLE = "http://127.0.0.1:8000"

DATABASE, TENANT = "dogear", "default_tenant"
"""Where nothing else is said. The tenant is Chroma's own usual one; the database is ours alone, and made if need be."""

_NAME = re.compile(r"[\w-]{3,60}", re.ASCII)


@dataclass(frozen=True, slots=True)
class ChromaServer:
    """A database on a Chroma server; its name may be shown, its token may not.

    `timeout` is in seconds: how long the server may take for one request.
    """

    url: str
    database: str = DATABASE
    tenant: str = TENANT
    token: str = field(default="", repr=False)
    timeout: float = 20.0

    @classmethod
    def of(cls, text: str, token: str = "") -> ChromaServer:
        """Read an address such as http://host:8000/path?database=dogear&tenant=… Raises ValueError, showing nothing."""
        try:
            parts = urlsplit(text)
            query = dict(parse_qsl(parts.query, strict_parsing=bool(parts.query)))
            right = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        except ValueError:
            raise _WRONG from None
        known = query.keys() <= {"database", "tenant"} and all(map(_NAME.fullmatch, query.values()))
        if not right or not known or parts.fragment or parts.username or parts.password or not _is_plain(text):
            raise _WRONG
        url = urlunsplit((parts.scheme, parts.netloc, parts.path.rstrip("/"), "", ""))
        return cls(url, query.get("database", DATABASE), query.get("tenant", TENANT), token)

    @property
    def name(self) -> str:
        """What it is called where people read it."""
        return f"the Chroma server at {self.url} (database {self.database})"


Location = Path | ChromaServer
"""Where a vector store is kept."""

_WRONG = ValueError("no address of a Chroma server")


def _is_plain(text: str) -> bool:
    return text.isprintable() and not any(letter.isspace() or letter == "\\" for letter in text)


def hold(folder: Path) -> ExitStack:
    """Take a folder for this process, until what is returned is closed. Raises StoreHeld or StoreUnavailable."""
    lock, holder = FileLock(folder / "store.lock"), folder / "store.holder"
    with ExitStack() as held:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            lock.acquire(timeout=0)
            held.callback(lock.release)
            held.callback(holder.unlink, missing_ok=True)
            _sign(holder)
        except Timeout as error:
            raise _in_use(folder, _holder(holder)) from error
        except OSError as error:
            raise _not_written(folder, error) from error
        return held.pop_all()


@contextmanager
def hold_together(folder: Path) -> Iterator[None]:
    """Use a folder beside other processes that use it in this way, but beside none that holds it.

    Raises StoreHeld or StoreUnavailable.
    """
    holder = folder / "store.holder"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(folder / "store.lock", os.O_CREAT | os.O_RDWR, 0o644)
    except OSError as error:
        raise _not_written(folder, error) from error
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise _in_use(folder, _holder(holder)) from error
        with suppress(OSError):
            _sign(holder)  # the last one of those who use it together
        yield
    finally:
        os.close(handle)


def _sign(holder: Path) -> None:
    now = dt.datetime.now(dt.UTC)
    holder.write_text(f"process {os.getpid()}, since {now:%Y-%m-%d %H:%M} UTC", encoding="utf-8")


def _holder(holder: Path) -> str:
    return holder.read_text(encoding="utf-8") if holder.exists() else "another process"


def _in_use(folder: Path, by: str) -> StoreHeld:
    return StoreHeld(f"The vector store in {folder} is in use ({by}). Stop that one, or give another --data folder.")


def _not_written(folder: Path, error: OSError) -> StoreUnavailable:
    return StoreUnavailable(f"The data folder {folder} cannot be written ({error.strerror}). Give another with --data.")
