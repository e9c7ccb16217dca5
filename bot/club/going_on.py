"""Work that goes on beside everything else, for as long as a block lasts."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Coroutine
from typing import Any


@contextlib.asynccontextmanager
async def going_on(work: Coroutine[Any, Any, object], name: str) -> AsyncIterator[None]:
    """Have work go on within the block; what it is at when the block ends is broken off."""
    task = asyncio.create_task(work, name=name)
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
