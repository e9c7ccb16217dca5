"""The audit as it is kept."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from bot.audit import Did, Entry, StoredAudit
from bot.db.base import Sessions
from bot.people import Place

NOON = dt.datetime(2025, 3, 1, 12, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
SHARED = Entry(Place(1, 100), 10, Did.SHARE, NOON, 900, "", ("summary, chapter 2", "a reader"))


async def test_entries_come_latest_first_and_by_kind(records: Sessions) -> None:
    later = replace(SHARED, did=Did.PROMPT, at=NOON + HOUR)
    for entry in (SHARED, later):
        await StoredAudit(records).add(entry)
    assert await StoredAudit(records).since(1, NOON, tuple(Did)) == [later, SHARED]
    assert await StoredAudit(records).since(1, NOON, [Did.SHARE]) == [SHARED]
    assert await StoredAudit(records).since(1, NOON + HOUR, tuple(Did)) == [later]
    assert await StoredAudit(records).since(2, NOON, tuple(Did)) == []


async def test_one_message_is_noted_once_and_what_has_none_each_time(records: Sessions) -> None:
    for entry in (SHARED, SHARED, replace(SHARED, message=0), replace(SHARED, message=0)):
        await StoredAudit(records).add(entry)
    assert len(await StoredAudit(records).since(1, NOON, tuple(Did))) == 3


async def test_what_is_old_goes(records: Sessions) -> None:
    await StoredAudit(records).add(SHARED)
    assert await StoredAudit(records).forget_before(NOON) == 0
    assert await StoredAudit(records).forget_before(NOON + HOUR) == 1
    assert await StoredAudit(records).since(1, NOON, tuple(Did)) == []
