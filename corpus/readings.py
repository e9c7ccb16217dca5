"""What was read of books before, so that a start need not read again what is as it was.

A book's fingerprint is kept under a digest of all that its reading depends on: its own files, every `book.toml`, and
what reads them. Only books without a mistake are kept; those with one are read, and told of, at every start.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import sys
from collections.abc import Iterable
from functools import cache
from importlib.metadata import version
from pathlib import Path

from corpus.errors import LibraryProblem
from corpus.files import read_bytes, write_whole

NAME = "readings.json"
"""The name of the file, in a data folder."""

MAX_BYTES = 5_000_000
"""Twice what the fingerprints of as many books as a library may have take."""

_READ_WITH = ("markdown-it-py", "pyyaml", "syntok")


class Readings:
    """Fingerprints of books as they were read before, in a file that can be lost without harm."""

    def __init__(self, data: Path) -> None:
        self._file = data / NAME
        self._before, self._now = _read(self._file), dict[str, str]()

    def fingerprint(self, digest: str) -> str | None:
        """Return the fingerprint that was kept under a digest."""
        return self._before.get(digest)

    def keep(self, digest: str, fingerprint: str) -> None:
        """Keep a fingerprint for the next start."""
        self._now[digest] = fingerprint

    def save(self) -> None:
        """Write what was kept since this was made, and nothing else. Where that fails, the next start reads anew."""
        if self._now == self._before:
            return
        with contextlib.suppress(OSError):
            write_whole(self._file, json.dumps(self._now))


def digest(files: Iterable[Path], limit: int, together: int, also: str = "") -> str:
    """Return a digest of files, of their names, of `also`, and of what reads them.

    It is empty where one of them cannot be read, or has more than `limit` bytes, or all have more than `together`.
    """
    found = hashlib.sha256(_reader() + also.encode())
    try:
        for path in files:
            content = read_bytes(path, limit)
            found.update(f"\0{path.parent.name}/{path.name}\0{len(content)}\0".encode("utf-8", "surrogateescape"))
            found.update(content)
            together -= len(content)
            if together < 0:
                return ""
    except LibraryProblem:
        return ""
    return found.hexdigest()


@cache
def _reader() -> bytes:
    """Return what tells this reader of libraries from any other: its source, and the packages that it reads with."""
    sources = [path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.py"))]
    return b"\0".join([*sources, sys.version.encode(), *(version(name).encode() for name in _READ_WITH)])


def _read(file: Path) -> dict[str, str]:
    """Return what a file holds; nothing where it is not there, or is not as it was written."""
    try:
        if file.stat().st_size > MAX_BYTES:
            return {}
        found = json.loads(file.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    told = found.items() if isinstance(found, dict) else ()
    return {key: value for key, value in told if isinstance(value, str)}
