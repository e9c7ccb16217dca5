"""The address of a database server, as people get it from whoever runs the server."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

KINDS = ("postgresql", "postgres")

EXAMPLE = "postgresql://user:password@host:5432/database"

_OTHERS = ("channel_binding", "connect_timeout", "gssencmode", "sslcompression", "tcp_user_timeout")
"""Parameters that other programs understand and our driver would pass on to the server, which does not."""


@dataclass(frozen=True, slots=True)
class ServerAddress:
    """A database on a server: what the driver is given, and a name that may be shown; it holds no password."""

    dsn: str = field(repr=False)
    passwords: tuple[str, ...] = field(repr=False)
    name: str

    @classmethod
    def of(cls, text: str) -> ServerAddress:
        """Read an address. Raises ValueError, which shows nothing of it, where it is none."""
        try:
            parts = urlsplit(text)
            query = dict(parse_qsl(parts.query, strict_parsing=bool(parts.query)))
        except ValueError:
            raise _WRONG from None
        kind = parts.scheme.partition("+")[0]
        given, _, hosts = parts.netloc.rpartition("@")
        hosts = hosts or query.get("host", "")
        database = unquote(parts.path).removeprefix("/") or query.get("dbname", "")
        right = kind in KINDS and database and "/" not in database and database.isprintable() and _are_hosts(hosts)
        if not right or any(letter.isspace() for letter in text) or not text.isprintable() or parts.fragment:
            raise _WRONG
        if "ssl" in query:  # as SQLAlchemy and asyncpg call it
            query.setdefault("sslmode", query.pop("ssl"))
        kept = {name: value for name, value in query.items() if name not in _OTHERS and not name.startswith("keepal")}
        dsn = urlunsplit(("postgresql", parts.netloc, parts.path, urlencode(kept, quote_via=quote), ""))
        written = given.partition(":")[2]
        passwords = tuple(word for word in {written, unquote(written), query.get("password", "")} if word)
        return cls(dsn, passwords, f"{database} at {unquote(hosts) or 'this machine'}")


_WRONG = ValueError("no address of a database")


def _are_hosts(text: str) -> bool:
    """Return whether hosts, with commas between, have no port or a possible one."""
    for host in text.split(","):
        _, colon, port = host.rpartition("]")[2].rpartition(":")
        if colon and not (port.isascii() and port.isdecimal() and 0 < int(port[:6]) < 2**16):
            return False
    return True
