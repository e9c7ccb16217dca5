"""Where the vector store is: a data folder, or a Chroma server by its address."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit, urlunsplit

EXAMPLE = "http://127.0.0.1:8000"

DATABASE, TENANT = "dogear", "default_tenant"
"""Where nothing else is said. The tenant is Chroma's own usual one; the database is ours alone, and made if need be."""

_NAME = re.compile(r"[\w-]{3,60}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds that a server has to let us in, to answer what is read, and to take what is written.

    After it was away it is left alone for `pause`; what is asked meanwhile fails at once.
    """

    connect: float = 3.0
    read: float = 10.0
    write: float = 60.0
    pause: float = 3.0


@dataclass(frozen=True, slots=True)
class ChromaServer:
    """A database on a Chroma server; its name may be shown, its token may not."""

    url: str
    database: str = DATABASE
    tenant: str = TENANT
    token: str = field(default="", repr=False)
    patience: Patience = Patience()

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


Place = Path | ChromaServer
"""Where a store is kept."""

_WRONG = ValueError("no address of a Chroma server")


def _is_plain(text: str) -> bool:
    return text.isprintable() and not any(letter.isspace() or letter == "\\" for letter in text)
