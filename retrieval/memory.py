"""Memory that only a start or an index run needed: it is given back to the system."""

import ctypes
import mmap
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path


def give_back() -> None:
    """Give back freed memory, and the pages of libraries' files that were used so far.

    Most of them are used once: loading PyTorch runs through 65 MB of its code. What is used again is mapped again, from
    the system's cache of files.
    """
    with suppress(AttributeError, OSError):  # another system, or another C library
        c = ctypes.CDLL(None)
        c.malloc_trim(0)
        for start, end in _pages_of_libraries():
            c.madvise(ctypes.c_void_p(start), ctypes.c_size_t(end - start), mmap.MADV_DONTNEED)


def _pages_of_libraries() -> Iterator[tuple[int, int]]:
    """Yield where libraries are in memory as they are in their files: what was changed there would be lost.

    A library that another thread is still loading is left alone: it is not among the modules yet.
    """
    loaded = {getattr(module, "__dict__", {}).get("__file__") for module in list(sys.modules.values())}
    span, ours = "", False
    for line in Path("/proc/self/smaps").read_text(encoding="utf-8", errors="replace").splitlines():
        first, second, *rest = line.split(maxsplit=5)
        if not first.endswith(":"):
            span, access, path = first, second, "".join(rest[3:])
            ours = "w" not in access and (path in loaded or "/torch/lib/" in path)
        elif ours and first == "Anonymous:" and second == "0":  # pages that were changed
            start, end = (int(place, 16) for place in span.split("-"))
            yield start, end
