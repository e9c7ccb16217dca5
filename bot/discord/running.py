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
from pydantic import SecretStr

from bot.assembly import open_discussion
from bot.club_assembly import log_progress, open_services, set_apart
from bot.discord.client import Dogear
from bot.discord.sign_in import DiscordUnreachable, TokenRefused, speak_to
from bot.discussion import Discussion
from bot.settings import Settings

log = logging.getLogger(__name__)

TURN = 0.0005
"""Seconds that a thread may keep the interpreter while another waits, instead of Python's 0.005: with a thread for each
core searching, every step of the event loop would wait several turns, and acknowledgements come late."""


def run(settings: Settings) -> None:
    """Run the bot until it is told to stop. Raises TokenRefused or DiscordUnreachable where it cannot begin."""
    if settings.discord_token is None:
        raise TokenRefused("DISCORD_TOKEN is not set. The README says where to get one.")
    speak_to(settings.discord_api)
    sys.setswitchinterval(TURN)
    with open_discussion(settings, settings.library, settings.data, log_progress()) as discussion:
        set_apart()
        asyncio.run(run_until_stopped(settings, settings.discord_token, discussion))


async def run_until_stopped(settings: Settings, token: SecretStr, discussion: Discussion) -> None:
    """Open the club's data, log in, and stay until SIGINT or SIGTERM."""
    async with open_services(discussion, settings, discord.utils.utcnow) as services:
        bot = Dogear(services, message_content=settings.message_content)
        _stop_on_signals(bot)
        try:
            async with bot:
                await bot.login(token.get_secret_value())
                if settings.discord_api:
                    await _meet_at_its_gateway(bot)
                await bot.connect()
        except discord.PrivilegedIntentsRequired as error:
            raise TokenRefused(
                "MESSAGE_CONTENT=1 is set, but Discord does not allow it. Turn on “Message Content Intent” on the "
                "application's page, under “Bot”, or take MESSAGE_CONTENT away."
            ) from error
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
