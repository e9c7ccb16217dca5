"""Work that goes on beside a block, and no longer."""

from __future__ import annotations

import asyncio

from bot.workers import going_on


async def test_it_goes_on_until_the_block_ends() -> None:
    begun, ended = asyncio.Event(), asyncio.Event()

    async def work() -> None:
        try:
            begun.set()
            await asyncio.Event().wait()
        finally:
            ended.set()

    async with going_on(work(), "work"):
        await asyncio.wait_for(begun.wait(), 5)
        assert "work" in {task.get_name() for task in asyncio.all_tasks()}
        assert not ended.is_set()
    assert ended.is_set()


async def test_work_that_is_done_before_ends_nothing() -> None:
    async def work() -> None:
        pass

    async with going_on(work(), "work"):
        await asyncio.sleep(0)
        await asyncio.sleep(0)
