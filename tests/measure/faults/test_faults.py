"""Faults and load, as far as a test run has time for them: the real bot killed, asked, and given a novel."""

import asyncio
import random
import re
from dataclasses import replace
from pathlib import Path

from bot.db.copy import reviews_in
from tests.fakes.bookshelf import opened
from tests.fakes.discord_server import discord_server
from tests.fakes.program import LIGHT_PROGRAM
from tests.measure.faults.bots import Bot, Shelf
from tests.measure.faults.loads import Crowd
from tests.measure.faults.members import Members


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


async def test_discord_hears_of_the_bot_once_its_store_is_built_and_all_the_time_while_a_novel_is_read(
    tmp_path: Path,
) -> None:
    async with discord_server(clubs=2, members=2) as discord:
        discord.gateway.beat = 250
        bot = Bot(discord, replace(Shelf.shipped(), program=LIGHT_PROGRAM), tmp_path, tmp_path / "data")
        await bot.start()
        done, of = re.findall(r"building the vector store: (\d+) of (\d+)", bot.log)[-1]
        assert done == of
        crowd, before = Crowd(discord), len(discord.gateway.beats)
        await crowd.arrive()
        await crowd.add_novels(1)
        await crowd.ask(40)
        assert crowd.lost_and_doubled() == (0, 0)
        assert len(discord.gateway.beats) > before
        assert await bot.stop() == 0
