"""Opening Chroma: in a data folder, or on a server; and what is wrong when it fails, with a cure."""

import datetime as dt
import errno
import os
import shutil
import tempfile
from contextlib import AbstractContextManager, ExitStack, nullcontext, suppress
from functools import partial, reduce
from pathlib import Path
from threading import RLock
from typing import Any
from zlib import crc32

import chromadb
import httpx
from chromadb.api import ClientAPI
from chromadb.api.shared_system_client import SharedSystemClient
from chromadb.config import Settings

from corpus.text import capitalised, write_atomically
from retrieval.location import ChromaServer, Location, hold
from retrieval.types import StoreUnavailable

FOLDER, FILE = "chroma", "chroma.sqlite3"
"""Chroma's folder in the data folder, and its database in it."""

FAILED = "store.failed"
"""In the data folder: the store has failed since it was opened, so whoever opens it next checks every book."""

ROOM = 1_000_000
"""Bytes of free disk below which a failure is taken for a full disk."""

SUMS = "index.sums"
"""In Chroma's folder: checksums of its index files, as the last one to close it left them."""

VERSION = "1."
"""How the version of a server's interface begins that this client speaks with."""

_CURES = {
    errno.ENOSPC: "cannot be written: the disk is full. Make room; what was kept is safe, and nothing has to be "
    "restarted.",
    errno.EMFILE: "cannot be read: this process has too many files open. Raise its limit (ulimit -n).",
    errno.EACCES: "cannot be written by this user. Give it the right to write there, or choose another folder with "
    "DOGEAR_DATA or --data; nothing was changed.",
}
_SAME_CURE = {errno.EDQUOT: errno.ENOSPC, errno.EPERM: errno.EACCES, errno.EROFS: errno.EACCES}
_BUSY = "is in use by another program. Stop that one; nothing was changed."

_CUT_OFF = (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError, httpx.CloseError)
"""Errors of a kept connection that the server has closed since: every request may be sent once more."""


class FolderChroma:
    """Chroma inside this process; its data folder is locked until it is closed.

    Chroma does not say whether its client may be used by several threads at once, so calls are made one by one.
    """

    shared = False

    def __init__(self, folder: Path) -> None:
        self.name = self.description = f"the vector store in {folder}"
        self.lock: AbstractContextManager[Any] = RLock()
        self._folder, self._path = folder, folder / FOLDER
        self._held, self._opened = hold(folder), ExitStack()

    def open(self) -> ClientAPI:
        """Open the folder; Chroma would make an empty database beside the index of one that is gone."""
        self._opened.close()
        file = self._path / FILE
        if self._path.is_dir() and any(self._path.iterdir()) and not (file.is_file() and file.stat().st_size):
            raise ValueError(f"{FILE} is gone or empty")
        self._compare_index()
        settings = Settings(anonymized_telemetry=False)
        try:
            client = chromadb.PersistentClient(path=str(self._path), settings=settings)
        except BaseException:  # otherwise what could not be opened would be found again under this path
            SharedSystemClient._identifier_to_system.pop(str(self._path), None)
            raise
        self._opened.callback(self._note_index)
        self._opened.callback(client.close)  # type: ignore[attr-defined]  # the type that Chroma declares lacks it
        return client

    def _compare_index(self) -> None:
        """Raise ValueError where index files have changed since they were closed: searching them can end the process.

        The note goes, as Chroma will change them: after a crash there is none, and they are taken as they are.
        """
        note = self._path / SUMS
        if note.exists():
            if note.read_text(encoding="utf-8", errors="replace") != self._sums():
                raise ValueError("the index is not as it was left")
            note.unlink()

    def _note_index(self) -> None:
        if self._path.is_dir() and not self.failed:
            with suppress(OSError):
                write_atomically(self._path / SUMS, self._sums())

    def _sums(self) -> str:
        lines = []
        for path in sorted(filter(Path.is_file, self._path.glob("*/*"))):
            with path.open("rb") as file:
                total = reduce(lambda total, part: crc32(part, total), iter(partial(file.read, 1 << 20), b""), 0)
            lines.append(f"{total:08x} {path.relative_to(self._path)}\n")
        return "".join(lines)

    def cure(self, error: BaseException) -> str | None:
        """Try to write into the folder, and return what hinders that."""
        where = self._path if self._path.is_dir() else self._folder
        try:
            if shutil.disk_usage(where).free < ROOM:
                return _CURES[errno.ENOSPC]
            with tempfile.TemporaryFile(dir=where) as file:
                file.write(b"0" * 4096)
        except OSError as hindered:
            code = hindered.errno or 0
            return _CURES.get(_SAME_CURE.get(code, code), f"cannot be written ({os.strerror(code)}).")
        file_ = self._path / FILE
        if file_.exists() and not os.access(file_, os.W_OK):
            return _CURES[errno.EACCES]
        return _BUSY if "database is locked" in str(error) else None

    @property
    def failed(self) -> bool:
        """Whether a process has noted a failure."""
        return (self._folder / FAILED).exists()

    def note_failure(self, why: str | None) -> None:
        """Write or remove the note; a folder that cannot be written is left as it is."""
        with suppress(OSError):
            if why is None:
                (self._folder / FAILED).unlink(missing_ok=True)
            else:
                (self._folder / FAILED).write_text(f"{why}\n", encoding="utf-8")

    def move_aside(self) -> Path:
        """Rename Chroma's folder; nothing is deleted."""
        self._opened.close()
        now = f"{dt.datetime.now(dt.UTC):%Y-%m-%d-%H%M%S}"
        names = (f"{FOLDER}-damaged-{now}{more}" for more in ("", *(f"-{n}" for n in range(2, 100))))
        aside = next(self._folder / name for name in names if not (self._folder / name).exists())
        try:
            self._path.replace(aside)
        except OSError as error:
            raise StoreUnavailable(
                f"{capitalised(self.name)} is damaged and cannot be moved aside ({error.strerror}). Move {FOLDER} away."
            ) from error
        return aside

    def close(self) -> None:
        """Close the database and unlock the folder."""
        with self.lock:
            self._opened.close()
            self._held.close()


class ServerChroma:
    """Chroma on a server, which several processes share."""

    shared, failed = True, False

    def __init__(self, server: ChromaServer) -> None:
        self.name = self.description = server.name
        self._server = server
        self.lock: AbstractContextManager[Any] = nullcontext()
        self._timeout = httpx.Timeout(server.timeout, connect=min(3.0, server.timeout))
        self._headers = {"Authorization": f"Bearer {server.token}"} if server.token else {}
        self._opened = ExitStack()

    def open(self) -> ClientAPI:
        """Connect, and make the tenant and the database where they are missing."""
        self._opened.close()
        tenants = f"{self._server.url}/api/v2/tenants"
        with httpx.Client(timeout=self._timeout, headers=self._headers) as http:
            version = self._version(http.get(f"{self._server.url}/api/v2/version"))
            self.description = f"{self.name}, interface {version}"
            http.post(tenants, json={"name": self._server.tenant})  # refused where it is there already
            http.post(f"{tenants}/{self._server.tenant}/databases", json={"name": self._server.database})
        client = chromadb.HttpClient(
            self._server.url, 8000, headers=dict(self._headers), tenant=self._server.tenant,
            database=self._server.database, settings=Settings(anonymized_telemetry=False),
        )  # fmt: skip
        api: Any = client
        for used in (api._server, api._admin_client._server):  # Chroma offers no timeout, and closes neither
            used._session.close()
        api._server._session = httpx.Client(
            transport=_Again(), timeout=self._timeout, headers=api._server._session.headers
        )
        self._opened.callback(api.close)
        self._opened.callback(api._server._session.close)
        return client

    def cure(self, error: BaseException) -> str:
        """Say what is wrong with the server."""
        if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
            return f"cannot be reached ({type(error).__name__}). Start it, or correct CHROMA_URL."
        if isinstance(error, httpx.TimeoutException):
            return f"has not answered within {self._server.timeout:g} s. Restart it, or correct CHROMA_URL."
        return f"failed ({type(error).__name__}). Its own log says why."

    def note_failure(self, why: str | None) -> None:
        """Note nothing: a server is looked after by those who run it."""

    def move_aside(self) -> None:
        """Leave it as it is: others use it too."""

    def close(self) -> None:
        """Close every connection."""
        self._opened.close()

    def _version(self, response: httpx.Response) -> str:
        """Return the version of a server's interface. Raises StoreUnavailable if it is none that we can speak with."""
        status, url = response.status_code, self._server.url
        if status in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
            raise StoreUnavailable(f"{url} lets nobody in with this token ({status}). Correct CHROMA_TOKEN.")
        if status in (httpx.codes.BAD_GATEWAY, httpx.codes.SERVICE_UNAVAILABLE, httpx.codes.GATEWAY_TIMEOUT):
            raise StoreUnavailable(f"The Chroma server behind {url} is not there ({status}). Start it.")
        version = response.text.strip().strip('"')
        if response.is_error or not version[:1].isdigit():
            raise StoreUnavailable(
                f"What answers at {url} is no Chroma server ({status}). Correct CHROMA_URL; a path in it has to be the "
                "one under which Chroma's own /api/v2 is found."
            )
        if not version.startswith(VERSION):
            raise StoreUnavailable(
                f"{url} speaks version {version[:20]} of Chroma's interface, and this Dogear {VERSION}x. "
                "Run the Chroma server in the version that constraints.txt names."
            )
        return version


class _Again(httpx.HTTPTransport):
    """Sends a request once more if a kept connection was closed by the server meanwhile."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        try:
            return super().handle_request(request)
        except _CUT_OFF:
            return super().handle_request(request)


Chroma = FolderChroma | ServerChroma
"""Chroma wherever it is; `lock` is held for each call, and several processes use what is `shared`."""


def connect(location: Location) -> Chroma:
    """Return Chroma at a location, not yet opened. Raises StoreHeld or StoreUnavailable."""
    return ServerChroma(location) if isinstance(location, ChromaServer) else FolderChroma(location)
