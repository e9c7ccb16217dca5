"""A real Chroma server for tests, as `chroma run` starts it: on a port of this machine, gone with its process."""

import contextlib
import itertools
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx

from retrieval.location import ChromaServer

PATIENCE = 60.0  # seconds that the server has to begin


RUN = """
import os, sys, threading
import chromadb_rust_bindings

def end_with_whoever_started_it():
    sys.stdin.read()
    os._exit(0)

threading.Thread(target=end_with_whoever_started_it, daemon=True).start()
chromadb_rust_bindings.cli(["chroma", "run", *sys.argv[1:]])
"""
"""What the program `chroma` does, without the time that Chroma's client takes to load."""


class RunningChroma:
    """One server in a folder of its own, at an address that stays the same when it is started again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self._names = itertools.count(1)
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            self.port = taken.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"

    def database(self, timeout: float = 20.0) -> ChromaServer:
        """Return a database that nobody has used yet."""
        return ChromaServer(self.url, f"test-{next(self._names)}", timeout=timeout)

    def start(self) -> None:
        """Start it, and wait until it answers."""
        options = ["--path", str(self._folder), "--host", "127.0.0.1", "--port", str(self.port)]
        self._process = subprocess.Popen(
            [sys.executable, "-c", RUN, *options],
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        end = time.monotonic() + PATIENCE
        while self._process.poll() is None and time.monotonic() < end:
            with contextlib.suppress(httpx.TransportError):
                if httpx.get(f"{self.url}/api/v2/heartbeat", timeout=5).is_success:
                    return
            time.sleep(0.05)
        raise AssertionError(f"Chroma's server did not start (exit status {self._process.poll()})")

    def stop(self) -> None:
        """End it at once, as a machine that loses its power would."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.communicate()

    def freeze(self) -> None:
        """Let it take connections and say nothing."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def empty(self) -> None:
        """Put an empty server into its place."""
        self.stop()
        shutil.rmtree(self._folder)
        self._folder.mkdir()
        self.start()


@contextlib.contextmanager
def running_chroma() -> Iterator[RunningChroma]:
    """Run a server until the end of the block."""
    with tempfile.TemporaryDirectory(prefix="dogear-chroma-", ignore_cleanup_errors=True) as name:
        server = RunningChroma(Path(name))
        try:
            server.start()
            yield server
        finally:
            server.stop()
