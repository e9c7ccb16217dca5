"""Threads and tasks: what is under way, what goes on within a block, and who waits for a thread."""

import asyncio
import threading
from collections.abc import Awaitable, Callable

import pytest

from bot.workers import Leaving, UnderWay, Workers

Task = asyncio.Task[None]


class Members:
    """Members who ask; `told` is who was told that it will not be finished."""

    def __init__(self) -> None:
        self.under_way = UnderWay()
        self.told: list[str] = []
        self.done: list[str] = []

    async def ask(self, name: str, go: Awaitable[object], slow_to_tell: asyncio.Event | None = None) -> None:
        async def give_up() -> None:
            if slow_to_tell:
                await slow_to_tell.wait()
            self.told.append(name)

        self.under_way.begin(give_up)
        await go
        self.done.append(name)

    def begin(self, ask: Callable[[], Awaitable[None]]) -> Task:
        async def run() -> None:
            await ask()

        return asyncio.create_task(run())


async def test_who_has_an_answer_is_told_nothing_when_the_rest_is_given_up() -> None:
    members = Members()

    async def answer_and_go_on() -> None:
        members.under_way.answered()
        await asyncio.Event().wait()

    members.begin(lambda: members.ask("Emma", answer_and_go_on()))
    await asyncio.sleep(0)
    assert await members.under_way.finish(0.01) == 1
    assert (members.done, members.told) == ([], [])


async def test_what_takes_longer_is_given_up_and_its_member_told() -> None:
    members, go = Members(), asyncio.Event()
    slow = members.begin(lambda: members.ask("Jane", asyncio.Event().wait()))
    members.begin(lambda: members.ask("Emma", go.wait()))
    await asyncio.sleep(0)
    go.set()
    assert await members.under_way.finish(0.01) == 1
    assert slow.cancelled()
    assert (members.done, members.told) == (["Emma"], ["Jane"])


async def test_who_cannot_be_told_keeps_nobody_from_leaving(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.workers.LAST_WORDS", 0.01)
    members = Members()
    members.begin(lambda: members.ask("Jane", asyncio.Event().wait(), asyncio.Event()))
    await asyncio.sleep(0)
    assert await members.under_way.finish(0.01) == 1
    assert members.told == []


async def test_nothing_begins_once_the_bot_is_leaving() -> None:
    members = Members()
    assert await members.under_way.finish(30) == 0
    with pytest.raises(Leaving, match="restarting"):
        members.under_way.begin(lambda: asyncio.sleep(0))
    assert len(members.under_way) == 0


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
