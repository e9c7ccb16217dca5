"""Load in place of faults: ten thousand questions, cores that others keep busy, and books that are read meanwhile.

Nothing may be lost or answered twice, the process may not grow, and Discord must hear from it in time.
"""

import asyncio
import contextlib
import itertools
import json
import math
import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from corpus.library import SHIPPED, Library
from corpus.text import sentences
from tests.corpus.importing.books import epub, xhtml
from tests.fakes.discord_server import DiscordServer, Interaction, Message, discord_server
from tests.fakes.program import free_port
from tests.measure.faults.bots import Bot, Shelf
from tests.measure.faults.gateways import figures
from tests.measure.faults.outcomes import Outcome

OURS = Path(__file__).parents[3] / "leak_benchmark" / "questions.jsonl"
QUESTIONS, WARM, GROWTH = 10_000, 1_000, 1.05
"""Questions of a soak; after how many the process has its size, and how many times as large it may be at the end."""

LARGE, LARGE_WITH_NOVELS = 600, 900
"""Megabytes that it may have while it answers."""

CLUBS, NOVELS, CHAPTERS, WORDS = 5, 10, 30, 3_334
"""Clubs; novels of the first of them, their chapters, and the words of a chapter."""

AT_ONCE, MENTIONED, PATIENCE = 4, 0.1, 120.0
"""Members who ask at a time; how many of them by a mention, for everybody; seconds after which a question is lost."""

ASKED, HEARD, SLOWER, BEAT = 200, 1.0, 5.0, 1.0
"""Questions that are timed; seconds until they are acknowledged (p99); how many times as long as on idle cores they may
take; seconds between heartbeats, so that a late one is seen (Discord asks for one every 41)."""


@cache
def _words() -> tuple[Sequence[str], Sequence[str]]:
    """Return the sentences of the shipped library, and all of its words."""
    lines = [line for path in sorted(SHIPPED.glob("*/*.md")) for line in path.read_text("utf-8").splitlines()]
    told = [said for line in lines if line[:1].isalpha() for said in sentences(line) if len(said) > 20]
    return told, sorted({word for said in told for word in said.split() if word.isalpha() and word.islower()})


def novel(number: int) -> bytes:
    """Return an e-book of 100,000 words, always the same for a number: sentences with every fourth word another one."""
    chance, (told, others) = random.Random(number), _words()  # noqa: S311 (the same text each time)

    def chapter(n: int) -> str:
        text, left = f"<h2>Chapter {n}</h2>", WORDS
        while left > 0:
            words = " ".join(chance.choices(told, k=chance.randint(2, 7))).split()
            text += f"<p>{' '.join(chance.choice(others) if chance.random() < 0.25 else word for word in words)}</p>"
            left -= len(words)
        return xhtml(text)

    pages = {f"chapter{n}.xhtml": chapter(n) for n in range(1, CHAPTERS + 1)}
    table = [(f"Chapter {n}", f"chapter{n}.xhtml") for n in range(1, CHAPTERS + 1)]
    return epub(pages, nav=table, title=f"Novel {number}")


@dataclass
class Crowd:
    """Members of several clubs who ask one question after the other."""

    discord: DiscordServer
    chance: random.Random = field(default_factory=lambda: random.Random(7))  # noqa: S311 (the same each time)
    asked: list[Interaction] = field(default_factory=list)
    said: list[Message] = field(default_factory=list)
    novels: int = 0
    _questions: Sequence[tuple[str, str]] = ()

    async def arrive(self) -> None:
        """Have everybody say where they are in some book."""
        titles = {slug: book.title for slug, book in Library.load(SHIPPED).books.items()}
        rows = [json.loads(line) for line in OURS.read_text("utf-8").splitlines()]
        self._questions = [(row["question"], titles[row["book"]]) for row in rows]
        for club, person in itertools.product(self.discord.clubs, self.discord.people):
            where = {"where": f"{self.chance.randint(10, 100)}%", "book": self.chance.choice(sorted(titles.values()))}
            await self.discord.slash("progress set", by=person, place=club.places[0], **where).answered()

    async def add_novels(self, count: int) -> None:
        """Have an organiser of the first club attach so many novels, and everybody there read some of each."""
        club, organiser = self.discord.clubs[0], self.discord.people[0]
        club.organiser(organiser)
        for n in range(1, count + 1):
            form = await self.discord.slash("book add", by=organiser, place=club.places[0]).answered()
            typed = {"title": f"Novel {n}", "author": "Ada Winterbourne"}
            sent = await self.discord.submit(form, typed, {f"novel{n}.epub": novel(n)}).answered()
            async with asyncio.timeout(PATIENCE):
                while "Add" not in sent.text.splitlines():  # noqa: ASYNC110 (until then, it tells how far it is)
                    await asyncio.sleep(0.1)
            await self.discord.press(sent.answers[0], "Add", by=organiser).answered()
            for person in self.discord.people:
                where = {"where": f"ch {self.chance.randint(3, CHAPTERS)}", "book": f"Novel {n}"}
                await self.discord.slash("progress set", by=person, place=club.places[0], **where).answered()
        self.novels = count

    async def ask(self, count: int) -> None:
        """Ask so many questions, a few members at a time."""
        left = iter(range(count))

        async def one_after_the_other() -> None:
            for _ in left:
                with contextlib.suppress(TimeoutError):
                    await self._once()

        await asyncio.gather(*(one_after_the_other() for _ in range(AT_ONCE)))

    async def _once(self) -> None:
        club, person = self.chance.choice(self.discord.clubs), self.chance.choice(self.discord.people)
        text, book = self.chance.choice(self._questions)
        if self.novels and self.chance.random() < 0.5:
            club, book = self.discord.clubs[0], f"Novel {self.chance.randint(1, self.novels)}"
        if self.chance.random() < MENTIONED:
            self.said.append(self.discord.say(text, by=person, place=club.places[0], mention=True))
            there, this = self.discord.backend.messages[club.places[0].id], self.said[-1].stored.id
            async with asyncio.timeout(PATIENCE):
                while not any(Message(one).answers == this for one in list(there.values())[-50:]):  # noqa: ASYNC110
                    await asyncio.sleep(0.02)
            return
        more = {"book": book} if self.novels or self.chance.random() < 0.7 else {}
        self.asked.append(self.discord.slash("ask", by=person, place=club.places[0], question=text, **more))
        await self.asked[-1].answered(PATIENCE)

    def lost_and_doubled(self) -> tuple[int, int]:
        """Return how many questions were not answered, and how many more than once."""
        replies = [post.answers for post in self.discord.posts]
        counts = [*(len(one.answers) for one in self.asked), *(replies.count(one.stored.id) for one in self.said)]
        return counts.count(0), sum(count > 1 for count in counts)


async def all_ready(port: int) -> None:
    """Wait until every book can be asked about and nothing is read any more."""
    while True:
        now = await figures(port)
        if now["dogear_books_ready"] == now["dogear_books"] and not now["dogear_indexing"]:
            return
        await asyncio.sleep(2)


@contextlib.contextmanager
def busy_cores() -> Iterator[None]:
    """Keep every core busy within the block, by processes that are as important as the bot."""
    loops = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(os.cpu_count() or 1)]
    try:
        yield
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()


async def soak(folder: Path, shelf: Shelf, count: int, novels: int = 0) -> Outcome:
    """Ask ten thousand questions, and see whether each is answered once and the process stays as large as it was."""
    count, port = count or QUESTIONS, free_port()
    limit, outcome = LARGE_WITH_NOVELS if novels else LARGE, Outcome(f"{count:,} questions, {novels} novels")
    async with discord_server(clubs=CLUBS) as discord:
        bot = Bot(discord, shelf, folder, folder / "data", more={"METRICS_PORT": str(port)})
        await bot.start()
        crowd, sizes = Crowd(discord), []
        await crowd.arrive()
        await crowd.add_novels(novels)
        await all_ready(port)
        for done in range(0, count, step := min(WARM, max(1, count // 2))):
            await crowd.ask(min(step, count - done))
            sizes.append((await figures(port))["process_resident_memory_bytes"] / 2**20)
            print(f"{done + step} questions, {sizes[-1]:.0f} MB", file=sys.stderr, flush=True)
        lost, doubled = crowd.lost_and_doubled()
        outcome.expect(f"lost {lost}, doubled {doubled}", not lost and not doubled)
        outcome.expect(f"grew from {sizes[0]:.0f} to {sizes[-1]:.0f} MB", sizes[-1] <= sizes[0] * GROWTH)
        outcome.expect(f"{max(sizes):.0f} MB, more than {limit}", max(sizes) <= limit)
        outcome.notes.append(
            f"lost {lost}, doubled {doubled}; memory {sizes[0]:.0f} MB after {step:,}, {sizes[-1]:.0f} MB at the end "
            f"({100 * (sizes[-1] / sizes[0] - 1):+.1f}%), at most {max(sizes):.0f} MB; left with {await bot.stop()}"
        )
    return outcome


async def busy(folder: Path, shelf: Shelf, count: int) -> Outcome:
    """Ask while the cores are idle and while others keep them busy, and compare."""
    outcome, count, took = Outcome("a loop on every core"), count or ASKED, []
    async with discord_server(clubs=CLUBS) as discord:
        bot = Bot(discord, shelf, folder, folder / "data")
        await bot.start()
        crowd = Crowd(discord)
        await crowd.arrive()
        await crowd.ask(count)
        for name, load in (("idle", contextlib.nullcontext), ("busy", busy_cores)):
            crowd.asked.clear()
            with load():
                await crowd.ask(count)
            heard = late([(one.acknowledged_at or math.inf) - one.delivered_at for one in crowd.asked])
            answered = [(one.answered_at or math.inf) - one.delivered_at for one in crowd.asked]
            took.append((heard, statistics.median(answered), late(answered)))
            told = (
                f"acknowledged {took[-1][0]:.2f} s (p99), answered {took[-1][1]:.2f} s (p50), {took[-1][2]:.2f} s (p99)"
            )
            outcome.notes.append(f"{name}: {told}")
        (_, *idle), (heard, *loaded) = took
        outcome.expect(f"acknowledged after {heard:.2f} s", heard <= HEARD)
        for before, now in zip(idle, loaded, strict=True):
            outcome.expect(f"answered after {now:.2f} s in place of {before:.2f}", now <= SLOWER * before)
        await bot.stop()
    return outcome


def late(seconds: Sequence[float]) -> float:
    """Return within how many seconds 99 of 100 are there."""
    return sorted(seconds)[math.ceil(0.99 * len(seconds)) - 1]


async def building(folder: Path, shelf: Shelf, _: int) -> Outcome:
    """Build the store, at the first start and of two novels while members ask, on idle cores and on busy ones."""
    outcome = Outcome("a store that is built")
    for name, load in (("idle", contextlib.nullcontext), ("busy", busy_cores)):
        async with discord_server() as discord:
            port, discord.gateway.beat = free_port(), int(BEAT * 1000)
            bot, crowd = Bot(discord, shelf, folder, folder / name, more={"METRICS_PORT": str(port)}), Crowd(discord)
            with load():
                first, since = await bot.start(), time.monotonic()
                await crowd.arrive()
                asking = asyncio.create_task(crowd.ask(1_000_000))
                await crowd.add_novels(2)
                await all_ready(port)
                asking.cancel()
                await asyncio.wait([asking])
            beats = [since, *(beat for beat in discord.gateway.beats if beat > since), time.monotonic()]
            stalled = max(later - earlier for earlier, later in itertools.pairwise(beats)) - BEAT
            heard = late([one.acknowledged_at - one.delivered_at for one in crowd.asked if one.acknowledged_at])
            outcome.expect(f"a heartbeat was {stalled:.1f} s late", stalled < HEARD)
            outcome.notes.append(
                f"{name}: online after {first:.0f} s, novels read after {beats[-1] - since:.0f} s; a heartbeat "
                f"{stalled:.2f} s late at most, acknowledged {heard:.2f} s (p99 of {len(crowd.asked)})"
            )
            await bot.stop()
    return outcome
