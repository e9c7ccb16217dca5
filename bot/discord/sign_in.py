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


async def signed_in_as(token: SecretStr, patience: float = PATIENCE) -> str:
    """Return the name of the bot that a token belongs to. Raises TokenRefused or DiscordUnreachable."""
    client = discord.Client(intents=discord.Intents.none())
    try:
        async with asyncio.timeout(patience):
            await client.login(token.get_secret_value())
        return str(client.user)
    except discord.LoginFailure as error:
        raise TokenRefused(
            "Discord does not accept DISCORD_TOKEN. Copy it again from the application's page, under “Bot”."
        ) from error
    except (OSError, TimeoutError, discord.HTTPException) as error:
        raise DiscordUnreachable("Discord cannot be reached. The terminal works without it.") from error
    finally:
        await client.close()
