"""A vector store that failed, was away or was emptied is repaired by itself, and as the database has it."""

import asyncio
import datetime as dt
import logging
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.answering.engine import Discussion
from bot.app import App
from bot.features.reviews.store import Reviews
from bot.opening import StoreRepair, open_app
from bot.people import Member
from bot.settings import Settings
from bot.workers import Workers, going_on
from corpus.books import Book, Unit
from corpus.errors import DogearError
from corpus.passages import ClubText
from retrieval.gate import Audience
from retrieval.location import Location
from retrieval.retriever import Retriever
from retrieval.types import StoreUnavailable
from tests.fakes.app import app_on
from tests.fakes.bookshelf import LANTERN, opened, write_kite, write_lantern
from tests.fakes.chroma_server import RunningChroma
from tests.fakes.club_texts import Texts
from tests.fakes.records import opened_records

LIZ = Member(1, 20)
EMMA = Book("emma", "Emma", "Jane Austen", Unit.CHAPTER, 55)
FULL = "The vector store cannot be written: the disk is full."
CLUB = Audience({LANTERN: 10}, club="1")
PROMISED = 20.0


@dataclass
class Store(Texts):
    """A store that may fail: whatever changes or repairs it, until there is room again."""

    failing: bool = False
    repaired: int = 0
    fails_at_most: int = 1_000_000
    reconciled: asyncio.Event = field(default_factory=asyncio.Event)
    asked: threading.Event = field(default_factory=threading.Event)

    def repair(self) -> bool:
        self.repaired += 1
        self.asked.set()
        if self.failing and self.repaired <= self.fails_at_most:
            raise StoreUnavailable(FULL)
        self.failing = False
        return False

    def keep(self, text: ClubText) -> None:
        if self.failing:
            raise StoreUnavailable(FULL)
        super().keep(text)

    def drop(self, club: str, id: str) -> None:  # noqa: A002 (the name of the field)
        if self.failing:
            raise StoreUnavailable(FULL)
        super().drop(club, id)


@dataclass
class World:
    """Reviews over a store, and what repairs it."""

    store: Store
    reviews: Reviews
    repair: StoreRepair

    async def repaired(self) -> None:
        """Wait until the store is repaired, and the reviews are in it."""
        await asyncio.wait_for(self.store.reconciled.wait(), PROMISED)
        self.store.reconciled.clear()


@pytest.fixture
async def world(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> AsyncIterator[World]:
    caplog.set_level(logging.WARNING)
    workers, store = Workers(1), Store()

    async def reconcile() -> int:
        changed = await reviews.reconcile()
        store.reconciled.set()
        return changed

    async with opened_records(tmp_path) as records:
        repair = StoreRepair(store.repair, reconcile, 0.001)
        reviews = Reviews(app_on(records, {EMMA.slug: EMMA}, texts=store, workers=workers, store_behind=repair.request))
        yield World(store, reviews, repair)
    workers.close()


async def test_nothing_is_done_until_it_is_needed_and_then_until_it_succeeds(world: World) -> None:
    world.store.failing, world.store.fails_at_most = True, 3
    async with going_on(world.repair.run(), "repair"):
        await asyncio.sleep(0)
        assert world.store.repaired == 0
        await asyncio.to_thread(world.repair.request)
        await world.repaired()
        assert world.store.repaired == 4
        world.repair.request()
        await world.repaired()
        assert world.store.repaired == 5
    world.repair.request()


async def test_what_is_under_way_keeps_nobody_from_leaving(world: World) -> None:
    world.store.failing = True
    async with going_on(world.repair.run(), "repair"):
        world.repair.request()
        assert await asyncio.to_thread(world.store.asked.wait, PROMISED)


async def test_a_review_is_kept_while_the_store_fails_and_found_once_it_is_repaired(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    world.store.failing, world.store.fails_at_most = True, 3
    async with going_on(world.repair.run(), "repair"):
        kept = await world.reviews.write(LIZ, EMMA, 4, "A long walk.", "ch 3")
        assert (await world.reviews.needed(LIZ, EMMA)).id == kept.id
        await world.repaired()
        await asyncio.sleep(0)
    said = [record.getMessage() for record in caplog.records if "tried again" in record.getMessage()]
    assert said == [f"{FULL} It is tried again in 0 s."] * 3
    assert [text.text for text in world.store.kept.values()] == ["A long walk."]


async def test_a_review_that_is_deleted_while_the_store_fails_is_gone_once_it_is_repaired(world: World) -> None:
    await world.reviews.write(LIZ, EMMA, 4, "A long walk.", "ch 3")
    world.store.failing, world.store.fails_at_most = True, 1
    async with going_on(world.repair.run(), "repair"):
        await world.reviews.delete(LIZ, EMMA)
        assert await world.reviews.mine(LIZ, EMMA) is None
        await world.repaired()
    assert world.store.kept == {}


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


@asynccontextmanager
async def club(library: Path, data: Path, place: Location) -> AsyncIterator[tuple[App, Retriever]]:
    """Open what a club can do over a library."""
    with opened(library, place) as retriever:
        discussion = Discussion(retriever.library, retriever)
        async with open_app(discussion, Settings(data=data), now) as app:
            yield app, retriever


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
    async with club(library, data, chroma.database(timeout=2.0)) as (app, retriever):
        book = app.books[LANTERN]
        retriever.passages(LANTERN, CLUB)
        await app.get(Reviews).write(LIZ, book, 3, "Before.", "ch 1")
        assert await seen(retriever, ["Before."])
        chroma.stop()
        try:
            kept = await app.get(Reviews).write(LIZ, book, 4, "Written meanwhile.", "ch 1")
            assert kept.text == "Written meanwhile."
        finally:
            chroma.start()
        assert await seen(retriever, ["Written meanwhile."])


async def test_a_server_that_lost_all_is_filled_again_by_itself(
    library: Path, data: Path, chroma: RunningChroma
) -> None:
    write_lantern(library)
    write_kite(library)
    async with club(library, data, chroma.database(timeout=2.0)) as (app, retriever):
        await app.get(Reviews).write(LIZ, app.books[LANTERN], 3, "It rained.", "ch 1")
        chroma.empty()
        assert await seen(retriever, ["It rained."])
        assert await asyncio.to_thread(retriever.passages, "the-kite", Audience())
        assert await asyncio.to_thread(retriever.stale) == []


def damaged_in(data: Path) -> list[Path]:
    return list(data.glob("chroma-damaged-*"))


def overwrite(file: Path) -> None:
    file.write_bytes(b"This was a database once. " * 400)


async def test_a_store_that_is_damaged_in_use_is_built_again_by_itself(
    library: Path, data: Path, caplog: pytest.LogCaptureFixture
) -> None:
    write_lantern(library)
    async with club(library, data, data) as (app, retriever):
        await app.get(Reviews).write(LIZ, app.books[LANTERN], 3, "It rained.", "ch 1")
        await asyncio.to_thread(overwrite, data / "chroma" / "chroma.sqlite3")
        with pytest.raises(StoreUnavailable):
            await asyncio.to_thread(retriever.stale)
        assert await seen(retriever, ["It rained."])
        assert await asyncio.to_thread(retriever.stale) == []
    assert "damaged and is built again; 1 reviews" in caplog.text
    assert len(await asyncio.to_thread(damaged_in, data)) == 1
