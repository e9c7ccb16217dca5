"""Whether all is well: each part is looked at, and none may keep who asks waiting."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from bot.operating.state import GatewayState, Instruments
from corpus.errors import DogearError
from retrieval.search import PassagesState

PATIENCE = 2.0
"""Seconds that a part may take to say how it is."""

Part = dict[str, Any]


@dataclass
class Health:
    """Looks at every part; one that has not answered yet is not asked a second time."""

    look: Instruments
    patience: float = PATIENCE
    _asked: dict[str, asyncio.Task[Part]] = field(default_factory=dict)

    async def now(self) -> Part:
        """Return how each part is, as JSON can hold it; `ok` where all are well and the bot stays."""
        store, database = await asyncio.gather(
            self._checked("store", lambda: asyncio.to_thread(self.look.check_store)),
            self._checked("database", self.look.check_database),
        )
        parts: Part = {
            "gateway": _gateway(self.look.gateway()),
            "store": store,
            "database": database,
            "indexing": _indexing(self.look.passages()),
        }
        leaving = self.look.leaving()
        return {"ok": not leaving and all(part["ok"] for part in parts.values()), "leaving": leaving} | parts

    async def _checked(self, name: str, check: Callable[[], Awaitable[object]]) -> Part:
        asked = self._asked.get(name)
        if asked is None or asked.done():
            asked = self._asked[name] = asyncio.ensure_future(_checking(check))
        await asyncio.wait([asked], timeout=self.patience)
        if not asked.done():
            return {"ok": False, "problem": f"It has not answered within {self.patience:.0f} s."}
        return asked.result()


async def _checking(check: Callable[[], Awaitable[object]]) -> Part:
    """Return what a check finds: what is wrong, or in words what the part is, where it has any."""
    try:
        found = await check()
    except DogearError as error:
        return {"ok": False, "problem": str(error)}
    except Exception as error:  # noqa: BLE001 (whatever it is, the part is not well)
        return {"ok": False, "problem": f"It failed unexpectedly ({type(error).__name__})."}
    return {"ok": True, "is": found} if isinstance(found, str) else {"ok": True}


def _gateway(state: GatewayState) -> Part:
    return {
        "ok": state.ready,
        "shards": state.shards,
        "of": state.of,
        "away": [shard for shard, up in sorted(state.each.items()) if not up],
        "clubs": state.clubs,
        "connected": state.connected,
        "latency": state.latency,
        "since": state.since.isoformat(timespec="seconds"),
    }


def _indexing(state: PassagesState) -> Part:
    """Return how far the index is; it is well as soon as one book can be asked about, or there are none."""
    return {
        "ok": state.ready > 0 or not state.books,
        "books": state.books,
        "ready": state.ready,
        "under_way": state.indexing,
    }
