"""Leaving: what is under way is finished, nothing new begins, and who asks is told so in a sentence."""

import asyncio
import json
import signal
import sqlite3
from contextlib import closing
from pathlib import Path

import aiohttp

from bot.workers import Leaving
from tests.fakes.chat_server import KEY, ChatServer, chat_server
from tests.fakes.club import Club, shown
from tests.fakes.discord_server import DiscordServer, Interaction, discord_server
from tests.fakes.program import free_port, left, started

QUESTIONS = 12
RESTARTED = str(Leaving())


def settings_of(chat: ChatServer) -> dict[str, str]:
    """Return what leads the program to a model that is asked and never answers."""
    address = chat.settings().openai_base_url
    assert address is not None
    return {"CHAT_MODEL": "openai:scripted", "OPENAI_BASE_URL": address, "OPENAI_API_KEY": KEY}


async def asked_at_once(discord: DiscordServer) -> list[Interaction]:
    """Have every member say where they are, then ask many questions, and wait until each was heard."""
    told = [discord.slash("progress set", by=one, where="finished", book="the-lantern") for one in discord.people]
    await asyncio.gather(*(one.answered() for one in told))
    people = discord.people * QUESTIONS
    asked = [
        discord.slash("ask", by=people[n], question=f"Who is Silas, number {n}?", book="the-lantern")
        for n in range(QUESTIONS)
    ]
    await asyncio.gather(*(one.acknowledged() for one in asked))
    return asked


async def get(address: str) -> tuple[int, str]:
    async with aiohttp.ClientSession() as session, session.get(address) as response:
        return response.status, await response.text()


async def answers(port: int, status: int) -> str:
    """Wait until the health of the bot is of a status, and return what it says."""
    async with asyncio.timeout(300):
        while True:
            seen, told = await get(f"http://127.0.0.1:{port}/health")
            if seen == status:
                return told
            await asyncio.sleep(0.01)


async def test_nothing_is_half_done_when_it_is_told_to_leave_in_the_middle(tmp_path: Path, tiny_model: Path) -> None:
    port = free_port()
    with chat_server() as chat:
        chat.behaviour = "slow"
        told = settings_of(chat) | {"METRICS_PORT": str(port), "LOG_FORMAT": "json"}
        async with discord_server(clubs=2, clock=lambda: 0.0) as discord:  # nothing is late, however slow we are
            process = await started(discord, tmp_path, model=tiny_model, **told)
            await discord.online(patience=300)
            assert json.loads(await answers(port, 200))["ok"]
            asked = await asked_at_once(discord)
            _, figures = await get(f"http://127.0.0.1:{port}/metrics")
            assert "dogear_gateway_shards_connected 1.0" in figures

            process.send_signal(signal.SIGTERM)
            assert json.loads(await answers(port, 503))["leaving"]
            late = discord.slash("ask", by=discord.people[0], question="Who keeps the light?", book="the-lantern")
            mention = discord.say("and who is Silas?", by=discord.people[1], mention=True)
            await late.answered()
            status, _, log = await left(process)

            assert status == 0, log
            assert RESTARTED in late.text
            assert [one for one in asked if len(one.answers) != 1] == []
            assert [one.text for one in asked if RESTARTED in one.text] == [], "finished, not given up"
            replies = [post for post in discord.posts if post.answers == mention.stored.id]
            assert [RESTARTED in reply.text for reply in replies] == [True]
            assert discord.unknown == []
    rows = [json.loads(line) for line in log.splitlines()]
    assert rows[-1]["message"] == "stopped"
    assert [row for row in rows if row["level"] in ("ERROR", "CRITICAL")] == []
    assert "Silas" not in log, "what members ask is in no log"
    assert len({row["request"] for row in rows if row.get("what") == "ask"}) == QUESTIONS
    with closing(sqlite3.connect(tmp_path / "data" / "club.db")) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert database.execute("SELECT count(*) FROM questions").fetchone() >= (QUESTIONS,)
    assert not list((tmp_path / "data").glob("club.db-*")), "the database was closed"


async def test_who_types_presses_or_speaks_meanwhile_is_told_to_come_back(club: Club) -> None:
    reader = await club.reader("Ishmael", the_lantern="ch 5")
    asked = await reader.slash(club.general, "ask", question="Who is Silas?", book="the-lantern")
    club.bots[-1].under_way.leaving = True
    assert RESTARTED in shown(await reader.slash(club.general, "ask", question="Who is Silas?", book="the-lantern"))
    assert asked.response is not None
    pressed = await reader.click(asked.response, label="Hint")
    assert RESTARTED in shown(pressed)
