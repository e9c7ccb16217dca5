"""The bot in Discord: what it listens to, what it is made of, and how its parts are put together."""

import asyncio
import datetime as dt
import logging
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import discord
from cachetools import TTLCache
from discord import app_commands
from discord.ext import commands
from yarl import URL

from bot.app import App
from bot.audit import Audit
from bot.db.jobs import JobTable
from bot.discord.context import ClubBot, begin, tell
from bot.features.ask.store import AskedQuestions, BotMemory, IsMember
from bot.features.books.store import ClubBooks
from bot.features.my_data.store import MyData
from bot.features.registry import FEATURES
from bot.features.watch.store import Watching
from bot.jobs import Jobs
from bot.logs import Meter
from bot.people import EVERY, Shards
from bot.processes import Presence
from bot.start import sync_if_changed
from bot.workers import Leaving, UnderWay

KNOWN = dt.timedelta(minutes=10)
"""How long an answer about a member is kept: somebody who leaves a club loses access to its texts after this time."""

LONGEST_BACKOFF, QUIET = 8, 90
"""discord.py waits up to 2 ** 10 seconds between two attempts to connect, and starts again from one second only after
half an hour without a failure. With these, the bot is back within 256 seconds of the end of an outage, and a shard that
fails every 91 seconds still stays below Discord's 1,000 session starts a day (Gateway, Session Start Limit)."""


class Membership:
    """Asks Discord whether somebody is a member of a club, also of one whose shard another process has."""

    def __init__(self, client: discord.Client, shards: Shards = EVERY) -> None:
        self._client, self._shards = client, shards
        self._known: TTLCache[tuple[int, int], bool] = TTLCache(10_000, KNOWN.total_seconds())

    async def holds(self, club: int, person: int) -> bool:
        """Return whether a person is in a club in which the bot is, too."""
        guild = self._client.get_guild(club)
        if guild is None and self._shards.holds(club):
            return False
        known = self._known.get((club, person))
        if known is None:
            known = self._known[club, person] = await self._found(club, guild, person)
        return known

    async def _found(self, club: int, guild: discord.Guild | None, person: int) -> bool:
        if guild is not None and guild.get_member(person) is not None:
            return True
        try:
            await self._client.http.get_member(club, person)
        except (discord.NotFound, discord.Forbidden):  # also for a server that the bot is not in
            return False
        return True


@dataclass(frozen=True, slots=True)
class GatewayState:
    """Discord's gateway: shards of this process, how many are connected, the slowest one's latency, and since when.

    `each` says of every shard whether it is connected, `of` how many the bot has in all processes, `clubs` in how many
    servers it is through these.
    """

    shards: int
    connected: int
    latency: float | None
    since: dt.datetime
    each: Mapping[int, bool]
    of: int
    clubs: int

    @property
    def ready(self) -> bool:
        """Whether every shard is connected."""
        return self.connected >= self.shards


class Connections:
    """Knows which shards are connected, and since when that is so."""

    def __init__(self, bot: commands.AutoShardedBot, meter: Meter, now: Callable[[], dt.datetime]) -> None:
        self._bot, self._meter, self._now = bot, meter, now
        self._up: dict[int, bool] = {}
        self._since = now()
        bot.add_listener(self._connected, "on_shard_ready")
        bot.add_listener(self._connected, "on_shard_resumed")
        bot.add_listener(self._lost, "on_shard_disconnect")

    def state(self) -> GatewayState:
        """Return how the gateway is now."""
        latencies = [latency for _, latency in self._bot.latencies if math.isfinite(latency)]
        expected = self._bot.shard_ids or self._bot.shards.keys()
        each = {shard: self._up.get(shard, False) for shard in expected}
        connected, slowest = sum(self._up.values()), max(latencies, default=None)
        count, clubs = self._bot.shard_count or 1, len(self._bot.guilds)
        return GatewayState(max(1, len(each)), connected, slowest, self._since, each, count, clubs)

    async def _connected(self, shard: int) -> None:
        if self._up.get(shard) is False:
            self._meter.count("gateway_reconnects")
        self._note(shard, up=True)

    async def _lost(self, shard: int) -> None:
        if shard in self._up:
            self._note(shard, up=False)

    def _note(self, shard: int, *, up: bool) -> None:
        if self._up.get(shard) is not up:
            self._up[shard] = up
            self._since = self._now()


log = logging.getLogger(__name__)

DAY = 86_400.0  # seconds
ANSWERS = 6.0  # seconds in which what is under way can be finished, once the bot is to leave: Docker kills it after ten

MODEL = 3.5
"""Seconds until no chat model is waited for any more: what it would have written is quoted from the passages."""


def intents(*, message_content: bool = False) -> discord.Intents:
    """Return what the bot asks to hear of: servers and messages. None of it is privileged, but for watching places.

    Without Message Content, Discord sends the text of a message only where it mentions the bot, replies to it, or
    is a direct message: exactly what is needed for everything else.
    """
    return discord.Intents(guilds=True, guild_messages=True, dm_messages=True, message_content=message_content)


class Commands(app_commands.CommandTree["Dogear"]):
    """The commands; what goes wrong in one of them goes the one way of errors."""

    async def interaction_check(self, interaction: "discord.Interaction[Dogear]", /) -> bool:
        """Begin a command, unless the bot is leaving."""
        try:
            begin(interaction)
        except Leaving as leaving:
            if interaction.type is not discord.InteractionType.autocomplete:
                await tell(interaction, leaving)
            return False
        return True

    async def on_error(
        self, interaction: "discord.Interaction[Dogear]", error: app_commands.AppCommandError, /
    ) -> None:
        """Tell the member."""
        if interaction.type is not discord.InteractionType.autocomplete:
            await tell(interaction, error)


class Dogear(ClubBot):
    """The bot: it holds the app, and no state of its own but what Discord's library keeps.

    Members and messages are not kept in memory, so that a bot in many servers stays small.
    """

    def __init__(
        self,
        app: App,
        **options: Any,  # noqa: ANN401 (the library's options)
    ) -> None:
        """Take the shards that are set, or else as many as Discord advises, all of them."""
        if shards := app.settings.shards:
            options |= {"shard_ids": list(shards.ids), "shard_count": shards.count}
        discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # it has no voice to lack
        super().__init__(
            command_prefix=(),
            help_command=None,
            tree_cls=Commands,
            intents=intents(message_content=app.settings.message_content),
            allowed_mentions=discord.AllowedMentions.none(),
            max_messages=None,
            chunk_guilds_at_startup=False,
            member_cache_flags=discord.MemberCacheFlags.none(),
            activity=discord.CustomActivity("Spoiler-free answers about your book"),
            **options,
        )
        self.app = app
        self.connections = Connections(self, app.meter, app.now)
        self.is_member: IsMember = Membership(self, app.shards).holds
        self.presence = Presence(app, self._is_in)
        self.jobs = Jobs(JobTable(app.database), app.now, app.shards, self.presence.here, app.meter)
        self.under_way = UnderWay()
        self._tidying: asyncio.Task[None] | None = None

    async def setup_hook(self) -> None:
        """Put the parts together, once the token is accepted and before any event arrives."""
        for feature in FEATURES:
            self.add_dynamic_items(*feature.buttons)
            for cog in feature.cogs:
                await self.add_cog(cog(self))
            self.jobs.work |= {kind: work(self) for kind, work in feature.jobs.items()}
        if self.app.shards.direct:  # of several processes, one does what is about all clubs
            await sync_if_changed(self.tree, self.app.get(BotMemory))

    async def on_ready(self) -> None:
        """Say that the bot is there, and see to what became due meanwhile."""
        log.info("here as %s, in %d servers", self.user, len(self.guilds))
        try:
            await self.presence.only_in({guild.id for guild in self.guilds})
        finally:
            self.jobs.start()
        self._tidying = self._tidying or asyncio.create_task(self._tidy(), name="tidying")

    async def on_guild_join(self, guild: discord.Guild) -> None:
        """See to what is due in a server to which the bot comes back."""
        await self.presence.returned([guild.id])
        self.jobs.nudge()

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """Note that the bot was removed from a server; what is kept of it is deleted once it stays away."""
        await self.presence.left(guild.id)

    async def _tidy(self) -> None:
        """Forget once a day what is kept for a time only (docs/privacy.md)."""
        while True:
            try:
                if self.app.shards.direct:
                    await self.app.get(AskedQuestions).forget_old()
                    await self.app.get(Audit).forget_old()
                    await self.app.get(Watching).forget_old()
                    await self.app.get(ClubBooks).follow()
                for club in await self.presence.long_left():
                    await self.app.get(MyData).delete_club(club)
            except Exception:
                log.exception("what is old could not be forgotten; it is tried again tomorrow")
            await asyncio.sleep(DAY)

    async def launch_shard(self, gateway: URL, shard_id: int, *, initial: bool = False) -> None:
        """Connect a shard, with a limit to the time that it waits before it connects again."""
        await super().launch_shard(gateway, shard_id, initial=initial)
        if (launched := self.get_shard(shard_id)) is not None:
            backoff = launched._parent._backoff
            backoff._max, backoff._reset_time = LONGEST_BACKOFF, QUIET

    def _is_in(self, club: int) -> bool | None:
        guild = self.get_guild(club)
        return False if guild is None else None if guild.unavailable else True

    async def leave(self) -> None:
        """Begin nothing new, finish what is under way as far as there is time for it, and close."""
        log.info("leaving; %d questions are under way", len(self.under_way))
        hanging_up = asyncio.get_running_loop().call_later(MODEL, self.app.discussion.close_model)
        await asyncio.gather(self.under_way.finish(ANSWERS), self.jobs.stop(ANSWERS))
        hanging_up.cancel()
        await self.close()

    async def close(self) -> None:
        """Finish timed work that has begun, and leave."""
        if self._tidying:
            self._tidying.cancel()
            await asyncio.gather(self._tidying, return_exceptions=True)
        await self.jobs.stop()
        await super().close()

    async def on_message(self, _: discord.Message, /) -> None:
        """Leave messages to the cogs: there are no commands with a prefix."""
