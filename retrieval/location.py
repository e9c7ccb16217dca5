"""Where the vector store is: in a data folder, which is locked while it is used, or on a Chroma server."""

import datetime as dt
import fcntl
import os
import re
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit, urlunsplit

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
    def of(cls, text: str, token: str = "") -> "ChromaServer":
        """Read an address such as http://host:8000/path?database=dogear&tenant=… Raises ValueError, showing nothing."""
        try:
            parts = urlsplit(text)
            query = dict(parse_qsl(parts.query, strict_parsing=bool(parts.query)))
            right = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        except ValueError:
            raise _WRONG from None
        known = query.keys() <= {"database", "tenant"} and all(map(_NAME.fullmatch, query.values()))
        plain = text.isprintable() and not any(letter.isspace() or letter == "\\" for letter in text)
        if not right or not known or parts.fragment or parts.username or parts.password or not plain:
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


def hold(folder: Path, *, together: bool = False) -> ExitStack:
    """Lock a folder for this process, or `together` with others, until what is returned is closed.

    Raises StoreHeld or StoreUnavailable.
    """
    holder = folder / "store.holder"
    with ExitStack() as held:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            handle = os.open(folder / "store.lock", os.O_CREAT | os.O_RDWR, 0o644)
            held.callback(os.close, handle)
            fcntl.flock(handle, (fcntl.LOCK_SH if together else fcntl.LOCK_EX) | fcntl.LOCK_NB)
            if not together:
                held.callback(holder.unlink, missing_ok=True)
            now = dt.datetime.now(dt.UTC)
            holder.write_text(f"process {os.getpid()}, since {now:%Y-%m-%d %H:%M} UTC", encoding="utf-8")
        except BlockingIOError as error:
            by = holder.read_text(encoding="utf-8") if holder.exists() else "another process"
            raise StoreHeld(
                f"The vector store in {folder} is in use ({by}). Stop that one, or give another --data folder."
            ) from error
        except OSError as error:
            raise StoreUnavailable(
                f"The data folder {folder} cannot be written ({error.strerror}). Give another with --data."
            ) from error
        return held.pop_all()
