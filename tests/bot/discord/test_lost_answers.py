"""Requests that discord.py repeats because their answer was lost: of what was made twice, one is left."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator

import discord
import pytest

from bot.features.schedules.stage import first_event, first_thread
from tests.fakes.discord_server import DiscordServer, Fault, discord_server
from tests.fakes.processes import spoken_to


@pytest.fixture
async def server(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[DiscordServer]:
    """A Discord that an impatient library speaks to."""
    sleep = asyncio.sleep
    monkeypatch.setattr(asyncio, "sleep", lambda seconds: sleep(min(seconds, 0.001)))
    async with discord_server() as running, spoken_to(running):
        yield running


@pytest.fixture
async def place(server: DiscordServer) -> AsyncIterator[discord.TextChannel]:
    """A channel, as a bot sees it that has signed in."""
    async with discord.AutoShardedClient(intents=discord.Intents(guilds=True), guild_ready_timeout=0.05) as bot:
        await bot.login(server.token)
        online = asyncio.create_task(bot.connect())
        await bot.wait_until_ready()
        channel = bot.get_channel(server.clubs[0].places[0].id)
        assert isinstance(channel, discord.TextChannel)
        yield channel
    await online


async def test_of_threads_that_were_made_twice_one_is_left(server: DiscordServer, place: discord.TextChannel) -> None:
    begun = discord.utils.utcnow()
    server.fail(Fault("POST", "/channels/*/threads", 502, times=2, done=True))
    thread = await place.create_thread(name="chapters 1–8", type=discord.ChannelType.public_thread)
    twins = [one.id for one in await place.guild.active_threads()]
    assert len(twins) == 3
    assert await first_thread(place, thread.owner_id, thread.name, begun) == min(twins)
    assert [one.id for one in await place.guild.active_threads()] == [min(twins)]


async def test_of_events_that_were_made_twice_one_is_left(server: DiscordServer, place: discord.TextChannel) -> None:
    server.fail(Fault("POST", "/guilds/*/scheduled-events", 502, done=True))
    tomorrow = discord.utils.utcnow() + dt.timedelta(days=1)
    event = await place.guild.create_scheduled_event(
        name="A meeting", start_time=tomorrow, end_time=tomorrow + dt.timedelta(hours=1), description="s1:1",
        entity_type=discord.EntityType.external, privacy_level=discord.PrivacyLevel.guild_only, location="#books",
    )  # fmt: skip
    twins = [one.id for one in await place.guild.fetch_scheduled_events()]
    assert len(twins) == 2
    assert await first_event(place.guild, event.creator_id or 0, "A meeting", "s1:1") == min(twins)
    assert [one.id for one in await place.guild.fetch_scheduled_events()] == [min(twins)]
