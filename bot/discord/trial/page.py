"""The page in which the bot can be tried: the real bot over a simulated Discord, on this machine alone."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import signal
import tempfile
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from pathlib import Path

import simcord
from simcord.preview import Preview

from bot.club.services import Services
from bot.club_assembly import open_services
from bot.discord.client import Dogear, intents
from bot.discord.trial.demo_club import DemoClub, set_up
from bot.settings import Settings
from corpus.errors import DogearError

FOLDER = "try"
"""Where the vector store of the trial is, in the data folder: nothing there belongs to a real club."""

PATIENCE = 120.0
"""Seconds that a command may take before the page says that it failed: more than any chat model is given."""

WIDTH, HEIGHT = 1280, 900
"""Pixels of the page, where its window does not say."""


class PortTaken(DogearError):
    """The page cannot be served."""


@dataclass(frozen=True, slots=True)
class Trial:
    """A running trial: the simulated Discord, the club in it, and the page that shows its thread."""

    env: simcord.Env
    club: DemoClub
    preview: Preview


@contextlib.asynccontextmanager
async def opened_trial(services: Services, port: int = 0) -> AsyncIterator[Trial]:
    """Run the bot in the club and serve its page on a port of this machine; 0 takes any that is free."""
    env = simcord.Env(Dogear(services, shard_count=1), check_errors=False, approved_intents=intents())
    env.settle_timeout = PATIENCE
    env.backend.clock.advance((dt.datetime.now(dt.UTC) - env.now()).total_seconds())  # its calendar begins in the past
    await env.start()
    try:
        club = await set_up(env, services)
        viewers = tuple(club.viewers.values())
        async with env.preview(
            club.thread, viewers=viewers, layout="channel", width=WIDTH, height=HEIGHT, port=port
        ) as preview:
            yield Trial(env, club, preview)
    except simcord.SetupError as error:
        if "bind port" in str(error):
            raise PortTaken(f"Port {port} is in use. Choose another, or leave --port out.") from error
        raise
    finally:
        await env.shutdown()


async def show_until_stopped(
    settings: Settings, port: int, say: Callable[[str], None], report: Callable[[int, int], None] | None = None
) -> None:
    """Open everything, say the address, and stay until SIGINT, SIGTERM or the page's own “End preview session”."""
    with tempfile.TemporaryDirectory(prefix="dogear-try-") as records:
        ours = replace(settings, data=settings.data / FOLDER)
        async with open_services(ours, _now, report=report, records=Path(records)) as services:
            async with opened_trial(services, port) as trial:
                say(f"{WELCOME}\n\n    {trial.preview.url}\n\n{LEAVE}")
                await _stopped(trial.preview)


WELCOME = "The bot is in its club. Open this address in a browser on this machine:"
LEAVE = "Choose who you are at “Viewing as”, type / for the commands. Ctrl-C ends it, and the club is forgotten."


async def _stopped(preview: Preview) -> None:
    """Wait for a signal or for the page to be closed, whichever comes first."""
    loop = asyncio.get_running_loop()
    signalled = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):  # Windows
            loop.add_signal_handler(number, signalled.set)
    waiting = [asyncio.ensure_future(preview.wait_closed()), asyncio.ensure_future(signalled.wait())]
    try:
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in waiting:
            task.cancel()


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def run_trial(
    settings: Settings, port: int, say: Callable[[str], None], report: Callable[[int, int], None] | None = None
) -> None:
    """Show the page until it is stopped."""
    asyncio.run(show_until_stopped(settings, port, say, report))
