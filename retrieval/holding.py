"""Holding a data folder's store: one process at a time, and the next one is told who has it."""

from __future__ import annotations

import datetime as dt
import os
from contextlib import ExitStack
from pathlib import Path

from filelock import FileLock, Timeout

from retrieval.errors import StoreHeld, StoreUnavailable


def hold(folder: Path) -> ExitStack:
    """Take a folder for this process, until what is returned is closed. Raises StoreHeld or StoreUnavailable."""
    lock, holder = FileLock(folder / "store.lock"), folder / "store.holder"
    with ExitStack() as held:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            lock.acquire(timeout=0)
            held.callback(lock.release)
            held.callback(holder.unlink, missing_ok=True)
            now = dt.datetime.now(dt.UTC)
            holder.write_text(f"process {os.getpid()}, since {now:%Y-%m-%d %H:%M} UTC", encoding="utf-8")
        except Timeout as error:
            by = holder.read_text(encoding="utf-8") if holder.exists() else "another process"
            raise StoreHeld(
                f"The vector store in {folder} is in use ({by}). Stop that one, or give another --data folder."
            ) from error
        except OSError as error:
            raise StoreUnavailable(
                f"The data folder {folder} cannot be written ({error.strerror}). Give another with --data."
            ) from error
        return held.pop_all()
