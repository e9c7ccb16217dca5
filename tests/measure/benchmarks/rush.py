"""Ask the real bot many questions at once, over a socket, and print how it bears up.

python -m tests.measure.benchmarks.rush [--questions 300] [--clubs 20] [--over 0] [--debug]

The bot is `run_bot.py`, in quote mode with the shipped library; the Discord is ours (tests/fakes/discord_server), in
this process. Every member first tells how far they are, and then all of them ask at the same moment. With `--debug`,
asyncio tells which callbacks held the event loop for more than 100 ms.
"""

import argparse
import asyncio
import os
import re
import signal
import sys
import tempfile
import time
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from simcord.backend.models import Channel as Place

from corpus.library import SHIPPED, Library
from tests.fakes.discord_server import DiscordServer, Interaction, discord_server

ROOT = Path(__file__).parents[3]
FORMS = ("Who is {}?", "What does {} do?", "Why does {} matter?", "Whom does {} trust?")
AT_A_TIME = 10
START = 300.0
"""Seconds for the bot to start; the first time, it builds the vector store."""

GIVE_UP = 60.0
"""Seconds after which a question without an answer is lost."""

WATCH = 2.0
"""Seconds in which an answer that comes twice would show."""

PROBLEM = "Sorry, something went wrong"

SLOW = re.compile(r"Executing (.*) took ([0-9.]+) seconds")


def questions(count: int) -> list[tuple[str, str]]:
    """Return different questions about people of the shipped books, with the titles; one book after another."""
    books = Library.load(SHIPPED).books
    names = {
        slug: re.findall(r"^## (.+)$", (SHIPPED / slug / "people.md").read_text("utf-8"), re.MULTILINE)
        for slug in books
    }
    asked = [
        (form.format(names[slug][n % len(names[slug])]), book.title)
        for form in FORMS
        for n in range(max(map(len, names.values())))
        for slug, book in books.items()
    ]
    return list(dict.fromkeys(asked))[:count]


def memory(when: str, process: Process) -> str:
    """Return a line of the memory of a process, in MB of 1,000,000 bytes."""
    lines = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii").splitlines()
    read = dict(line.split(":", 1) for line in lines)
    mb = [int(read[name].split()[0]) * 1024 / 1e6 for name in ("VmRSS", "RssAnon", "VmHWM")]
    return f"{'memory, ' + when:<20}{mb[0]:.0f} MB resident ({mb[1]:.0f} of it its own), {mb[2]:.0f} MB at most"


@asynccontextmanager
async def running_bot(discord: DiscordServer, folder: Path, *, debug: bool) -> AsyncIterator[Process]:
    """Run the bot until the block ends; its log goes to the folder."""
    own = {"DISCORD_TOKEN": discord.token, "DISCORD_API": discord.api, "DOGEAR_DATA": str(folder / "data")}
    own |= {"CHAT_MODEL": "", "DOGEAR_LIBRARY": "", "EMBEDDING_MODEL": "", "LOG_LEVEL": "INFO"}
    if debug:
        own["PYTHONASYNCIODEBUG"] = "1"
    with (folder / "log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "run_bot.py", cwd=ROOT, env=os.environ | own, stdout=log, stderr=log
        )
        try:
            ended = asyncio.create_task(process.wait())
            there = asyncio.create_task(discord.online(patience=START))
            await asyncio.wait([ended, there], return_when=asyncio.FIRST_COMPLETED)
            there.cancel()
            if ended.done():
                raise SystemExit((folder / "log").read_text("utf-8"))
            yield process
        finally:
            if process.returncode is None:
                process.send_signal(signal.SIGTERM)
            await process.wait()


def place(discord: DiscordServer, n: int) -> Place:
    """Return the channel in which a member asks: one club after another."""
    return discord.clubs[n % len(discord.clubs)].places[0]


async def report_positions(discord: DiscordServer, asked: Sequence[tuple[str, str]]) -> None:
    """Let every member tell how far they are in the book that they will ask about."""
    turn = asyncio.Semaphore(AT_A_TIME)

    async def report(n: int, title: str) -> None:
        async with turn:
            where, here = f"{30 + n % 71}%", place(discord, n)
            told = discord.slash("progress set", by=discord.people[n], place=here, where=where, book=title)
            await told.answered(GIVE_UP)

    await asyncio.gather(*(report(n, title) for n, (_, title) in enumerate(asked)))


async def rush(discord: DiscordServer, asked: Sequence[tuple[str, str]], over: float) -> list[Interaction]:
    """Deliver all questions, at once or over some seconds, and wait for the answers; every third names no book."""
    sent = []
    for n, (text, title) in enumerate(asked):
        book = {"book": title} if n % 3 else {}
        sent.append(discord.slash("ask", by=discord.people[n], place=place(discord, n), question=text, **book))
        if over:
            await asyncio.sleep(over / len(asked))
    end = time.monotonic() + GIVE_UP
    while time.monotonic() < end and not all(one.answered_at or one.refused for one in sent):  # noqa: ASYNC110
        await asyncio.sleep(0.05)
    await asyncio.sleep(WATCH)
    return sent


def row(name: str, values: Sequence[float | None]) -> str:
    """Return a line of the table: middle, 99 of 100, most, in seconds."""
    known = sorted(value for value in values if value is not None)
    if not known:
        return f"{name:<20}none"
    middle, most_of_all = (known[min(len(known) - 1, int(len(known) * part))] for part in (0.5, 0.99))
    return f"{name:<20}p50 {middle:7.3f} s   p99 {most_of_all:7.3f} s   max {known[-1]:7.3f} s"


def table(sent: Sequence[Interaction]) -> Iterator[str]:
    """Yield what became of the questions, a line each."""
    yield row("acknowledged", [one.acknowledged_at and one.acknowledged_at - one.delivered_at for one in sent])
    yield row("answered", [one.answered_at and one.answered_at - one.delivered_at for one in sent])
    counts = {
        "asked": len(sent),
        "lost": sum(not one.answers for one in sent),
        "answered twice": sum(len(one.answers) > 1 for one in sent),
        "not private": sum(not message.private for one in sent for message in one.answers),
        "told of a problem": sum(PROBLEM in str(one.answers[0].body) for one in sent if one.answers),
    }
    yield from (f"{name:<20}{count}" for name, count in counts.items())


def slow_callbacks(log: str) -> Iterator[str]:
    """Yield how often the event loop was held for long, and by what, the longest first."""
    found = sorted(((float(seconds), what) for what, seconds in SLOW.findall(log)), reverse=True)
    yield f"{'slow callbacks':<20}{len(found)}"
    yield from (f"  {seconds:.3f} s  {what[:160]}" for seconds, what in found[:10])


async def measure(count: int, clubs: int, over: float, *, debug: bool) -> None:
    """Start the bot, let the rush come, and print the figures."""
    asked = questions(count)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        async with discord_server(clubs=clubs, members=len(asked)) as discord:
            async with running_bot(discord, folder, debug=False) as process:
                print(memory("first start", process))  # it builds the vector store
            async with running_bot(discord, folder, debug=debug) as process:
                print(memory("start", process))
                await report_positions(discord, asked)
                sent = await rush(discord, asked, over)
                print("\n".join(table(sent)))
                print(memory("after", process))
            if unknown := sorted(set(discord.unknown)):
                print("unknown requests:", *unknown)
        log = (folder / "log").read_text("utf-8")
    if debug:
        print("\n".join(slow_callbacks(log)))
    for line in [line for line in log.splitlines() if " ERROR " in line or " WARNING " in line][:10]:
        print(f"  {line[:200]}")


def main() -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(description="Many questions at once, to the real bot over a socket.")
    parser.add_argument("--questions", type=int, default=300)
    parser.add_argument("--clubs", type=int, default=20)
    parser.add_argument("--over", type=float, default=0.0, help="seconds over which the questions come")
    parser.add_argument("--debug", action="store_true")
    given = parser.parse_args()
    asyncio.run(measure(given.questions, given.clubs, given.over, debug=given.debug))


if __name__ == "__main__":
    main()
