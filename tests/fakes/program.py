"""The program as a process of its own, with a small library and a Discord on the loopback address."""

import asyncio
import os
import socket
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path

from tests.fakes.bookshelf import write_lantern
from tests.fakes.discord_server import DiscordServer

ROOT = Path(__file__).parents[2]
PROGRAM = (str(ROOT / "run_bot.py"),)
LIGHT_PROGRAM = ("-m", "tests.fakes.light_program")
"""What Python is told to run; the light one has no embedding model to load."""


async def started(
    discord: DiscordServer, home: Path, *words: str, model: Path | None = None, **environment: str
) -> Process:
    """Start the program beside a small library: with an embedding model, or the light one."""
    write_lantern(home / "library")
    settings = {
        "DISCORD_TOKEN": discord.token, "DISCORD_API": discord.api, "DOGEAR_LIBRARY": "library",
        "DOGEAR_DATA": "data", "EMBEDDING_MODEL": str(model or ""), "PYTHONWARNINGS": "default",
        "PYTHONPATH": str(ROOT),
    }  # fmt: skip
    program = PROGRAM if model else LIGHT_PROGRAM
    return await asyncio.create_subprocess_exec(
        sys.executable, *program, *words, cwd=home, stdout=PIPE, stderr=PIPE,
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
