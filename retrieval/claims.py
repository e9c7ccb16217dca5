"""One process at a time brings a shared store in line with a library: it holds a claim, and the others wait.

A claim is a collection, as a server lets one of many who try make it; its metadata is counted up while its process
lives. No clock is compared with another's: a claim is given up for dead by whoever has seen it unchanged for a while,
and a process that could not count for half of that time knows that it may be.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial

from chromadb.api.models.Collection import Collection
from chromadb.errors import ChromaError

from retrieval.connection import Connection, Metadata
from retrieval.types import StoreUnavailable

log = logging.getLogger(__name__)

PREFIX = "claim-"

Check = Callable[[], None]
"""Called before something is changed. Raises StoreUnavailable where the claim may be another's by now."""


@dataclass(frozen=True, slots=True)
class Lease:
    """Seconds: after how many a claim that does not change is dead, how often it is counted up, how often looked at."""

    dead: float = 20.0
    beat: float = 4.0
    look: float = 1.0


class Claim:
    """A claim that this process holds: a thread counts it up until it is released."""

    def __init__(self, collection: Collection, noted: Metadata, lease: Lease) -> None:
        self._collection, self._noted, self._lease = collection, dict(noted), lease
        self._counted, self._released = time.monotonic(), threading.Event()
        self._thread = threading.Thread(target=self._count, daemon=True, name="claim")
        self._thread.start()

    def check(self) -> None:
        """Raise StoreUnavailable where another process may have taken over."""
        if time.monotonic() - self._counted > self._lease.dead / 2:
            raise StoreUnavailable(
                "The store was not brought up to date to its end: its server was away, or this process was stopped, so "
                "long that another process may be at it. It is tried again."
            )

    def is_it(self, metadata: Metadata) -> bool:
        """Return whether a claim that is there is this one, and not another's of the same name."""
        return bool(metadata.get("key") == self._noted["key"])

    def release(self) -> None:
        """Count no more."""
        self._released.set()
        self._thread.join(self._lease.dead)

    def _count(self) -> None:
        for beat in range(1, 1_000_000_000):
            if self._released.wait(self._lease.beat):
                return
            with suppress(ChromaError, StoreUnavailable):  # a claim that is gone counts as one that was not reached
                begun = time.monotonic()
                self._collection.modify(metadata={**self._noted, "beat": beat})
                self._counted = begun


@dataclass
class _Others:
    """The claims of other processes, and since when each is unchanged."""

    lease: Lease
    seen: dict[str, tuple[Metadata, float]] = field(default_factory=dict)

    def look(self, found: Mapping[str, Metadata]) -> list[Metadata]:
        """Return those that are alive."""
        now = time.monotonic()
        known = self.seen
        self.seen = {
            name: known[name] if name in known and known[name][0] == metadata else (metadata, now)
            for name, metadata in found.items()
        }
        return [metadata for metadata, since in self.seen.values() if now - since < self.lease.dead]


@contextmanager
def claimed(
    connection: Connection, needed: Callable[[], bool], leaving: threading.Event, lease: Lease = Lease()
) -> Iterator[Check | None]:
    """Wait for the claim, and hold it; None where it was no longer needed, as another process has done the work.

    What is not shared is held as a whole already. Raises StoreUnavailable where this process is to leave meanwhile.
    """
    if not connection.shared:
        yield _nothing
        return
    others, told = _Others(lease), False
    while needed():
        if (found := _take(connection, others)) is not None:
            claim, name = found
            try:
                yield partial(_check, claim, leaving)
            finally:
                claim.release()
                with suppress(ChromaError, StoreUnavailable):  # it will be seen to be dead
                    if claim.is_it(_claims(connection).get(name, {})):
                        connection.delete(name)
            return
        if not told and others.seen:
            told = True
            by = next(iter(others.seen.values()))[0].get("holder", "unknown")
            log.info("another process (%s) brings %s up to date; waiting for it", by, connection.name)
        if leaving.wait(lease.look):
            raise StoreUnavailable("Dogear is leaving; the store is brought up to date at the next start.")
    yield None


def _take(connection: Connection, others: _Others) -> tuple[Claim, str] | None:
    """Make a claim where nobody living has one; None where somebody else was first."""
    if others.look(_claims(connection)):
        return None
    dead = set(others.seen)
    name = f"{PREFIX}{1 + max((int(name.removeprefix(PREFIX)) for name in dead), default=0)}"
    noted = {"holder": f"{socket.gethostname()}, process {os.getpid()}", "key": uuid.uuid4().hex, "beat": 0}
    made = connection.new_collection(name, noted)
    there = _claims(connection)
    if there.get(name, {}).get("key") != noted["key"]:
        return None
    if set(there) - dead != {name}:  # somebody who knew of other dead ones was as quick; both begin anew
        connection.delete(name)
        return None
    for old in dead:
        connection.delete(old)
    return Claim(made or connection.collection(name, noted, {}), noted, others.lease), name


def _claims(connection: Connection) -> dict[str, Metadata]:
    found = connection.collections().items()
    return {name: data for name, data in found if name.startswith(PREFIX) and name[len(PREFIX) :].isdecimal()}


def _check(claim: Claim, leaving: threading.Event) -> None:
    claim.check()
    if leaving.is_set():
        raise StoreUnavailable("Dogear is leaving; the store is brought up to date at the next start.")


def _nothing() -> None:
    """Nobody else can be at it."""
