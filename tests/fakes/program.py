"""The program as a process of its own, with a small library and a Discord on the loopback address."""

import asyncio
import os
import socket
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path

from tests.fakes.bookshelf import write_lantern
from tests.fakes.discord_server import DiscordServer

PROGRAM = Path(__file__).parents[2] / "run_bot.py"


async def started(discord: DiscordServer, home: Path, model: Path, *words: str, **environment: str) -> Process:
    """Start the program beside a small library and a model that loads in no time."""
    write_lantern(home / "library")
    settings = {
        "DISCORD_TOKEN": discord.token, "DISCORD_API": discord.api, "DOGEAR_LIBRARY": "library",
        "DOGEAR_DATA": "data", "EMBEDDING_MODEL": str(model), "PYTHONWARNINGS": "default",
    }  # fmt: skip
    return await asyncio.create_subprocess_exec(
        sys.executable, str(PROGRAM), *words, cwd=home, stdout=PIPE, stderr=PIPE,
        env=os.environ | settings | environment,
    )  # fmt: skip


async def left(process: Process) -> tuple[int, str, str]:
    """Return a process's exit status and what it has said."""
    async with asyncio.timeout(300):
        said, told = await process.communicate()
    return process.returncode or 0, said.decode(), told.decode()


def free_port() -> int:
    """Return a port of this machine that nothing listens at."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
