"""Watched places and findings as they are kept."""

from __future__ import annotations

import asyncio
import datetime as dt
from dataclasses import replace

from bot.db.base import Sessions
from bot.db.jobs import Claim, StoredJobs
from bot.features.watch.store import Finding, Outcome, StoredWatching, telling
from bot.people import EVERY, Place
from corpus.books import Reveals

NOON = dt.datetime(2025, 3, 1, 12, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
THREAD = Place(1, 100, adults=True)
FIRST = Finding(0, THREAD, 10, 900, Reveals.of({"moby": 9}), NOON)


async def test_a_place_is_watched_until_it_is_not(records: Sessions) -> None:
    await StoredWatching(records).watch(THREAD, 11, NOON)
    await StoredWatching(records).watch(THREAD, 12, NOON)
    await StoredWatching(records).watch(Place(2, 200), 12, NOON)
    assert await StoredWatching(records).watched(EVERY) == {100: 1, 200: 2}
    assert await StoredWatching(records).unwatch(THREAD)
    assert not await StoredWatching(records).unwatch(THREAD)
    assert await StoredWatching(records).watched(EVERY) == {200: 2}


async def test_a_message_is_found_once(records: Sessions) -> None:
    found = await asyncio.gather(*(StoredWatching(records).add(FIRST, NOON + HOUR) for _ in range(3)))
    (kept,) = [finding for finding in found if finding]
    assert kept == replace(FIRST, id=kept.id)
    assert await StoredWatching(records).finding(kept.id) == kept
    assert await StoredWatching(records).finding(99) is None


async def test_what_its_author_calls_fine_still_waits_and_what_is_hidden_does_not(records: Sessions) -> None:
    kept = await StoredWatching(records).add(FIRST, NOON + HOUR)
    assert kept is not None
    assert await StoredWatching(records).settle(kept.id, Outcome.FINE)
    assert await StoredWatching(records).queue(1) == [replace(kept, outcome=Outcome.FINE)]
    assert await StoredWatching(records).queue(2) == []
    assert await StoredWatching(records).settle(kept.id, Outcome.HIDDEN)
    assert not await StoredWatching(records).settle(kept.id, Outcome.SETTLED)
    assert await StoredWatching(records).queue(1) == []


async def test_whoever_found_a_message_tells_its_author_and_later_another_process_does(records: Sessions) -> None:
    kept = await StoredWatching(records).add(FIRST, NOON + HOUR)
    assert kept is not None
    assert await StoredJobs(records).claim(telling(kept), NOON, NOON) is None
    assert await StoredJobs(records).claim(telling(kept), NOON + HOUR, NOON + HOUR) == Claim(telling(kept), NOON)
    await StoredWatching(records).told(kept)
    assert await StoredWatching(records).finding(kept.id) == replace(kept, told=True)
    assert await StoredJobs(records).next_due(["watch"], EVERY) is None
