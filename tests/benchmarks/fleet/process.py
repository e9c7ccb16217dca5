"""One process of the bot: started, watched from outside, and stopped."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.fakes.discord_server.server import DiscordServer

ROOT = Path(__file__).parents[3]
PATIENCE = 900.0
"""Seconds for a start: some of them build the vector store."""


@dataclass
class Running:
    """A process, and what it took until it was ready, in seconds."""

    process: Process
    log: Path
    began: float

    @property
    def resident(self) -> float:
        """Its memory, in MB of 1,000,000 bytes."""
        return self._memory("VmRSS")

    def _memory(self, name: str) -> float:
        lines = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii").splitlines()
        return int(next(line.split()[1] for line in lines if line.startswith(name))) * 1024 / 1e6

    @property
    def processor(self) -> float:
        """Its processor time, in seconds."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    async def ready(self) -> float:
        """Wait until it says that it is there, and return the seconds since it was started."""
        async with asyncio.timeout(PATIENCE):
            while "here as" not in self.log.read_text("utf-8"):
                if self.process.returncode is not None:
                    raise SystemExit(self.log.read_text("utf-8"))
                await asyncio.sleep(0.05)
        return time.monotonic() - self.began

    def warnings(self) -> list[str]:
        """Return what it warned of."""
        lines = self.log.read_text("utf-8").splitlines()
        return [line for line in lines if " WARNING " in line or " ERROR " in line]


@asynccontextmanager
async def started(discord: DiscordServer, data: Path, **settings: str) -> AsyncIterator[Running]:
    """Run the bot over a data folder of its own until the block ends."""
    own = {"DISCORD_TOKEN": discord.token, "DISCORD_API": discord.api, "DOGEAR_DATA": str(data), "LOG_LEVEL": "INFO"}
    own |= dict.fromkeys(("CHAT_MODEL", "DOGEAR_LIBRARY", "EMBEDDING_MODEL", "SHARDS", "METRICS_PORT"), "")
    data.mkdir(parents=True, exist_ok=True)  # noqa: ASYNC240 (nothing else goes on)
    log = data / "log"
    with log.open("wb") as out:
        began = time.monotonic()
        process = await asyncio.create_subprocess_exec(
            sys.executable, "run_bot.py", cwd=ROOT, env=os.environ | own | settings, stdout=out, stderr=out
        )
        try:
            yield Running(process, log, began)
        finally:
            if process.returncode is None:
                process.send_signal(signal.SIGTERM)
            await process.wait()
