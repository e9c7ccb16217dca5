"""The bot as a process, over a real socket: it comes, answers, and leaves when it is told to."""

import asyncio
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.cli.main import main
from tests.fakes.discord_server import DiscordServer, discord_server
from tests.fakes.postgres import Databases
from tests.fakes.processes import spoken_to
from tests.fakes.program import left, started


@pytest.fixture
async def discord() -> AsyncIterator[DiscordServer]:
    """A Discord with two clubs."""
    async with discord_server(clubs=2) as server:
        yield server


async def test_it_answers_survives_a_kill_and_leaves_when_it_is_told_to(discord: DiscordServer, tmp_path: Path) -> None:
    process = await started(discord, tmp_path)
    await discord.online()
    asked = await discord.slash("recap", by=discord.people[0], book="the-lantern").answered()
    assert asked.private
    assert "can’t answer that" in asked.text
    await discord.slash("progress set", by=discord.people[0], where="ch 5", book="the-lantern").answered()
    process.kill()
    await left(process)
    again = await started(discord, tmp_path)
    await discord.gateway.until(lambda: len(discord.gateway.online) >= 1, 300)
    asked = await discord.slash("progress show", by=discord.people[0]).answered()
    assert "chapter 5 of 10" in asked.text
    again.send_signal(signal.SIGTERM)
    status, _, log = await left(again)
    assert status == 0
    assert "stopped" in log
    assert discord.token not in log
    assert "Traceback" not in log
    assert discord.unknown == []


async def command(discord: DiscordServer, *words: str, token: str) -> int:
    """Run the program in this process: what Discord is asked first needs nothing that takes long to load."""
    async with spoken_to(discord):
        return await asyncio.to_thread(main, words, {"DISCORD_TOKEN": token, "DISCORD_API": discord.api})


@pytest.mark.usefixtures("logs_as_before")
async def test_a_token_that_discord_refuses_is_said_in_one_line_before_anything_is_opened(
    discord: DiscordServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert await command(discord, token="MTIz.another.token-of-nobody") == 1
    log = capsys.readouterr().err
    assert "logging in" in log
    assert len(log.splitlines()) == 2
    assert "Discord does not accept DISCORD_TOKEN. Copy it again" in log.splitlines()[-1]
    assert "another.token" not in log
    assert not (tmp_path / "data").exists()


@pytest.mark.usefixtures("logs_as_before")
async def test_the_link_that_invites_it_is_printed(discord: DiscordServer, capsys: pytest.CaptureFixture[str]) -> None:
    assert await command(discord, "invite", token=discord.token) == 0
    said = capsys.readouterr().out
    assert said.startswith(f"https://discord.com/oauth2/authorize?client_id={discord.backend.application_id}&")
    assert "permissions=" in said


async def test_two_processes_have_half_of_the_clubs_each(tmp_path: Path, postgres: Databases) -> None:
    async with discord_server(clubs=2, shards=2, clock=lambda: 0.0) as discord:
        with postgres.latest() as address:
            processes = [
                await started(discord, tmp_path / half, SHARDS=f"{half}/2", DATABASE_URL=address) for half in ("0", "1")
            ]
            try:
                await discord.online(2, patience=300)
                for club in discord.clubs:
                    asked = discord.slash("recap", by=discord.people[0], book="the-lantern", place=club.places[0])
                    await asked.answered(300)
                    assert "can’t answer that" in asked.text
            finally:
                for process in processes:
                    process.send_signal(signal.SIGTERM)
                ends = [await left(process) for process in processes]
    for half, (status, _, log) in enumerate(ends):
        assert status == 0, log
        assert f" {half}/2 INFO bot.run: stopped" in log
    assert sorted(discord.gateway.identified) == [0, 1]
