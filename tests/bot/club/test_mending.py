"""Mending: a store that failed is opened anew or built again, and the reviews come back into it."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.club.mending import Mending
from bot.club.people import Member
from bot.club.reviews import Reviews
from bot.club.working import Workers
from corpus.books import Book, Unit
from corpus.club_texts import ClubText
from retrieval.errors import StoreUnavailable
from tests.fakes.club_texts import Texts
from tests.fakes.records import opened_records

LIZ = Member(1, 20)
EMMA = Book("emma", "Emma", "Jane Austen", Unit.CHAPTER, 55)
NOON = dt.datetime(2025, 3, 1, 12, tzinfo=dt.UTC)
FULL = "The vector store cannot be written: the disk is full."


@dataclass
class Store(Texts):
    """A store that may fail: every write, until there is room again."""

    failing: bool = False
    doubted: bool = False
    damaged: bool = False
    mended: int = 0
    tell: Callable[[], object] = field(default=lambda: None)

    def when_doubted(self, tell: Callable[[], object]) -> None:
        self.tell = tell

    def fail(self) -> None:
        self.failing = self.doubted = True
        self.tell()

    def mend(self) -> bool:
        self.mended += 1
        if self.failing:
            raise StoreUnavailable(FULL)
        self.doubted = False
        if self.damaged:
            self.kept.clear()
        return self.damaged

    def keep(self, text: ClubText) -> None:
        if self.failing:
            self.fail()
            raise StoreUnavailable(FULL)
        super().keep(text)

    def drop(self, club: str, id: str) -> None:  # noqa: A002 (the name of the field)
        if self.failing:
            self.fail()
            raise StoreUnavailable(FULL)
        super().drop(club, id)


@dataclass
class World:
    """Reviews over a store, and what mends it."""

    store: Store
    reviews: Reviews
    mending: Mending


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    workers, store = Workers(1), Store()
    async with opened_records(tmp_path) as records:
        reviews = Reviews(records.reviews, store, {EMMA.slug: EMMA}, workers, lambda: NOON)
        yield World(store, reviews, Mending(store, reviews, 0.001))
    workers.close()


async def test_where_nothing_is_wrong_nothing_is_done(world: World) -> None:
    await world.mending.until_sound()
    assert world.store.mended == 0


async def test_a_review_is_kept_while_the_store_fails_and_found_once_it_is_mended(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    world.store.fail()
    kept = await world.reviews.write(LIZ, EMMA, "4", "A long walk.", "ch 3")
    assert await world.reviews.mine(LIZ, EMMA) == kept
    assert world.store.kept == {}
    mending = asyncio.create_task(world.mending.until_sound())
    while world.store.mended < 3:  # noqa: ASYNC110 (nothing tells of it)
        await asyncio.sleep(0.001)
    world.store.failing = False
    await mending
    said = [record.getMessage() for record in caplog.records if "tried again" in record.getMessage()]
    assert said == [f"{FULL} It is tried again every minute."], "said once"
    assert [text.text for text in world.store.kept.values()] == ["A long walk."]


async def test_a_review_that_is_deleted_while_the_store_fails_is_gone_once_it_is_mended(world: World) -> None:
    await world.reviews.write(LIZ, EMMA, "4", "A long walk.", "ch 3")
    world.store.fail()
    await world.reviews.delete(LIZ, EMMA)
    assert await world.reviews.mine(LIZ, EMMA) is None
    world.store.failing = False
    await world.mending.until_sound()
    assert world.store.kept == {}


async def test_reviews_come_back_into_a_store_that_was_built_again(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    await world.reviews.write(LIZ, EMMA, "4", "A long walk.", "ch 3")
    world.store.doubted = world.store.damaged = True
    await world.mending.until_sound()
    assert [text.text for text in world.store.kept.values()] == ["A long walk."]
    assert "damaged and is built again; 1 reviews" in caplog.text


async def test_whoever_mends_is_told_at_once_in_whatever_thread_it_was_noticed(world: World) -> None:
    loop, told = asyncio.get_running_loop(), asyncio.Event()
    world.mending.tell = lambda: loop.call_soon_threadsafe(told.set)
    await asyncio.to_thread(world.store.fail)
    await asyncio.wait_for(told.wait(), 5)
