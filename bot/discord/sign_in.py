"""Asking Discord whose token this is, without going online: what `doctor` wants to know before a first start."""

from __future__ import annotations

import asyncio

import discord
from pydantic import SecretStr

from corpus.errors import DogearError

PATIENCE = 5.0
"""Seconds that Discord has to answer."""


class TokenRefused(DogearError):
    """Discord does not know the token."""


class DiscordUnreachable(DogearError):
    """Discord did not answer."""


def speak_to(api: str | None) -> None:
    """Speak to another address than Discord's own: a proxy that several processes share, or a test's server."""
    if api:
        discord.http.Route.BASE = api.rstrip("/")


async def signed_in_as(token: SecretStr, patience: float = PATIENCE) -> str:
    """Return the name of the bot that a token belongs to. Raises TokenRefused or DiscordUnreachable."""
    return str((await _asked(token, patience)).user)


async def application_of(token: SecretStr, patience: float = PATIENCE) -> int:
    """Return the id of the application that a token belongs to. Raises TokenRefused or DiscordUnreachable."""
    return (await _asked(token, patience)).application_id or 0


async def _asked(token: SecretStr, patience: float) -> discord.Client:
    """Return a client that was logged in and is closed again; it still knows what Discord told it."""
    client = discord.Client(intents=discord.Intents.none())
    try:
        async with asyncio.timeout(patience):
            await client.login(token.get_secret_value())
        return client
    except discord.LoginFailure as error:
        raise TokenRefused(
            "Discord does not accept DISCORD_TOKEN. Copy it again from the application's page, under “Bot”."
        ) from error
    except (OSError, TimeoutError, discord.HTTPException) as error:
        raise DiscordUnreachable("Discord cannot be reached. The terminal works without it.") from error
    finally:
        await client.close()
