"""Running the bot: everything is opened before Discord hears of it, and closed after it has left."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import sys

import discord
import yarl
from discord.gateway import DiscordWebSocket

from bot.club_assembly import open_services
from bot.discord.client import Dogear
from bot.discord.sign_in import DiscordUnreachable, TokenRefused, speak_to
from bot.settings import Settings

log = logging.getLogger(__name__)

TURN = 0.0005
"""Seconds that a thread may keep the interpreter while another waits, instead of Python's 0.005: with a thread for each
core searching, every step of the event loop would wait several turns, and acknowledgements come late."""


def run(settings: Settings) -> None:
    """Run the bot until it is told to stop. Raises TokenRefused or DiscordUnreachable where it cannot begin."""
    sys.setswitchinterval(TURN)
    asyncio.run(run_until_stopped(settings))


async def run_until_stopped(settings: Settings) -> None:
    """Open everything, log in, and stay until SIGINT or SIGTERM."""
    if settings.discord_token is None:
        raise TokenRefused("DISCORD_TOKEN is not set. The README says where to get one.")
    speak_to(settings.discord_api)
    async with open_services(settings, discord.utils.utcnow) as services:
        bot = Dogear(services)
        _stop_on_signals(bot)
        try:
            async with bot:
                await bot.login(settings.discord_token.get_secret_value())
                if settings.discord_api:
                    await _meet_at_its_gateway(bot)
                await bot.connect()
        except discord.LoginFailure as error:
            raise TokenRefused(
                "Discord does not accept DISCORD_TOKEN. Copy it again from the application's page, under “Bot”."
            ) from error
        except (OSError, discord.GatewayNotFound, discord.HTTPException) as error:
            log.debug("cannot begin", exc_info=error)
            raise DiscordUnreachable("Discord cannot be reached. The terminal works without it.") from error
    log.info("stopped")


async def _meet_at_its_gateway(bot: Dogear) -> None:
    """Take the gateway that the API names for every connection: the library asks for it only the first time."""
    _, address, _ = await bot.http.get_bot_gateway()
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(address)


def _stop_on_signals(bot: Dogear) -> None:
    """Close the bot on SIGINT and SIGTERM: what is under way is answered, then everything is let go of in order."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):  # Windows
            loop.add_signal_handler(number, lambda: asyncio.ensure_future(bot.close()))
