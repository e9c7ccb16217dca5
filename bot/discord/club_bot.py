"""What cogs, buttons and menus ask of the bot that they belong to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol, cast

import discord
from discord import app_commands

from bot.club.direct import IsMember
from bot.club.presence import Presence
from bot.club.services import Services
from bot.club.timekeeping import Timekeeper
from bot.club.under_way import UnderWay


class ClubBot(Protocol):
    """The bot as its parts see it: what the club can do, and who is in which club now."""

    services: Services
    is_member: IsMember
    presence: Presence
    timekeeper: Timekeeper
    under_way: UnderWay

    @property
    def tree(self) -> app_commands.CommandTree[Any]:
        """The commands."""
        ...

    @property
    def user(self) -> discord.ClientUser | None:
        """The bot itself, once Discord has let it in."""
        ...

    @property
    def intents(self) -> discord.Intents:
        """What the bot hears of."""
        ...

    @property
    def guilds(self) -> Sequence[discord.Guild]:
        """The servers that this process serves."""
        ...

    async def wait_until_ready(self) -> None:
        """Wait until Discord has told of everything."""
        ...

    def get_partial_messageable(self, id: int, *, guild_id: int | None = None) -> discord.PartialMessageable:  # noqa: A002
        """Return a channel by its id, without asking for it."""
        ...

    async def fetch_guild(self, guild_id: int, /, *, with_counts: bool = True) -> discord.Guild:
        """Ask Discord for a server."""
        ...

    async def create_dm(self, user: discord.abc.Snowflake) -> discord.DMChannel:
        """Return the channel of direct messages with somebody."""
        ...

    def get_guild(self, id: int, /) -> discord.Guild | None:  # noqa: A002 (the library's own name)
        """Return a server that the bot is in."""
        ...


def bot_of(interaction: discord.Interaction[Any]) -> ClubBot:
    """Return the bot that an interaction came to."""
    return cast(ClubBot, interaction.client)


def services_of(interaction: discord.Interaction[Any]) -> Services:
    """Return what the club can do."""
    return bot_of(interaction).services
