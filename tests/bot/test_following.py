"""Keeping up with other processes: their reviews and watched places are seen here, over one database."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.app import App
from bot.features.books.store import ClubBooks
from bot.features.ceilings.store import Ceilings
from bot.features.my_data.store import MyData
from bot.features.reviews.store import Reviews
from bot.features.watch.store import Watching
from bot.opening import LOOK_EVERY as SECONDS
from bot.opening import Following
from bot.people import NO_CLUB, Member, Place, Shards
from bot.workers import going_on
from retrieval.gate import Audience
from retrieval.retriever import Retriever
from tests.fakes.app import app_on
from tests.fakes.bookshelf import opened, write_lantern
from tests.fakes.processes import app_over

NOON = dt.datetime(2027, 3, 1, 12, tzinfo=dt.UTC)
ONE, TWO = 1 << 22, 2 << 22  # clubs of shards 1 and 0 of two

LIZ = 20


@dataclass
class Process:
    """What a process has of its own: app, and a store with the club's texts."""

    app: App
    retriever: Retriever

    async def writes(self, text: str, club: int = ONE) -> None:
        book = self.app.books["the-lantern"]
        await self.app.get(Reviews).write(Member(club, LIZ), book, 4, text, "finished")

    def finds(self, club: int = ONE) -> list[str]:
        """Return the club's texts that its store holds of the book."""
        audience = Audience({"the-lantern": 10}, club=str(club))
        return [
            passage.text for passage in self.retriever.passages("the-lantern", audience) if passage.kind == "review"
        ]


@pytest.fixture
async def both(address: str, tmp_path: Path) -> AsyncIterator[tuple[Process, Process]]:
    """Two processes over one database, each with half of the clubs and a store of its own; the second has shard 0."""
    write_lantern(tmp_path / "library")
    async with AsyncExitStack() as stack:
        processes = []
        for shard in (1, 0):
            retriever = stack.enter_context(opened(tmp_path / "library", tmp_path / f"data-{shard}"))
            app = await stack.enter_async_context(app_over(retriever, address, lambda: NOON, Shards((shard,), 2)))
            await app.get(Following).begin()
            processes.append(Process(app, retriever))
        yield processes[0], processes[1]


async def test_a_review_is_in_the_stores_of_those_who_need_it(both: tuple[Process, Process]) -> None:
    one, direct = both
    await one.writes("The harbour scenes are the best of it.")
    await direct.writes("A quiet book.", TWO)
    for process in both:
        await process.app.get(Following).look()
    assert one.finds() == direct.finds() == ["The harbour scenes are the best of it."]
    assert direct.finds(TWO) == ["A quiet book."]
    assert one.finds(TWO) == [], "that club is another process’s, and so are direct messages"


async def test_what_is_edited_or_deleted_elsewhere_is_so_here(both: tuple[Process, Process]) -> None:
    one, other = both
    await one.writes("The harbour scenes are the best of it.")
    await other.app.get(Following).look()
    await one.writes("The lighthouse scenes are better.")
    await other.app.get(Following).look()
    assert other.finds() == ["The lighthouse scenes are better."]
    await one.app.get(MyData).delete(Member(NO_CLUB, LIZ))
    await other.app.get(Following).look()
    assert other.finds() == []


async def test_it_is_there_within_five_seconds_without_being_asked_for(both: tuple[Process, Process]) -> None:
    one, other = both
    assert SECONDS < 5
    async with asyncio.timeout(60):
        following = Following(other.app, 0.01)
        await following.begin()
        async with going_on(following.run(), "following"):
            await one.writes("The harbour scenes are the best of it.")
            while not other.finds():  # noqa: ASYNC110
                await asyncio.sleep(0.01)


async def test_a_place_that_is_watched_elsewhere_is_watched_here(address: str, island: Retriever) -> None:
    place, by = Place(ONE, 100), Member(ONE, LIZ)
    async with app_over(island, address, lambda: NOON) as one, app_over(island, address, lambda: NOON) as other:
        await other.get(Following).begin()
        await one.get(Ceilings).set(place, one.books["the-lantern"], "ch 5", by)
        await one.get(Watching).on(place, by)
        assert not other.get(Watching).is_on(place)
        await other.get(Following).look()
        assert other.get(Watching).is_on(place)
        await one.get(Watching).off(place, by)
        await other.get(Following).look()
        assert not other.get(Watching).is_on(place)


class Broken(Reviews):
    """Reviews of a database that is away for a while."""

    looked = 0

    async def version(self) -> tuple[object, ...]:
        self.looked += 1
        if self.looked < 4:
            raise ConnectionError("the server is away")
        return ()


async def test_a_database_that_is_away_is_logged_once_and_looked_at_again(
    tmp_path: Path, island: Retriever, caplog: pytest.LogCaptureFixture
) -> None:
    async with app_over(island, str(tmp_path), lambda: NOON) as app:
        broken = Broken.__new__(Broken)
        parts = {Reviews: broken, Watching: app.get(Watching), ClubBooks: app.get(ClubBooks)}
        following = Following(app_on(app.database, parts=parts), 0.001)
        async with going_on(following.run(), "following"), asyncio.timeout(30):
            while broken.looked < 6:  # noqa: ASYNC110
                await asyncio.sleep(0.001)
    assert len([record for record in caplog.records if "tried again" in record.getMessage()]) == 1
