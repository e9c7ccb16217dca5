"""Giving memory back: an index run needs a few hundred megabytes that answering questions does not."""

from __future__ import annotations

import contextlib
import ctypes
import gc


def give_back() -> None:
    """Return freed memory to the system, where the C library can: glibc keeps it in case it is needed again."""
    gc.collect()
    with contextlib.suppress(AttributeError, OSError):
        ctypes.CDLL(None).malloc_trim(0)
