"""Discord on the loopback address, as an unmodified discord.py meets it."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import discord
import pytest
import yarl
from discord import app_commands
from discord.ext import commands
from discord.gateway import DiscordWebSocket

from bot.features.schedules.stage import first_event, first_thread
from tests.fakes.discord_server import DiscordServer, Fault, discord_server

Itx = discord.Interaction["Clerk"]
Start = Callable[..., AbstractAsyncContextManager["Clerk"]]


class Card(discord.ui.LayoutView):
    """Words with a button that shows a form."""

    words: "discord.ui.TextDisplay[Card]" = discord.ui.TextDisplay("A card.")
    row: "discord.ui.ActionRow[Card]" = discord.ui.ActionRow()

    @row.button(label="Turn", custom_id="turn")
    async def turn(self, interaction: Itx, _: "discord.ui.Button[Card]") -> None:
        self.words.content = "The other side."
        await interaction.response.edit_message(view=self)

    @row.button(label="Write", custom_id="write")
    async def write(self, interaction: Itx, _: "discord.ui.Button[Card]") -> None:
        await interaction.response.send_modal(Form())


class Form(discord.ui.Modal, title="Review"):
    """A form with one field."""

    review: "discord.ui.Label[Form]" = discord.ui.Label(
        text="Your words", component=discord.ui.TextInput(custom_id="words")
    )

    async def on_submit(self, interaction: discord.Interaction[Any], /) -> None:
        assert isinstance(self.review.component, discord.ui.TextInput)
        await interaction.response.send_message(f"Thank you: {self.review.component.value}", ephemeral=True)


class Clerk(commands.AutoShardedBot):
    """A bot with a few commands; it answers to its name, too."""

    def __init__(self, intents: discord.Intents) -> None:
        super().__init__(command_prefix=(), help_command=None, intents=intents, guild_ready_timeout=0.05)
        self.heard: list[str] = []
        self.errors: list[Exception] = []
        known: list[app_commands.Command[Any, ..., Any] | app_commands.Group] = [echo, card]
        for command in known:
            self.tree.add_command(command)
        self.tree.error(self.note)

    async def note(self, _: discord.Interaction[Any], error: app_commands.AppCommandError) -> None:
        self.errors.append(error.original if isinstance(error, app_commands.CommandInvokeError) else error)

    async def setup_hook(self) -> None:
        await self.tree.sync()

    async def on_message(self, message: discord.Message, /) -> None:
        self.heard.append(message.content)
        if self.user in message.mentions:
            await message.reply(f"You called, {message.author.name}?")


@app_commands.command()
async def echo(interaction: Itx, words: str) -> None:
    """Say it again, after thinking about it."""
    await interaction.response.defer(ephemeral=True)
    await interaction.followup.send(words, ephemeral=True)


@app_commands.command()
async def card(interaction: Itx) -> None:
    """Show a card."""
    await interaction.response.send_message(view=Card())


@pytest.fixture
async def server() -> AsyncIterator[DiscordServer]:
    async with discord_server(clubs=3) as running:
        yield running


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shortens what the library waits for before it tries again, or signs in with one shard more."""
    sleep = asyncio.sleep
    monkeypatch.setattr(asyncio, "sleep", lambda seconds: sleep(min(seconds, 0.001)))


@pytest.fixture
def start(monkeypatch: pytest.MonkeyPatch) -> Start:
    """Signs a bot in; it is there within the block."""

    @asynccontextmanager
    async def online(server: DiscordServer, intents: discord.Intents | None = None) -> AsyncIterator[Clerk]:
        monkeypatch.setattr(discord.http.Route, "BASE", server.api)
        monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", yarl.URL(server.gateway.url))
        async with Clerk(intents or discord.Intents(guilds=True, guild_messages=True, dm_messages=True)) as bot:
            task = asyncio.create_task(bot.start(server.token))
            ready = asyncio.create_task(bot.wait_until_ready())
            await asyncio.wait([task, ready], return_when=asyncio.FIRST_COMPLETED)
            ready.cancel()
            if task.done():
                await task
            yield bot
        await task

    return online


async def until(reached: Callable[[], object]) -> None:
    async with asyncio.timeout(60):
        while not reached():  # noqa: ASYNC110 (the library has no event for it)
            await asyncio.sleep(0.001)


async def test_a_bot_signs_in_and_sees_its_clubs(server: DiscordServer, start: Start) -> None:
    async with start(server) as bot:
        assert sorted(guild.name for guild in bot.guilds) == ["Club 1", "Club 2", "Club 3"]
        assert all(guild.text_channels for guild in bot.guilds)
    assert server.unknown == []


async def test_a_deferred_command_is_acknowledged_then_answered_privately(server: DiscordServer, start: Start) -> None:
    async with start(server):
        asked = server.slash("echo", by=server.people[0], words="A storm comes.")
        await asked.answered()
    assert asked.private
    assert asked.acknowledged_at is not None
    assert asked.answered_at is not None
    assert asked.delivered_at <= asked.acknowledged_at <= asked.answered_at
    assert [message.text for message in asked.answers] == ["A storm comes."]
    assert asked.answers[0].private
    assert server.posts == []


async def test_an_interaction_that_comes_twice_can_be_acknowledged_once(server: DiscordServer, start: Start) -> None:
    async with start(server) as bot:
        asked = server.slash("echo", by=server.people[0], words="once")
        server.replay(asked)
        await until(lambda: bot.errors)
    assert [refusal.code for refusal in asked.refused] == [40060]
    assert len(asked.answers) == 1


async def test_an_acknowledgement_after_three_seconds_comes_too_late(start: Start) -> None:
    hours = iter(range(10**6))
    async with discord_server(clock=lambda: next(hours) * 3600.0) as server, start(server) as bot:
        asked = server.slash("echo", by=server.people[0], words="late")
        await until(lambda: bot.errors)
    assert [refusal.code for refusal in asked.refused] == [10062]
    assert asked.acknowledged_at is None


async def test_a_card_can_be_turned_and_a_form_filled_in(server: DiscordServer, start: Start) -> None:
    async with start(server):
        liz = server.people[1]
        shown = (await server.slash("card", by=liz).answered()).answers[0]
        assert shown.text.splitlines() == ["A card.", "Turn", "Write"]
        await server.press(shown, "Turn", by=liz).answered()
        assert shown.text.splitlines()[0] == "The other side."
        form = await server.press(shown, "Write", by=liz).answered()
        sent = await server.submit(form, {"Your words": "I liked it."}).answered()
        assert sent.text == "Thank you: I liked it."
        with pytest.raises(LookupError, match="Turn"):
            server.press(shown, "Fold", by=liz)


@pytest.mark.usefixtures("hurried")
@pytest.mark.parametrize("status", [429, 502])
async def test_a_request_that_discord_could_not_take_is_made_again(
    server: DiscordServer, start: Start, status: int
) -> None:
    async with start(server):
        fault = server.fail(Fault("POST", "/webhooks/*", status))
        asked = await server.slash("echo", by=server.people[0], words="at last").answered()
    assert fault.happened == 1
    assert [message.text for message in asked.answers] == ["at last"]


@pytest.mark.usefixtures("hurried")
async def test_an_answer_whose_receipt_is_lost_can_come_twice(server: DiscordServer, start: Start) -> None:
    async with start(server):
        server.fail(Fault("POST", "/webhooks/*", 500, done=True))
        asked = server.slash("echo", by=server.people[0], words="again")
        await until(lambda: len(asked.answers) == 2)


@pytest.mark.usefixtures("hurried")
async def test_a_message_with_a_nonce_is_written_once(server: DiscordServer, start: Start) -> None:
    async with start(server) as bot:
        place = bot.get_channel(server.clubs[0].places[0].id)
        assert isinstance(place, discord.TextChannel)
        server.fail(Fault("POST", "/channels/*/messages", 500, done=True))
        await place.send("Section two begins.", nonce="section-2")
        await place.send("Section two begins.", nonce="section-2")
    assert [message.text for message in server.posts] == ["Section two begins."]


async def test_what_was_missed_is_told_when_the_bot_resumes(server: DiscordServer, start: Start) -> None:
    async with start(server):
        await server.gateway.drop()
        asked = server.slash("echo", by=server.people[0], words="missed")
        await asked.answered()
    assert (server.gateway.identified, server.gateway.resumed) == ([0], 1)
    assert len(asked.answers) == 1


@pytest.mark.usefixtures("hurried")
async def test_a_session_that_discord_forgot_begins_anew(server: DiscordServer, start: Start) -> None:
    async with start(server):
        await server.gateway.drop(forget=True)
        await server.gateway.until(lambda: len(server.gateway.identified) == 2)
        await server.slash("echo", by=server.people[0], words="anew").answered()


async def test_what_discord_does_not_have_is_refused_and_remembered(server: DiscordServer, start: Start) -> None:
    async with start(server) as bot:
        with pytest.raises(discord.NotFound):
            await bot.http.request(discord.http.Route("GET", "/guilds/1/nonsense"))
        with pytest.raises(discord.NotFound, match="Unknown Channel"):
            await bot.fetch_channel(1)
        with pytest.raises(discord.HTTPException, match="empty message"):
            await server_channel(bot, server).send("")
    assert server.unknown == ["GET /guilds/1/nonsense"]


async def test_a_stranger_is_not_let_in(server: DiscordServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(discord.http.Route, "BASE", server.api)
    async with discord.Client(intents=discord.Intents.none()) as client:
        with pytest.raises(discord.LoginFailure):
            await client.login("another-token")


def server_channel(bot: Clerk, server: DiscordServer) -> discord.TextChannel:
    place = bot.get_channel(server.clubs[0].places[0].id)
    assert isinstance(place, discord.TextChannel)
    return place


@pytest.mark.usefixtures("hurried")
async def test_of_what_the_library_made_twice_because_an_answer_was_lost_one_is_left(
    server: DiscordServer, start: Start
) -> None:
    async with start(server) as bot:
        place, begun = server_channel(bot, server), discord.utils.utcnow()
        server.fail(Fault("POST", "/channels/*/threads", 502, times=2, done=True))
        thread = await place.create_thread(name="chapters 1–8", type=discord.ChannelType.public_thread)
        twins = [one.id for one in await place.guild.active_threads()]
        assert len(twins) == 3
        assert await first_thread(thread, begun) == min(twins)
        assert [one.id for one in await place.guild.active_threads()] == [min(twins)]
        server.fail(Fault("POST", "/guilds/*/scheduled-events", 502, done=True))
        event = await made_event(place.guild)
        twins = [one.id for one in await place.guild.fetch_scheduled_events()]
        assert len(twins) == 2
        assert await first_event(event, place.guild) == min(twins)
        assert [one.id for one in await place.guild.fetch_scheduled_events()] == [min(twins)]


async def made_event(guild: discord.Guild) -> discord.ScheduledEvent:
    tomorrow = discord.utils.utcnow() + dt.timedelta(days=1)
    return await guild.create_scheduled_event(
        name="A meeting", start_time=tomorrow, end_time=tomorrow + dt.timedelta(hours=1), description="s1:1",
        entity_type=discord.EntityType.external, privacy_level=discord.PrivacyLevel.guild_only, location="#books",
    )  # fmt: skip
