"""Running the bot: Discord accepts the token, everything is opened, the bot comes online; closed once it has left."""

import asyncio
import contextlib
import datetime as dt
import gc
import logging
import os
import signal
import sys
import threading

import discord
import yarl
from discord.gateway import DiscordWebSocket
from pydantic import SecretStr

from bot import start
from bot.answering.engine import Discussion
from bot.client import Dogear
from bot.jobs import GLANCE, SHARED
from bot.logs import Meter
from bot.opening import log_progress, open_app, open_discussion
from bot.ops.metrics import serving
from bot.settings import Settings

log = logging.getLogger(__name__)

SIGNALS = (signal.SIGINT, signal.SIGTERM)

LEAVE = 9.0  # seconds from such a signal to the end of the process, whatever happens: Docker kills it after ten

TURN = 0.0005
"""Seconds that a thread may keep the interpreter while another waits, instead of Python's 0.005: with a thread for each
core searching, every step of the event loop would wait several turns, and acknowledgements come late."""


def run(settings: Settings) -> None:
    """Run the bot until it is told to stop. Raises TokenRefused or DiscordUnreachable where it cannot begin."""
    token = start.token_of(settings)
    asyncio.run(start.signed_in(token, patience=None))  # a wrong token is said before anything loads
    sys.setswitchinterval(TURN)
    meter = Meter()
    with open_discussion(settings, log_progress(), meter, owner=True) as discussion:
        gc.collect()
        gc.freeze()  # a later full collection would look at each of 350,000 objects, and stop the event loop for 0.6 s
        asyncio.run(run_until_stopped(settings, token, discussion, meter))


async def run_until_stopped(settings: Settings, token: SecretStr, discussion: Discussion, meter: Meter) -> None:
    """Open the club's data, log in, and stay until SIGINT or SIGTERM."""
    async with open_app(discussion, settings, discord.utils.utcnow, meter=meter) as app:
        bot = Dogear(app)
        bot.jobs.longest = SHARED if settings.database else GLANCE
        _stop_on_signals(bot)
        try:
            port = settings.metrics_port
            with start.sign_in_errors():
                async with contextlib.nullcontext() if port is None else serving(port, bot), bot:
                    await bot.login(token.get_secret_value())
                    await ask_to_start(bot, settings)
                    await bot.connect()
        except discord.PrivilegedIntentsRequired as error:
            raise start.TokenRefused(
                "MESSAGE_CONTENT=1 is set, but Discord does not allow it. Turn on “Message Content Intent” on the "
                "application's page, under “Bot”, or take MESSAGE_CONTENT away."
            ) from error
        except discord.ConnectionClosed as error:
            what = (
                f"Discord closed the connection ({error.code}) and takes no other. docs/servers.md says more on shards."
            )
            raise start.DiscordUnreachable(what) from error
    log.info("stopped")


async def ask_to_start(bot: Dogear, settings: Settings) -> None:
    """Ask Discord whether the bot may start, and how. Raises CannotStart.

    Behind another API's address, the gateway that it names is taken for every connection: the library asks for it only
    the first time.
    """
    advised, address, told = await bot.http.get_bot_gateway()
    resets_in = dt.timedelta(milliseconds=told["reset_after"])
    start.check_start(settings.shards, advised, told["remaining"], told["total"], bot.app.now() + resets_in)
    if settings.discord_api:
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(address)


def _stop_on_signals(bot: Dogear) -> None:
    """Leave on SIGINT and SIGTERM: what is under way is finished, then everything is let go of in order.

    A second signal is not waited for. The process ends before it is killed, if something keeps it: all that was
    acknowledged is written by then.
    """
    loop = asyncio.get_running_loop()

    def leave() -> None:
        for number in SIGNALS:
            loop.remove_signal_handler(number)
        last = threading.Timer(LEAVE, end)
        last.daemon = True
        last.start()
        leaving.append(asyncio.ensure_future(bot.leave()))

    def end() -> None:
        log.error("something kept the bot from leaving for %.0f s; it ends now", LEAVE)
        os._exit(1)

    leaving: list[asyncio.Future[None]] = []  # the loop itself would forget it
    for number in SIGNALS:
        loop.add_signal_handler(number, leave)
