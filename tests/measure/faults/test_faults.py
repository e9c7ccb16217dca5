"""The faults, as far as a test run has time for them: the real bot killed twice while members write."""

import asyncio
import random
from dataclasses import dataclass, replace
from pathlib import Path

from bot.db.copy import reviews_in
from tests.fakes.bookshelf import opened
from tests.fakes.discord_server import discord_server
from tests.fakes.program import LIGHT_PROGRAM
from tests.measure.faults.bots import Bot, Shelf
from tests.measure.faults.members import Kept, Members, Promise
from tests.measure.faults.outcomes import Outcome, spread


@dataclass
class Told:
    """An interaction, as far as a promise looks at it."""

    text: str
    source: None = None


def promise(value: str, told: str = "") -> Promise:
    """Return what somebody wanted to be kept, with what they were told, if they were told anything."""
    return Promise(value, Told(told), "You have finished")  # type: ignore[arg-type]


async def test_a_bot_that_is_killed_loses_nothing_that_it_acknowledged(tmp_path: Path) -> None:
    shelf = replace(Shelf.small(tmp_path), program=LIGHT_PROGRAM)
    async with discord_server(members=6) as discord:
        bot = Bot(discord, shelf, tmp_path, tmp_path / "data")
        members = Members(discord, bot.shelf, random.Random(2))  # noqa: S311 (always the same)
        for acknowledged in (6, 12):  # the moment of the kill is whatever is under way then
            await bot.start()
            life = asyncio.create_task(members.live())
            async with asyncio.timeout(60):
                while members.acknowledged < acknowledged:  # noqa: ASYNC110 (nothing tells of it)
                    await asyncio.sleep(0.01)
            await bot.kill()
            life.cancel()
            await asyncio.wait([life])
            assert members.lost(bot.data) == []
        assert members.answered_twice == 0
    texts = [review.in_store() for review in await asyncio.to_thread(reviews_in, bot.data)]
    with opened(tmp_path / "library", bot.data) as retriever:
        retriever.reconcile(texts)
        assert retriever.verify_store(texts) == []
    assert not list(bot.data.glob("chroma-damaged-*"))


def test_behind_a_kill_the_last_acknowledged_may_be_there_or_what_was_asked_for_since() -> None:
    first, second, third = promise("1", "You have finished chapter 1"), promise("2"), promise("3")
    assert Kept([first, second, third]).allowed() == {"1", "2", "3"}
    assert Kept([second, first]).allowed() == {"1"}, "what was acknowledged takes the place of what was not"
    assert Kept([second]).allowed() == {None, "2"}
    assert Kept([first, second]).acknowledged == 1


def test_what_is_lost_is_counted_and_named() -> None:
    outcome = Outcome("a fault")
    outcome.add([])
    outcome.add(["a review"])
    outcome.expect("an answer", holds=False)
    outcome.notes.append(spread("start", [1.0, 2.0, 9.0]))
    assert [" ".join(line.split()) for line in outcome.lines()] == [
        "a fault tried 3 survived 1 lost 2",
        "start: median 2.00 s, most 9.00 s (3 times)",
        "LOST a review",
        "LOST an answer",
    ]
