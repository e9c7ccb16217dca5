"""The page in which the bot can be tried: the real bot over a simulated Discord, on this machine alone."""

import asyncio
import contextlib
import signal
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import simcord
from discord.utils import utcnow
from simcord.preview import Preview

from bot.answering.engine import Discussion
from bot.app import App
from bot.client import Dogear, intents
from bot.demo.club import DemoClub, introduce, set_up
from bot.opening import open_app, open_discussion
from bot.settings import Settings
from corpus.errors import DogearError

FOLDER = "try"
"""Where the vector store of the trial is, in the data folder: nothing there belongs to a real club."""

PATIENCE = 120.0
"""Seconds that a command may take before the page says that it failed: more than any chat model is given."""

Report = Callable[[int, int], None]
Opening = Callable[[], AbstractContextManager[Report | None]]
"""Shows that the library is being opened, and yields what is told of passages done and to do."""

WIDTH, HEIGHT = 1280, 900
"""Pixels of the page, where its window does not say."""


@dataclass(frozen=True, slots=True)
class Trial:
    """A running trial: the simulated Discord, the club in it, and the page that shows its thread."""

    env: simcord.Env
    club: DemoClub
    preview: Preview


@contextlib.asynccontextmanager
async def opened_trial(app: App, port: int = 0) -> AsyncIterator[Trial]:
    """Run the bot in the club and serve its page on a port of this machine; 0 takes any that is free."""
    bot = Dogear(app, shard_count=1)
    env = simcord.Env(bot, check_errors=False, approved_intents=intents(), settle_timeout=PATIENCE)
    env.backend.clock.advance((utcnow() - env.now()).total_seconds())  # its calendar begins in the past
    introduce(env)
    await env.start()
    try:
        club = await set_up(env, app)
        viewers = tuple(club.members.values())
        async with env.preview(
            club.thread, viewers=viewers, layout="channel", width=WIDTH, height=HEIGHT, assets=club.faces, port=port
        ) as preview:
            yield Trial(env, club, preview)
    except simcord.SetupError as error:
        if "bind port" in str(error):
            raise DogearError(f"Port {port} is in use. Choose another, or leave --port out.") from error
        raise
    finally:
        await env.shutdown()


def run_trial(settings: Settings, port: int, say: Callable[[str], None], opening: Opening) -> None:
    """Show the page until it is stopped.

    The vector store stays for the next time; the club and what was done in it do not.
    """
    nowhere_else = {"chroma_url": None, "database": None, "shards": None}  # a server's clubs are real
    ours = settings.model_copy(update={"data": settings.data / FOLDER} | nowhere_else)
    with contextlib.ExitStack() as stack:
        records = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="dogear-try-")))
        with opening() as report:
            discussion = stack.enter_context(open_discussion(ours, report))
        forgotten = ours.model_copy(update={"data": records})
        asyncio.run(show_until_stopped(discussion, forgotten, port, say))


async def show_until_stopped(discussion: Discussion, settings: Settings, port: int, say: Callable[[str], None]) -> None:
    """Say the address of the page, and stay until SIGINT, SIGTERM or the page's own “End preview session”."""
    async with open_app(discussion, settings, utcnow) as app, opened_trial(app, port) as trial:
        say(f"{WELCOME}\n\n    {trial.preview.url}\n\n{LEAVE}")
        closed = asyncio.create_task(trial.preview.wait_closed())
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, closed.cancel)
        await asyncio.wait([closed])


WELCOME = "The bot is in its club. Open this address in a browser on this machine:"
LEAVE = "Choose who you are at “Viewing as”, type / for the commands. Ctrl-C ends it, and the club is forgotten."
