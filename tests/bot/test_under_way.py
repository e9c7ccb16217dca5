"""What is under way: it is waited for, what takes too long is given up, and nothing new begins."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from bot.workers import Leaving, UnderWay

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


async def test_what_is_done_is_no_longer_under_way() -> None:
    members, go = Members(), asyncio.Event()
    task = members.begin(lambda: members.ask("Emma", go.wait()))
    await asyncio.sleep(0)
    assert len(members.under_way) == 1
    go.set()
    await task
    await asyncio.sleep(0)
    assert len(members.under_way) == 0


async def test_what_can_be_finished_is_finished() -> None:
    members, go = Members(), asyncio.Event()
    members.begin(lambda: members.ask("Emma", go.wait()))
    await asyncio.sleep(0)
    leaving = asyncio.create_task(members.under_way.finish(30))
    await asyncio.sleep(0)
    go.set()
    assert await leaving == 0
    assert (members.done, members.told) == (["Emma"], [])


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
    with pytest.raises(Leaving, match="restarted"):
        members.under_way.begin(lambda: asyncio.sleep(0))
    assert len(members.under_way) == 0
