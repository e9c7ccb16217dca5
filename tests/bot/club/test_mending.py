"""The store is brought in line again after it was away or emptied: by itself, and as the database has it."""

from __future__ import annotations

import asyncio
import datetime as dt
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bot.club.mending import Mending
from bot.club.people import Member
from bot.club.services import Services
from bot.club_assembly import open_services
from bot.discussion import Discussion
from bot.settings import Settings
from corpus.errors import DogearError
from retrieval.address import ChromaServer, Patience
from retrieval.door import Retriever
from retrieval.gate import Audience
from tests.fakes.bookshelf import LANTERN, opened, write_kite, write_lantern
from tests.fakes.chroma_server import RunningChroma

LIZ = Member(1, 20)
CLUB = Audience({LANTERN: 10}, club="1")
IMPATIENT = Patience(connect=0.5, read=2.0, write=2.0, pause=0.05)
PROMISED = 20.0


class Store:
    """A store that is away for the first times that it is to be brought in line."""

    def __init__(self, away: int = 0) -> None:
        self.away, self.refreshed, self.reconciled = away, 0, asyncio.Event()
        self.asked = threading.Event()

    def refresh(self) -> None:
        self.refreshed += 1
        self.asked.set()
        if self.refreshed <= self.away:
            raise DogearError("It is away.")

    async def reconcile(self) -> int:
        self.reconciled.set()
        return 1


async def test_nothing_is_done_until_it_is_needed_and_then_until_it_succeeds() -> None:
    store = Store(away=3)
    mending = Mending(store.refresh, store.reconcile, soon=0.001)
    async with mending.running():
        await asyncio.sleep(0)
        assert store.refreshed == 0
        await asyncio.to_thread(mending.need)
        await asyncio.wait_for(store.reconciled.wait(), PROMISED)
        assert store.refreshed == 4
        store.reconciled.clear()
        mending.need()
        await asyncio.wait_for(store.reconciled.wait(), PROMISED)
        assert store.refreshed == 5
    mending.need()


async def test_what_is_under_way_keeps_nobody_from_leaving() -> None:
    store = Store(away=1_000_000)
    mending = Mending(store.refresh, store.reconcile, soon=60.0)
    async with mending.running():
        mending.need()
        assert await asyncio.to_thread(store.asked.wait, PROMISED)


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


@asynccontextmanager
async def club(library: Path, data: Path, server: ChromaServer) -> AsyncIterator[tuple[Services, Retriever]]:
    """Open what a club can do over a library on a server."""
    with opened(library, server) as retriever:
        discussion = Discussion(retriever.library, retriever)
        async with open_services(discussion, Settings(), now, data) as services:
            yield services, retriever


async def seen(retriever: Retriever, wanted: list[str]) -> bool:
    """Return whether the club comes to see these reviews."""
    end = asyncio.get_running_loop().time() + PROMISED
    while asyncio.get_running_loop().time() < end:
        try:
            if [p.text for p in await asyncio.to_thread(retriever.passages, LANTERN, CLUB) if p.club] == wanted:
                return True
        except DogearError:
            pass  # it is not back yet
        await asyncio.sleep(0.05)
    return False


async def test_a_review_that_is_written_while_the_server_is_away_is_kept_and_seen_once_it_is_back(
    library: Path, data: Path, chroma: RunningChroma
) -> None:
    write_lantern(library)
    async with club(library, data, chroma.database(IMPATIENT)) as (services, retriever):
        book = services.books[LANTERN]
        retriever.passages(LANTERN, CLUB)
        await services.reviews.write(LIZ, book, "3", "Before.", "ch 1")
        assert await seen(retriever, ["Before."])
        chroma.stop()
        try:
            kept = await services.reviews.write(LIZ, book, "4", "Written meanwhile.", "ch 1")
            assert kept.text == "Written meanwhile."
        finally:
            chroma.start()
        assert await seen(retriever, ["Written meanwhile."])


async def test_a_server_that_lost_all_is_filled_again_by_itself(
    library: Path, data: Path, chroma: RunningChroma
) -> None:
    write_lantern(library)
    write_kite(library)
    async with club(library, data, chroma.database(IMPATIENT)) as (services, retriever):
        await services.reviews.write(LIZ, services.books[LANTERN], "3", "It rained.", "ch 1")
        chroma.empty()
        assert await seen(retriever, ["It rained."])
        assert await asyncio.to_thread(retriever.passages, "the-kite", Audience())
        assert await asyncio.to_thread(retriever.stale) == []
