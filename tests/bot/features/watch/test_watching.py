"""Watched places, and the messages found there: found once, told once, dealt with once."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from bot.db.jobs import Claim, JobTable
from bot.db.sessions import Sessions
from bot.features.ceilings.store import Ceilings
from bot.features.watch.store import Outcome, Spoken, Watching, WatchProblem
from bot.jobs import HELD
from bot.people import EVERY, Member, Place
from corpus.books import Book, Reveals, Slug, Unit
from retrieval.gate import Audience
from tests.fakes.app import NOON, app_on
from tests.fakes.records import opened_records

THREAD, GEORGE = Place(1, 100, adults=True), Member(1, 30)
EMMA = Book("emma", "Emma", "Jane Austen", Unit.CHAPTER, 55)
SPOILER = Spoken(THREAD, 10, 900, "chapter 9")


def placed(text: str, book: Slug | None, club: str, audience: Audience) -> Reveals:
    """Return the chapter that a text names."""
    return Reveals.of({book or "": int(text.removeprefix("chapter "))})


@pytest.fixture
async def records(database: str | Path) -> AsyncIterator[Sessions]:
    async with opened_records(database) as opened:
        ceilings = Ceilings(app_on(opened, {EMMA.slug: EMMA}))
        for place in (THREAD, Place(2, 200)):
            await ceilings.set(place, EMMA, "ch 8", GEORGE)
        yield opened


@pytest.fixture
def watching(records: Sessions) -> Watching:
    return over(records)


def over(records: Sessions) -> Watching:
    workers = SimpleNamespace(do=asyncio.to_thread)
    return Watching(app_on(records, {EMMA.slug: EMMA}, reveals=placed, workers=workers))


async def test_a_place_is_watched_until_it_is_not_also_after_a_restart(records: Sessions, watching: Watching) -> None:
    for place in (THREAD, THREAD, Place(2, 200)):
        await watching.on(place, GEORGE)
    assert await watching.off(THREAD, GEORGE)
    assert not await watching.off(THREAD, GEORGE)
    again = over(records)
    await again.load()
    for known in (watching, again):
        assert [known.is_on(place) for place in (THREAD, Place(2, 200), Place(1, 200))] == [False, True, False]
    with pytest.raises(WatchProblem, match="No ceiling"):
        await watching.on(Place(1, 101), GEORGE)


async def test_a_message_beyond_its_place_is_found_once(watching: Watching) -> None:
    assert await watching.read(SPOILER._replace(text="chapter 8")) is None
    assert await watching.read(SPOILER._replace(place=Place(1, 101))) is None
    found = await asyncio.gather(*(watching.read(SPOILER) for _ in range(3)))
    (kept,) = [finding for finding in found if finding]
    assert (kept.where, kept.member, kept.message, kept.needs.marks) == (THREAD, 10, 900, {"emma": 9})
    assert (await watching.finding(kept.id)).message == 900
    with pytest.raises(WatchProblem, match="no longer know"):
        await watching.finding(99)


async def test_what_its_author_calls_fine_still_waits_and_what_is_hidden_does_not(watching: Watching) -> None:
    kept = await watching.read(SPOILER)
    assert kept is not None
    await watching.settle(kept, Outcome.FINE)
    assert [(each.id, each.outcome) for each in await watching.queue(1)] == [(kept.id, Outcome.FINE)]
    assert await watching.queue(2) == []
    await watching.settle(kept, Outcome.HIDDEN)
    with pytest.raises(WatchProblem, match="already"):
        await watching.settle(kept, Outcome.SETTLED)
    assert await watching.queue(1) == []


async def test_whoever_found_a_message_tells_its_author_and_later_another_process_does(
    records: Sessions, watching: Watching
) -> None:
    kept = await watching.read(SPOILER)
    assert kept is not None
    later = NOON + HELD
    assert await JobTable(records).claim(kept.telling, NOON, NOON) is None
    assert await JobTable(records).claim(kept.telling, later, later) == Claim(kept.telling, NOON)
    assert await watching.untold(kept.id)
    await watching.told(kept)
    assert (await watching.finding(kept.id)).told
    assert await watching.untold(kept.id) is None
    assert await JobTable(records).next_due(["watch"], EVERY) is None
