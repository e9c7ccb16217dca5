"""Several processes of one bot, over one Discord and one database: each with app and a gateway of its own."""

import asyncio
import contextlib
import datetime as dt
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import discord
import yarl
from discord.gateway import DiscordWebSocket

from bot.answering.engine import Discussion
from bot.app import App
from bot.client import Dogear
from bot.features.books.store import ClubBooks
from bot.people import EVERY, Shards
from bot.settings import Settings
from bot.start import speak_to
from bot.workers import Workers
from retrieval.retriever import Retriever
from tests.fakes.discord_server import DiscordServer
from tests.fakes.records import opened_records


@dataclass
class Clock:
    """The time that all processes read; a test moves it."""

    time: dt.datetime

    def __call__(self) -> dt.datetime:
        return self.time


@contextlib.asynccontextmanager
async def app_over(
    retriever: Retriever, address: str | Path, now: Callable[[], dt.datetime], shards: Shards = EVERY
) -> AsyncIterator[App]:
    """Open what a process has beside its gateway."""
    workers = Workers(2)
    try:
        async with opened_records(address) as records:
            app = App(Discussion(retriever.library, retriever), records, workers, now, Settings(shards=shards))
            yield app
            await app.get(ClubBooks).close()
    finally:
        workers.close()


@contextlib.asynccontextmanager
async def spoken_to(server: DiscordServer) -> AsyncIterator[None]:
    """Have Discord's library speak to a test's server within the block."""
    base, gateway = discord.http.Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY
    speak_to(server.api)
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(server.gateway.url)
    try:
        yield
    finally:
        discord.http.Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = base, gateway


@contextlib.asynccontextmanager
async def running(app: App, server: DiscordServer) -> AsyncIterator[Dogear]:
    """Run a bot until the block ends; its timed work is done when the test says so."""
    bot = Dogear(app, guild_ready_timeout=0.05)
    async with bot:
        await bot.login(server.token)
        online = asyncio.create_task(bot.connect())
        async with asyncio.timeout(60):
            while not bot.jobs.running:  # noqa: ASYNC110 (it begins when all is ready, and nothing tells of it)
                await asyncio.sleep(0.01)
        await bot.jobs.stop()
        yield bot
    await online
