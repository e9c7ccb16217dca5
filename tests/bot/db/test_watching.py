"""Watched places and findings as they are kept."""

from __future__ import annotations

import asyncio
import datetime as dt
from dataclasses import replace

from bot.db.database import StoredRecords
from bot.db.jobs import Claim
from bot.features.watch.store import Finding, Outcome, telling
from bot.people import EVERY, Place
from corpus.books import Reveals

NOON = dt.datetime(2025, 3, 1, 12, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
THREAD = Place(1, 100, adults=True)
FIRST = Finding(0, THREAD, 10, 900, Reveals.of({"moby": 9}), NOON)


async def test_a_place_is_watched_until_it_is_not(records: StoredRecords) -> None:
    await records.watching.watch(THREAD, 11, NOON)
    await records.watching.watch(THREAD, 12, NOON)
    await records.watching.watch(Place(2, 200), 12, NOON)
    assert await records.watching.watched(EVERY) == {100: 1, 200: 2}
    assert await records.watching.unwatch(THREAD)
    assert not await records.watching.unwatch(THREAD)
    assert await records.watching.watched(EVERY) == {200: 2}


async def test_a_message_is_found_once(records: StoredRecords) -> None:
    found = await asyncio.gather(*(records.watching.add(FIRST, NOON + HOUR) for _ in range(3)))
    (kept,) = [finding for finding in found if finding]
    assert kept == replace(FIRST, id=kept.id)
    assert await records.watching.finding(kept.id) == kept
    assert await records.watching.finding(99) is None


async def test_what_its_author_calls_fine_still_waits_and_what_is_hidden_does_not(records: StoredRecords) -> None:
    kept = await records.watching.add(FIRST, NOON + HOUR)
    assert kept is not None
    assert await records.watching.settle(kept.id, Outcome.FINE)
    assert await records.watching.queue(1) == [replace(kept, outcome=Outcome.FINE)]
    assert await records.watching.queue(2) == []
    assert await records.watching.settle(kept.id, Outcome.HIDDEN)
    assert not await records.watching.settle(kept.id, Outcome.SETTLED)
    assert await records.watching.queue(1) == []


async def test_whoever_found_a_message_tells_its_author_and_later_another_process_does(records: StoredRecords) -> None:
    kept = await records.watching.add(FIRST, NOON + HOUR)
    assert kept is not None
    assert await records.jobs.claim(telling(kept), NOON, NOON) is None
    assert await records.jobs.claim(telling(kept), NOON + HOUR, NOON + HOUR) == Claim(telling(kept), NOON)
    await records.watching.told(kept)
    assert await records.watching.finding(kept.id) == replace(kept, told=True)
    assert await records.jobs.next_due(["watch"], EVERY) is None
