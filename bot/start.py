"""Checks before the first shard connects: session starts that are left, and the number of shards."""

import asyncio
import contextlib
import datetime as dt
import hashlib
import json
import logging
from collections.abc import Iterator
from typing import Any

import discord
from discord import app_commands
from pydantic import SecretStr

from bot.discord.context import permissions
from bot.features.ask.store import BotMemory
from bot.people import Shards
from bot.settings import Settings
from corpus.errors import DogearError

log = logging.getLogger(__name__)


async def sync_if_changed(tree: app_commands.CommandTree[Any], memory: BotMemory) -> bool:
    """Send the commands to Discord if they changed since they were sent last; return whether they were."""
    name = f"commands of {tree.client.application_id}"
    commands = sorted((command.to_dict(tree) for command in tree.get_commands()), key=lambda c: (c["type"], c["name"]))
    told = hashlib.sha256(json.dumps(commands, sort_keys=True, default=str).encode()).hexdigest()
    if await memory.recall(name) == told:
        return False
    sent = await tree.sync()
    await memory.remember(name, told)
    log.info("sent %d commands to Discord", len(sent))
    return True


PATIENCE = 5.0  # seconds that Discord has to answer


class TokenRefused(DogearError):
    """Discord does not know the token."""


class DiscordUnreachable(DogearError):
    """Discord did not answer."""


def speak_to(api: str | None) -> None:
    """Speak to another address than Discord's own: a proxy that several processes share, or a test's server."""
    if api:
        discord.http.Route.BASE = api.rstrip("/")


async def signed_in(token: SecretStr, patience: float | None = PATIENCE) -> discord.Client:
    """Return a client that was logged in and is closed again, which knows whose the token is.

    Without `patience`, it waits and tries again as long as Discord's library does. Raises TokenRefused or
    DiscordUnreachable.
    """
    client = discord.Client(intents=discord.Intents(guilds=True))  # without them it would warn
    with sign_in_errors():
        try:
            async with asyncio.timeout(patience):
                await client.login(token.get_secret_value())
            return client
        finally:
            await client.close()


@contextlib.contextmanager
def sign_in_errors() -> Iterator[None]:
    """Raise TokenRefused or DiscordUnreachable in place of what Discord's library raises while a bot signs in."""
    try:
        yield
    except discord.LoginFailure as error:
        raise TokenRefused(
            "Discord does not accept DISCORD_TOKEN. Copy it again from the application's page, under “Bot”."
        ) from error
    except (OSError, discord.GatewayNotFound, discord.HTTPException) as error:
        log.debug("cannot begin", exc_info=error)
        raise DiscordUnreachable("Discord cannot be reached. The terminal works without it.") from error


def token_of(settings: Settings) -> SecretStr:
    """Return the token that is set, once Discord's library knows where to send it. Raises TokenRefused."""
    if settings.discord_token is None:
        raise TokenRefused("DISCORD_TOKEN is not set. The README says where to get one.")
    speak_to(settings.discord_api)
    return settings.discord_token


def invite_link(settings: Settings) -> str:
    """Return the link of the bot whose token is set. Raises TokenRefused or DiscordUnreachable."""
    return link(asyncio.run(signed_in(token_of(settings))).application_id or 0)


def link(application: int) -> str:
    """Return the link of an application, by its id."""
    return discord.utils.oauth_url(application, permissions=permissions(), scopes=("bot", "applications.commands"))


class CannotStart(DogearError):
    """Discord does not let the bot start like this; the message says what to do."""


def check_start(shards: Shards | None, advised: int, remaining: int, total: int, resets: dt.datetime) -> None:
    """Raise CannotStart where too few session starts are left for the shards of this process.

    Discord (Gateway, Session Start Limit): the token of a bot that exceeds the limit is reset.
    """
    needed = len(shards.ids) if shards else advised
    if needed > remaining:
        raise CannotStart(
            f"Discord allows the bot {remaining:,} more session starts, and this process needs {needed:,}. There are "
            f"{total:,} again at {resets:%Y-%m-%d %H:%M} UTC: start it then, and look for what made it start so often."
        )
    if shards and shards.count < advised:
        log.warning(
            "SHARDS divides the clubs into %d; Discord advises %d. It refuses shards with more than 2,500 clubs.",
            shards.count, advised,
        )  # fmt: skip
