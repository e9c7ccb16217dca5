"""Memory that only a start or an index run needed: it is given back to the system."""

import ctypes
import mmap
import sys
from contextlib import suppress
from pathlib import Path


def give_back() -> None:
    """Give back freed memory, and the pages of libraries' code that were used so far.

    Most of that code runs once: 65 MB of PyTorch's while it is loaded. What is used again is mapped again, from the
    system's cache of files. A library that another thread is loading is left alone, as its pages are still written.
    """
    loaded = {getattr(module, "__dict__", {}).get("__file__") for module in list(sys.modules.values())}
    with suppress(AttributeError, OSError):  # another system, or another C library
        c = ctypes.CDLL(None)
        c.malloc_trim(0)
        for line in Path("/proc/self/maps").read_text(encoding="utf-8", errors="replace").splitlines():
            span, access, _, _, _, *path = line.split(maxsplit=5)
            if access == "r-xp" and path and (path[0] in loaded or "/torch/lib/" in path[0]):
                start, end = (int(place, 16) for place in span.split("-"))
                c.madvise(ctypes.c_void_p(start), ctypes.c_size_t(end - start), mmap.MADV_DONTNEED)
