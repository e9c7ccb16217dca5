"""Work off the event loop: its results, its errors, and its end."""

from __future__ import annotations

import asyncio
import threading

import pytest

from bot.workers import Workers


async def test_work_is_done_beside_the_event_loop_and_returns_what_it_returns() -> None:
    workers = Workers(2)
    try:
        name = await workers.do(lambda: threading.current_thread().name)
        assert name.startswith("answer")
        assert name != threading.current_thread().name
    finally:
        workers.close()


async def test_the_event_loop_goes_on_while_work_waits() -> None:
    workers, go = Workers(1), threading.Event()
    try:
        waiting = asyncio.create_task(workers.do(go.wait))
        queued = asyncio.create_task(workers.do(lambda: "done"))
        await asyncio.sleep(0)
        assert not waiting.done()
        go.set()
        assert await waiting
        assert await queued == "done"
    finally:
        go.set()
        workers.close()


async def test_closing_finishes_what_has_begun_and_gives_up_what_waits() -> None:
    workers, begun, go = Workers(1), threading.Event(), threading.Event()

    def work() -> str:
        begun.set()
        go.wait()
        return "finished"

    first = asyncio.create_task(workers.do(work))
    second = asyncio.create_task(workers.do(lambda: "never"))
    await asyncio.to_thread(begun.wait)
    closing = asyncio.create_task(asyncio.to_thread(workers.close))
    await asyncio.wait([second])
    go.set()
    await closing
    assert await first == "finished"
    with pytest.raises(asyncio.CancelledError):
        await second
    with pytest.raises(RuntimeError):
        await workers.do(lambda: 1)
