"""Where the vector store is: in a data folder, which is locked while it is used, or on a Chroma server."""

import datetime as dt
import fcntl
import os
import re
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl

from retrieval.types import StoreHeld, StoreUnavailable

EXAMPLE = "http://127.0.0.1:8000"
_ADDRESS = re.compile(
    r"(?P<url>https?://(?:[\w.-]+|\[[0-9a-f:]+\])(?::[1-9][0-9]{0,4})?(?:/[\w./~%-]*)?)"
    r"(?:\?(?P<query>(?:(?:database|tenant)=[\w-]{3,60}(?:&(?!$)|$))+))?",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class ChromaServer:
    """A database on a Chroma server; its token may not be shown. `timeout` is in seconds, for one request."""

    url: str
    database: str = "dogear"
    tenant: str = "default_tenant"
    token: str = field(default="", repr=False)
    timeout: float = 20.0

    @classmethod
    def of(cls, text: str, token: str = "") -> "ChromaServer":
        """Read an address such as http://host:8000/path?database=dogear&tenant=… Raises ValueError, showing nothing."""
        found = _ADDRESS.fullmatch(text)
        if not found:
            raise ValueError("no address of a Chroma server")
        return cls(found["url"].rstrip("/"), token=token, **dict(parse_qsl(found["query"] or "")))

    @property
    def name(self) -> str:
        """What it is called where people read it."""
        return f"the Chroma server at {self.url} (database {self.database})"


Location = Path | ChromaServer  # where a vector store is kept


def hold(folder: Path, *, together: bool = False) -> ExitStack:
    """Lock a folder, or share it `together`, until what is returned is closed. Raises StoreHeld or StoreUnavailable."""
    lock = folder / "store.lock"
    with ExitStack() as held:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            handle = os.open(lock, os.O_CREAT | os.O_RDWR, 0o644)
            held.callback(os.close, handle)
            fcntl.flock(handle, (fcntl.LOCK_SH if together else fcntl.LOCK_EX) | fcntl.LOCK_NB)
            lock.write_text(
                f"process {os.getpid()}, since {dt.datetime.now(dt.UTC):%Y-%m-%d %H:%M} UTC", encoding="utf-8"
            )
        except BlockingIOError as error:
            raise StoreHeld(
                f"The vector store in {folder} is in use ({lock.read_text(encoding='utf-8') or 'another process'}). "
                "Stop that one, or give another --data folder."
            ) from error
        except OSError as error:
            raise StoreUnavailable(
                f"The data folder {folder} cannot be written ({error.strerror}). Give another with --data."
            ) from error
        return held.pop_all()
