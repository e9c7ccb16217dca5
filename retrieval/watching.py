"""Noticing what other processes have changed in a shared store, while somebody asks: one small read now and then."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from threading import Lock

EVERY = 2.0
"""Seconds after which what is known is looked at anew, once somebody asks."""

PATIENCE = 1.0
"""Seconds that who asks waits for that look. A server that is slow or away keeps nobody longer from an open book."""


class Watch:
    """Calls `look` in a thread of its own, never twice at once, and lets whoever asks wait for it a moment."""

    def __init__(self, look: Callable[[], None], every: float = EVERY, patience: float = PATIENCE) -> None:
        self._look, self._every, self._patience = look, every, patience
        self._thread = ThreadPoolExecutor(1, "watch")
        self._beginning = Lock()
        self._under_way: Future[None] | None = None
        self._begun = float("-inf")

    def glance(self) -> None:
        """Look, unless that was done a moment ago. It raises nothing: what is known goes on being used."""
        with self._beginning:
            now, under_way = time.monotonic(), self._under_way
            if under_way is None or (under_way.done() and now - self._begun >= self._every):
                under_way = self._under_way = self._thread.submit(self._look)
                self._begun = now
            left = self._begun + self._patience - now
        if left > 0 and not under_way.done():
            wait([under_way], timeout=left)

    def close(self) -> None:
        """Look no more."""
        self._thread.shutdown(wait=False, cancel_futures=True)
