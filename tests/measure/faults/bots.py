"""The real bot as a process that is killed, stopped and started again over the same data folder."""

import asyncio
import os
import signal
import sys
import time
from asyncio.subprocess import Process
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.fakes.bookshelf import LANTERN, LANTERN_DOCUMENTS, write_book, write_lantern
from tests.fakes.discord_server import DiscordServer
from tests.fakes.program import PROGRAM, ROOT

START = 900.0
"""Seconds for a start; the first one builds the vector store."""

BOOKS = 6
"""Books of the small library."""

GONE = 20.0
"""Seconds for Discord to notice that the bot is gone."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """What a bot is run with: a library and a model, and the book of it that members speak of."""

    settings: Mapping[str, str]
    book: str
    title: str
    program: tuple[str, ...] = PROGRAM

    @classmethod
    def shipped(cls) -> "Shelf":
        """Return the shipped library with the packaged model."""
        return cls({"DOGEAR_LIBRARY": "", "EMBEDDING_MODEL": ""}, "call-for-the-dead", "Call for the Dead")

    @classmethod
    def small(cls, folder: Path) -> "Shelf":
        """Return a few small books, made in a folder, with the packaged model."""
        write_lantern(folder / "library")
        for n in range(BOOKS - 1):  # so many that Chroma writes an index of them
            write_book(folder / "library", f"the-lantern-{n + 2}", LANTERN_DOCUMENTS)
        return cls({"DOGEAR_LIBRARY": str(folder / "library"), "EMBEDDING_MODEL": ""}, LANTERN, "The Lantern")


@dataclass
class Bot:
    """One bot with its data folder; its log goes on from process to process."""

    discord: DiscordServer
    shelf: Shelf
    folder: Path
    data: Path
    more: Mapping[str, str] = field(default_factory=dict)
    process: Process | None = None

    @property
    def log(self) -> str:
        """Return all that was logged so far."""
        path = self.folder / "log"
        return path.read_text("utf-8", errors="replace") if path.exists() else ""

    @property
    def environment(self) -> dict[str, str]:
        """Return what a process of this bot is started with."""
        own = {"DISCORD_TOKEN": self.discord.token, "DISCORD_API": self.discord.api, "DOGEAR_DATA": str(self.data)}
        own |= {
            "PYTHONPATH": str(ROOT),
            "CHAT_MODEL": "",
            "LOG_LEVEL": "INFO",
            "DATABASE_URL": "",
            "MEMBER_QUESTIONS": "100000",
        }
        return os.environ | own | {"CLUB_QUESTIONS": "1000000"} | dict(self.shelf.settings) | dict(self.more)

    async def spawn(self) -> Process:
        """Start a process, and do not wait for it."""
        with (self.folder / "log").open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable, *self.shelf.program,
                cwd=self.folder, env=self.environment, stdout=log, stderr=log,
            )  # fmt: skip
        return self.process

    async def start(self) -> float:
        """Start a process, and return the seconds until Discord knew it. Raises RuntimeError with its last words."""
        begun, known = time.monotonic(), len(self.discord.gateway.identified)
        process = await self.spawn()
        ended = asyncio.create_task(process.wait())
        there = asyncio.create_task(
            self.discord.gateway.until(
                lambda: len(self.discord.gateway.identified) > known and bool(self.discord.gateway.online), START
            )
        )
        await asyncio.wait([ended, there], return_when=asyncio.FIRST_COMPLETED)
        ended.cancel()
        if not there.done():
            there.cancel()
            raise RuntimeError(f"the bot ended ({process.returncode}): {self.log[-600:]}")
        await there
        await self.discord.synced.wait()
        return time.monotonic() - begun

    def worked(self) -> float:
        """Return the processor time that the process has used so far, in seconds."""
        if self.process is None:
            return 0.0
        fields = Path(f"/proc/{self.process.pid}/stat").read_text("ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    async def kill(self) -> None:
        """Kill the process as the system does, and wait until Discord has noticed."""
        await self._end(signal.SIGKILL)

    async def stop(self) -> int:
        """Tell the process to leave, and return its exit status."""
        return await self._end(signal.SIGTERM)

    async def _end(self, number: signal.Signals) -> int:
        process = self.process
        if process is None:
            return 0
        if process.returncode is None:
            process.send_signal(number)
        status = await process.wait()
        await self.discord.gateway.until(lambda: not self.discord.gateway.online, GONE)
        return status

    async def command(self, *words: str) -> tuple[int, str]:
        """Run another command of the program over the same data, and return its exit status and what it said."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, *self.shelf.program, *words, cwd=self.folder, env=self.environment,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        said, _ = await process.communicate()
        return process.returncode or 0, said.decode(errors="replace")
