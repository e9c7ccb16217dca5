"""The bot in Discord: what it listens to, what it is made of, and how its parts are put together."""

from __future__ import annotations

import logging
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.club.direct import IsMember
from bot.club.services import Services
from bot.club.timekeeping import Timekeeper
from bot.discord.buttons import BUTTONS
from bot.discord.cogs import cogs
from bot.discord.command_sync import sync_if_changed
from bot.discord.failures import tell
from bot.discord.membership import Membership

log = logging.getLogger(__name__)


def intents(*, message_content: bool = False) -> discord.Intents:
    """Return what the bot asks to hear of: servers and messages. None of it is privileged, but for watching places.

    Without Message Content, Discord sends the text of a message only where it mentions the bot, replies to it, or
    is a direct message: exactly what is needed for everything else.
    """
    return discord.Intents(guilds=True, guild_messages=True, dm_messages=True, message_content=message_content)


class Commands(app_commands.CommandTree["Dogear"]):
    """The commands; what goes wrong in one of them goes the one way of errors."""

    async def on_error(self, interaction: discord.Interaction[Dogear], error: app_commands.AppCommandError, /) -> None:
        """Tell the member."""
        if interaction.type is not discord.InteractionType.autocomplete:
            await tell(interaction, error)


class Dogear(commands.AutoShardedBot):
    """The bot: it holds the services, and no state of its own but what Discord's library keeps.

    Members and messages are not kept in memory, so that a bot in many servers stays small.
    """

    def __init__(self, services: Services, *, message_content: bool = False, **options: Any) -> None:  # noqa: ANN401 (the library's options)
        super().__init__(
            command_prefix=(),
            help_command=None,
            tree_cls=Commands,
            intents=intents(message_content=message_content),
            allowed_mentions=discord.AllowedMentions.none(),
            max_messages=None,
            chunk_guilds_at_startup=False,
            member_cache_flags=discord.MemberCacheFlags.none(),
            activity=discord.CustomActivity("Tells you nothing beyond what you have read"),
            **options,
        )
        self.services = services
        self.is_member: IsMember = Membership(self).holds
        self.timekeeper = Timekeeper(services.now)

    async def setup_hook(self) -> None:
        """Put the parts together, once the token is accepted and before any event arrives."""
        self.add_dynamic_items(*BUTTONS)
        for cog in cogs(self):
            await self.add_cog(cog)
        await self.services.questions.forget_old()
        await sync_if_changed(self.tree, self.services.notes)

    async def on_ready(self) -> None:
        """Say that the bot is there."""
        log.info("here as %s, in %d servers", self.user, len(self.guilds))
        self.timekeeper.start()

    async def close(self) -> None:
        """Finish timed work that has begun, and leave."""
        await self.timekeeper.stop()
        await super().close()

    async def on_message(self, _: discord.Message, /) -> None:
        """Leave messages to the cogs: there are no commands with a prefix."""
