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
from typing import Any, cast
from zlib import crc32

import chromadb
import httpx
from chromadb.api import ClientAPI
from chromadb.api.shared_system_client import SharedSystemClient
from chromadb.config import Settings

from corpus.text import write_atomically
from retrieval.location import ChromaServer, hold
from retrieval.types import StoreUnavailable

FOLDER, FILE = "chroma", "chroma.sqlite3"  # Chroma's folder in the data folder, and its database in it
FAILED = "store.failed"  # in the data folder: the store has failed, so whoever opens it next checks every book
SUMS = "index.sums"  # in Chroma's folder: checksums of its index files, as the last one to close it left them
ROOM = 1_000_000  # bytes of free disk below which a failure is taken for a full disk
VERSION = "1."  # how the version of a server's interface begins that this client speaks with

_FULL = "cannot be written: the disk is full. Make room; what was kept is safe, and nothing has to be restarted."
_HINDERED = (
    "cannot be written by this user ({}). Give it the right to write there, or choose another folder with DOGEAR_DATA "
    "or --data; nothing was changed."
)
_BUSY = "is in use by another program. Stop that one; nothing was changed."


class FolderChroma:
    """Chroma inside this process, called by one thread at a time; its data folder is locked until it is closed."""

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
        note = self._path / SUMS  # it goes, as Chroma will change the index: after a crash there is none
        if note.exists():
            if note.read_text(encoding="utf-8", errors="replace") != self._sums():
                raise ValueError("the index is not as it was left")  # searching it can end the process
            note.unlink()
        settings = Settings(anonymized_telemetry=False)
        try:
            client = chromadb.PersistentClient(path=str(self._path), settings=settings)
        except BaseException:  # otherwise what could not be opened would be found again under this path
            SharedSystemClient._identifier_to_system.pop(str(self._path), None)
            raise
        self._opened.callback(self._note_index)
        self._opened.callback(client.close)  # type: ignore[attr-defined]  # the type that Chroma declares lacks it
        return client

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
                return _FULL
            with tempfile.TemporaryFile(dir=where) as file:
                file.write(b"0" * 4096)
        except OSError as hindered:
            return _FULL if hindered.errno in (errno.ENOSPC, errno.EDQUOT) else _HINDERED.format(hindered.strerror)
        database = self._path / FILE
        if database.exists() and not os.access(database, os.W_OK):
            return _HINDERED.format(database.name)
        return _BUSY if "database is locked" in str(error) else None

    @property
    def failed(self) -> bool:
        """Whether a process has noted a failure."""
        return (self._folder / FAILED).exists()

    def note_failure(self, why: str | None) -> None:
        """Write or remove the note, if the folder can be written."""
        note = self._folder / FAILED
        with suppress(OSError):
            note.write_text(f"{why}\n", encoding="utf-8") if why else note.unlink(missing_ok=True)

    def move_aside(self) -> Path:
        """Rename Chroma's folder; nothing is deleted."""
        self._opened.close()
        aside = self._folder / f"{FOLDER}-damaged-{dt.datetime.now(dt.UTC):%Y-%m-%d-%H%M%S-%f}"
        return self._path.replace(aside)

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
        settings = Settings(anonymized_telemetry=False, chroma_http_max_keepalive_connections=0)  # a server closes them
        api: Any = chromadb.HttpClient(
            self._server.url, 8000, headers=dict(self._headers), tenant=self._server.tenant,
            database=self._server.database, settings=settings,
        )  # fmt: skip
        api._server._session.timeout = self._timeout  # Chroma offers none, and does not close the session
        self._opened.callback(api.close)
        self._opened.callback(api._server._session.close)
        return cast("ClientAPI", api)

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
        url, status, version = self._server.url, response.status_code, response.text.strip().strip('"')
        if status in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
            raise StoreUnavailable(f"{url} lets nobody in with this token ({status}). Correct CHROMA_TOKEN.")
        if response.is_error or not version.startswith(VERSION):
            raise StoreUnavailable(
                f"What answers at {url} is no Chroma server with version {VERSION}x of the interface "
                f"({status}). Start one in the version that constraints.txt names, or correct CHROMA_URL; a path in it "
                "has to be the one under which Chroma's own /api/v2 is found."
            )
        return version
