"""Requests: each has an id of its own, which goes wherever its work goes and no further."""

from __future__ import annotations

import asyncio

from bot.logs import begin_request, request_now
from bot.workers import Workers


async def test_work_in_a_thread_belongs_to_the_request_that_asked_for_it() -> None:
    workers = Workers(1)
    try:
        asked = begin_request("ask", 7)
        assert await workers.do(request_now) == asked
    finally:
        workers.close()


async def test_two_tasks_have_two_requests() -> None:
    async def one(what: str) -> tuple[str, str]:
        begun = begin_request(what)
        await asyncio.sleep(0)
        now = request_now()
        assert now is not None
        assert now.id == begun.id
        return now.id, now.what

    (first, ask), (second, hint) = await asyncio.gather(one("ask"), one("hint"))
    assert (ask, hint) == ("ask", "hint")
    assert first != second
