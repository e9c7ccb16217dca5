"""What operators read on the port: figures, health, nothing of members, and only on this machine."""

import datetime as dt
import json
import logging
import re
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Event
from types import SimpleNamespace
from typing import Any, cast

import aiohttp
import pytest

from bot.client import Dogear, GatewayState
from bot.logs import Meter
from bot.ops.metrics import Health, serving
from bot.workers import UnderWay
from corpus.errors import DogearError
from retrieval.retriever import PassagesState

DOCS = Path(__file__).parents[3] / "docs" / "operations.md"
SINCE = dt.datetime(2027, 3, 1, 20, 0, tzinfo=dt.UTC)


class StoreGone(DogearError):
    """The store cannot be read."""


@dataclass
class Bot:
    """A bot that is as a test wants it, as far as operators ask."""

    gateway: GatewayState = field(default_factory=lambda: GatewayState(2, 2, 0.04, SINCE, {4: True, 5: True}, 16, 7))
    passages: PassagesState = field(default_factory=lambda: PassagesState(3, 3, False))
    under_way: UnderWay = field(default_factory=UnderWay)
    store: Callable[[], object] = lambda: None
    database: Exception | None = None
    meter: Meter = field(default_factory=Meter)

    async def recall(self, _: str) -> None:
        if self.database is not None:
            raise self.database

    @property
    def app(self) -> Any:  # noqa: ANN401
        retriever = SimpleNamespace(state=lambda: self.passages, check_store=lambda: self.store())
        return SimpleNamespace(
            meter=self.meter, discussion=SimpleNamespace(retriever=retriever), get=lambda _: self,
            workers=SimpleNamespace(waiting=4, asked_for=7, threads=3),
        )  # fmt: skip

    @property
    def connections(self) -> Any:  # noqa: ANN401
        return SimpleNamespace(state=lambda: self.gateway)


def served(bot: Bot, port: int = 0) -> AbstractAsyncContextManager[str]:
    return serving(port, cast("Dogear", bot))


@pytest.fixture
def bot() -> Bot:
    return Bot()


@pytest.fixture
async def address(bot: Bot) -> AsyncIterator[str]:
    async with served(bot) as where:
        yield where


async def read(address: str) -> tuple[int, str]:
    async with aiohttp.ClientSession() as session, session.get(address) as response:
        return response.status, await response.text()


async def health(address: str) -> tuple[int, dict[str, Any]]:
    status, text = await read(f"{address}/health")
    return status, json.loads(text)


async def test_where_all_is_well_each_part_says_so(address: str) -> None:
    status, told = await health(address)
    assert status == 200
    assert told["ok"]
    since = SINCE.isoformat()
    away = {"of": 16, "away": [], "clubs": 7}
    assert told["gateway"] == {"ok": True, "shards": 2, "connected": 2, "latency": 0.04, "since": since} | away
    assert told["indexing"] == {"ok": True, "books": 3, "ready": 3, "under_way": False}
    assert told["store"] == told["database"] == {"ok": True}


async def test_a_shard_that_is_away_is_not_well(bot: Bot, address: str) -> None:
    bot.gateway = replace(bot.gateway, connected=1, latency=None, each={4: True, 5: False})
    status, told = await health(address)
    assert (status, told["ok"], told["gateway"]["ok"], told["gateway"]["away"]) == (503, False, False, [5])


async def test_no_book_that_can_be_asked_about_is_not_well_unless_there_are_none(bot: Bot, address: str) -> None:
    bot.passages = replace(bot.passages, ready=0, indexing=True)
    assert (await health(address))[0] == 503
    bot.passages = replace(bot.passages, books=0)
    assert (await health(address))[0] == 200


async def test_what_is_wrong_with_store_and_database_is_said(bot: Bot, address: str) -> None:
    def gone() -> None:
        raise StoreGone("The vector store is gone.")

    bot.store, bot.database = gone, KeyError("a member's words")
    status, told = await health(address)
    assert status == 503
    assert told["store"] == {"ok": False, "problem": "The vector store is gone."}
    assert told["database"] == {"ok": False, "problem": "It failed unexpectedly (KeyError)."}


async def test_a_store_that_does_not_answer_is_asked_once_and_keeps_nobody_waiting(bot: Bot) -> None:
    asked, go = [0], Event()

    def hangs() -> None:
        asked[0] += 1
        go.wait(30)

    bot.store = hangs
    looking = Health(cast("Dogear", bot), patience=0.05)
    try:
        assert not (await looking.now())["store"]["ok"]
        assert "not answered" in (await looking.now())["store"]["problem"]
        assert asked == [1]
    finally:
        go.set()


async def test_figures_are_what_was_told_and_what_is_so_now(bot: Bot, address: str) -> None:
    meter = bot.meter
    for name, *labels in (
        ("answers", "ask", "quote"), ("model_calls", "late"), ("refused", "member"),
        ("gateway_reconnects",), ("timed_work", "vote", "done"),
    ):  # fmt: skip
        meter.count(name, *labels)
    meter.count("guard_stopped_sentences", number=2)
    meter.time("answer_seconds", 0.02, "neutral")
    logging.getLogger("bot").warning("something")
    _, told = await read(f"{address}/metrics")
    for line in (
        'dogear_answers_total{do="ask",how="quote"} 1.0',
        'dogear_answer_seconds_count{how="neutral"} 1.0',
        "dogear_guard_stopped_sentences_total 2.0",
        'dogear_model_calls_total{outcome="late"} 1.0',
        'dogear_refused_total{why="member"} 1.0',
        "dogear_gateway_reconnects_total 1.0",
        'dogear_timed_work_total{kind="vote",outcome="done"} 1.0',
        'dogear_log_records_total{level="WARNING"} 1.0',
        "dogear_work_waiting 4.0",
        "dogear_work_running 3.0",
        "dogear_gateway_shards_connected 2.0",
        'dogear_gateway_shard_up{shard="5"} 1.0',
        "dogear_gateway_shards_of 16.0",
        "dogear_clubs 7.0",
        "dogear_gateway_latency_seconds 0.04",
    ):
        assert line in told.splitlines()


async def test_no_figure_is_of_a_club_a_member_or_a_book(bot: Bot, address: str) -> None:
    labels = {name for metric in bot.meter.registry.collect() for sample in metric.samples for name in sample.labels}
    assert labels <= {"do", "how", "why", "outcome", "status", "kind", "level", "le", "shard"}


async def test_the_table_of_figures_is_that_of_the_program(bot: Bot, address: str) -> None:
    told = set(re.findall(r"^\| `((?:dogear|process)_\w+)` \|", DOCS.read_text(encoding="utf-8"), re.MULTILINE))
    suffix = {"counter": "_total"}
    assert told == {metric.name + suffix.get(metric.type, "") for metric in bot.meter.registry.collect()}


async def test_a_port_that_is_taken_is_said_in_a_sentence(bot: Bot) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(DogearError, match=f"METRICS_PORT is {port}"):
            async with served(bot, port):
                pass
