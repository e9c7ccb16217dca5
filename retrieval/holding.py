"""Holding a data folder: one process at a time, and the next one is told who has it.

Where the vector store lies on a server, several processes may use a folder; whoever needs it alone waits for them all.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from retrieval.types import StoreHeld, StoreUnavailable


def hold(folder: Path) -> ExitStack:
    """Take a folder for this process, until what is returned is closed. Raises StoreHeld or StoreUnavailable."""
    lock, holder = FileLock(folder / "store.lock"), folder / "store.holder"
    with ExitStack() as held:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            lock.acquire(timeout=0)
            held.callback(lock.release)
            held.callback(holder.unlink, missing_ok=True)
            _sign(holder)
        except Timeout as error:
            raise _in_use(folder, _holder(holder)) from error
        except OSError as error:
            raise _not_written(folder, error) from error
        return held.pop_all()


@contextmanager
def hold_together(folder: Path) -> Iterator[None]:
    """Use a folder beside other processes that use it in this way, but beside none that holds it.

    Raises StoreHeld or StoreUnavailable.
    """
    holder = folder / "store.holder"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(folder / "store.lock", os.O_CREAT | os.O_RDWR, 0o644)
    except OSError as error:
        raise _not_written(folder, error) from error
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise _in_use(folder, _holder(holder)) from error
        with suppress(OSError):
            _sign(holder)  # the last one of those who use it together
        yield
    finally:
        os.close(handle)


def _sign(holder: Path) -> None:
    now = dt.datetime.now(dt.UTC)
    holder.write_text(f"process {os.getpid()}, since {now:%Y-%m-%d %H:%M} UTC", encoding="utf-8")


def _holder(holder: Path) -> str:
    return holder.read_text(encoding="utf-8") if holder.exists() else "another process"


def _in_use(folder: Path, by: str) -> StoreHeld:
    return StoreHeld(f"The vector store in {folder} is in use ({by}). Stop that one, or give another --data folder.")


def _not_written(folder: Path, error: OSError) -> StoreUnavailable:
    return StoreUnavailable(f"The data folder {folder} cannot be written ({error.strerror}). Give another with --data.")
