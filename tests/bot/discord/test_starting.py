"""Whether Discord lets a process start, and how soon a lost shard connects again."""

import asyncio
import datetime as dt
import time
from pathlib import Path

import discord
import pytest
from discord import Client
from discord.backoff import ExponentialBackoff
from pydantic import SecretStr

from bot.client import Dogear
from bot.people import EVERY, Shards
from bot.run import ask_to_start
from bot.settings import Settings
from bot.start import CannotStart, DiscordUnreachable, check_start, signed_in
from retrieval.retriever import Retriever
from tests.fakes.discord_server import discord_server
from tests.fakes.processes import Clock, app_over, running, spoken_to

NOON = dt.datetime(2027, 3, 1, 12, tzinfo=dt.UTC)
FOUR = Shards((0, 1, 2, 3), 16)


@pytest.mark.parametrize(("remaining", "shards"), [(4, FOUR), (16, None)])
def test_a_process_starts_while_there_are_session_starts_for_its_shards(remaining: int, shards: Shards | None) -> None:
    check_start(shards, 16, remaining, 1000, NOON)


@pytest.mark.parametrize(("remaining", "shards"), [(3, FOUR), (15, None), (0, EVERY)])
def test_one_that_would_use_up_more_than_there_are_does_not_start(remaining: int, shards: Shards | None) -> None:
    with pytest.raises(CannotStart, match="1,000 again at 2027-03-01 12:00 UTC"):
        check_start(shards, 16, remaining, 1000, NOON)


async def test_a_discord_that_is_away_is_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(discord.http.Route, "BASE", "http://127.0.0.1:9")
    with pytest.raises(DiscordUnreachable, match="terminal works without"):
        await signed_in(SecretStr("one.two.three"), patience=1.0)


async def test_it_is_asked_for_before_the_first_shard_connects(island: Retriever, tmp_path: Path) -> None:
    async with (
        discord_server() as server,
        spoken_to(server),
        app_over(island, str(tmp_path), Clock(NOON)) as app,
        Dogear(app) as bot,
    ):
        await bot.login(server.token)
        await ask_to_start(bot, Settings())
        server.remaining = 0
        with pytest.raises(CannotStart, match="allows the bot 0 more session starts, and this process needs 1"):
            await ask_to_start(bot, Settings())


def test_fewer_shards_than_discord_advises_are_logged(caplog: pytest.LogCaptureFixture) -> None:
    check_start(FOUR, 16, 1000, 1000, NOON)
    assert caplog.text == ""
    check_start(FOUR, 32, 1000, 1000, NOON)
    assert "Discord advises 32" in caplog.text


async def no_wait(client: Client, shard: int | None, *, initial: bool = False) -> None:
    """Sign in again at once."""


async def test_a_bot_that_is_turned_away_for_long_is_back_within_five_minutes_of_discord(
    island: Retriever, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []
    real, tries = ExponentialBackoff.delay, 12

    def at_once(backoff: ExponentialBackoff[bool]) -> float:
        monkeypatch.setattr(time, "monotonic", lambda: 1_000.0)  # no quiet time passes between the attempts
        waits.extend(real(backoff) for _ in range(tries))
        monkeypatch.undo()
        monkeypatch.setattr(ExponentialBackoff, "delay", lambda _: 0.01)
        monkeypatch.setattr(Client, "before_identify_hook", no_wait)  # five seconds, by discord.py's own rule
        return 0.01

    async with (
        discord_server() as server,
        spoken_to(server),
        app_over(island, str(tmp_path), Clock(NOON)) as app,
        running(app, server),
    ):
        monkeypatch.setattr(ExponentialBackoff, "delay", at_once)
        server.gateway.refusing = True
        await server.gateway.drop()
        await server.gateway.until(lambda: not server.gateway.online)
        while not waits:  # noqa: ASYNC110 (nothing reports an attempt)
            await asyncio.sleep(0.01)
        server.gateway.refusing = False
        await server.online()
    assert max(waits) <= 256
