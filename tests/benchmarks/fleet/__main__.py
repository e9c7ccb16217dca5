"""What one process of the bot takes for thousands of clubs, over a real PostgreSQL and a Discord of our own.

python -m tests.benchmarks.fleet [--clubs 10000] [--shards 10] [--processes 1] [--due 1000] [--delay 0.1]

The clubs are made up (tests/benchmarks/fleet/clubs.sql), each with 30 channels and 23 roles. The bot is `run_bot.py` in
quote mode with the shipped library; Discord and the database are on this machine, and a call of Discord's API takes
DELAY seconds and is refused beyond 50 a second. Discord lets 16 shards identify together, so that starting shows what
the bot takes and not what it waits for.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
import shutil
import tempfile
import time
from contextlib import AsyncExitStack
from pathlib import Path
from statistics import median

from bot.storage.upgrading import upgrade
from tests.benchmarks.fleet.clubs import fill, number, plan
from tests.benchmarks.fleet.process import Running, started
from tests.fakes.discord_server.limits import Limits
from tests.fakes.discord_server.server import DiscordServer, discord_server
from tests.fakes.discord_server.world import Payload
from tests.fakes.postgres_server import own_server

CHANNELS, MORE_ROLES = 30, 20
TOGETHER = 16
QUESTION = "Who is Selden?"
BOOK = "the-hound-of-the-baskervilles"
QUIET = 15.0
"""Seconds in which a process that has nothing to do is watched."""

SIZE = "SELECT pg_database_size(current_database())"
DONE = "SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = current_database()"
LEFT = "SELECT count(*) FROM discussion_prompts WHERE state = 'approved'"


def told(name: str, value: float, unit: str) -> None:
    """Print one figure."""
    print(f"{name:<58}{value:>12,.1f} {unit}", flush=True)


async def asked(discord: DiscordServer, address: str, count: int, what: str, bot: Running) -> None:
    """Ask questions one after the other, and tell what each takes, in time and transactions."""
    person = discord.people[0]
    club = discord.clubs[-1]  # of the last shard, and so of the last process
    said = discord.slash("progress set", by=person, place=club.places[0], where="finished", book=BOOK)
    await said.answered(60)
    before, begun, used, took = await number(address, DONE), time.monotonic(), bot.processor, []
    for n in range(count):
        one = discord.slash(
            "ask", by=person, place=club.places[0], question=f"{QUESTION[:-1]}{' really' * n}?", book=BOOK
        )
        await one.answered(60)
        took.append((one.answered_at or 0) - one.delivered_at)
    seconds, used = time.monotonic() - begun, bot.processor - used
    await asyncio.sleep(QUIET)
    now, resting = await number(address, DONE), bot.processor
    await asyncio.sleep(QUIET)
    idle = (await number(address, DONE) - now) / QUIET
    told(f"{what}: a question, until it is answered (median)", median(took) * 1000, "ms")
    told(f"{what}: processor time of a question", used / count * 1000, "ms")
    told(f"{what}: processor time a second with nothing to do", (bot.processor - resting) / QUIET * 1000, "ms")
    told(f"{what}: transactions of a question", (now - before - idle * (seconds + QUIET)) / count, "")
    told(f"{what}: transactions a second with nothing to do", idle, "")


async def alone(folder: Path, address: str, questions: int) -> list[Payload]:
    """Measure a process that has one club, and return the commands that it has described to Discord."""
    async with discord_server() as discord:
        async with started(discord, folder / "data", DATABASE_URL=address) as bot:
            await bot.ready()  # it builds the vector store, unless there is one
        async with started(discord, folder / "data", DATABASE_URL=address) as bot:
            told("one club: until ready", await bot.ready(), "s")
            told("one club: processor time until then", bot.processor, "s")
            await asyncio.sleep(QUIET)
            told("one club: resident memory", bot.resident, "MB")
            await asked(discord, address, questions, "one club", bot)
            told("one club: resident memory, after questions", bot.resident, "MB")
        return discord.state.commands


async def many(folder: Path, address: str, given: argparse.Namespace, commands: list[Payload]) -> None:
    """Measure processes that share many clubs."""
    limits = Limits(per_second=50, delay=given.delay, concurrency=TOGETHER)
    async with AsyncExitStack() as stack:
        world = discord_server(
            given.clubs, shards=given.shards, limits=limits, channels=CHANNELS, more_roles=MORE_ROLES
        )  # fmt: skip
        discord = await stack.enter_async_context(world)
        discord.state.commands = commands
        share = given.shards // given.processes
        running: list[Running] = []
        for n in range(given.processes):
            data = folder / f"data-{n}"
            shutil.copytree(folder / "data", data)  # its vector store is built
            shards = f"{n * share}-{(n + 1) * share - 1}/{given.shards}"
            process = started(discord, data, DATABASE_URL=address, SHARDS=shards)
            running.append(await stack.enter_async_context(process))
        name = f"{given.clubs:,} clubs, {given.processes} processes"
        ready = await asyncio.gather(*(each.ready() for each in running))
        told(f"{name}: until ready", max(ready), "s")
        await asyncio.sleep(QUIET)
        for each in running:
            told(f"{name}: resident memory of one", each.resident, "MB")
            told(f"{name}: processor time of one until then", each.processor, "s")
        await asked(discord, address, given.questions, name, running[-1])
        before = sum(each.processor for each in running)
        await due_together(discord, address, given.due, name)
        told(f"{name}: processor time of a post", (sum(e.processor for e in running) - before) / given.due * 1000, "ms")
        for each in running:
            told(f"{name}: resident memory of one, at the end", each.resident, "MB")
            print("\n".join(each.warnings()[:5]))
        told(f"{name}: calls that Discord refused", limits.refused, "")
        told(f"{name}: shards that identified too soon", len(limits.too_soon()), "")


async def due_together(discord: DiscordServer, address: str, count: int, name: str) -> None:
    """Have posts be due in many clubs at the same minute, and tell how long it takes until all are there."""
    places = {club.id: club.places[0].id for club in discord.clubs[:count]}
    due = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=10)
    await plan(address, places, due)
    while await number(address, LEFT):  # noqa: ASYNC110 (it is in another process)
        await asyncio.sleep(0.1)
    told(f"{name}: {count:,} posts due at once, until the last", (dt.datetime.now(dt.UTC) - due).total_seconds(), "s")
    told(f"{name}: these posts, as Discord has them", len(discord.posts), "")


async def measure(given: argparse.Namespace) -> None:
    """Fill a database, run the bot, and print the figures."""
    with tempfile.TemporaryDirectory() as name, own_server() as server:
        folder, address = Path(name), server.url
        if given.store:
            shutil.copytree(given.store, folder / "data")
        await asyncio.to_thread(upgrade, address)
        commands = await alone(folder, address, given.questions)
        before, begun = await number(address, SIZE), time.monotonic()
        await fill(address, given.clubs)
        told("filling the database", time.monotonic() - begun, "s")
        told("database: size", await number(address, SIZE) / 1e6, "MB")
        told("database: size of one club", (await number(address, SIZE) - before) / given.clubs / 1e3, "kB")
        await many(folder, address, given, commands)


def main() -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(description="What one process of the bot takes for thousands of clubs.")
    parser.add_argument("--clubs", type=int, default=10_000)
    parser.add_argument("--shards", type=int, default=10)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--due", type=int, default=1_000, help="clubs in which something is due at the same minute")
    parser.add_argument("--delay", type=float, default=0.1, help="seconds that a call of Discord's API takes")
    parser.add_argument("--questions", type=int, default=50)
    parser.add_argument("--store", type=Path, help="a data folder whose vector store is built already")
    asyncio.run(measure(parser.parse_args()))


if __name__ == "__main__":
    main()
