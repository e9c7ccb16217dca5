"""Have Discord itself fail for minutes: lost and forgotten connections, silence, refusals, and errors of its API."""

import asyncio
import contextlib
import datetime as dt
import random
import re
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from tests.fakes.discord_server import PATIENCE, THREAD, DiscordServer, Fault, Interaction, Message, discord_server
from tests.fakes.program import free_port
from tests.measure.faults.bots import Bot, Shelf
from tests.measure.faults.members import Members
from tests.measure.faults.outcomes import Outcome

MINUTES = 10
SILENCE = 70.0
"""Seconds without a word after which discord.py takes a connection for dead: 60, and some to notice."""

CALM = 45.0
"""Seconds of peace at both ends, before the process is measured."""

LATE = 240.0
"""Seconds for timed work to be done, where its first try met a fault: a claim holds for three minutes."""

FIGURES = (
    "process_resident_memory_bytes", "process_open_fds", "dogear_tasks", "dogear_gateway_reconnects_total",
    "dogear_books", "dogear_books_ready", "dogear_indexing",
)  # fmt: skip


@dataclass
class Weather:
    """What goes wrong, again and again, and how often it did."""

    discord: DiscordServer
    chance: random.Random
    happened: dict[str, int] = field(default_factory=dict)

    def kinds(self, *, silence: bool) -> Iterator[Callable[[], Awaitable[None]]]:
        """Yield each kind of fault, over and over."""
        while True:
            yield from (self.lost, self.errors, self.forgotten, self.reconnect, self.errors, self.refused)
            if silence:
                yield self.silent

    def _count(self, what: str) -> None:
        self.happened[what] = self.happened.get(what, 0) + 1

    async def lost(self) -> None:
        """Cut the connection; the session can be resumed."""
        self._count("connection lost")
        await self.discord.gateway.drop(self.chance.choice((1001, 4000, 4009)))

    async def forgotten(self) -> None:
        """Cut the connection, and know nothing of the session any more."""
        self._count("session invalid")
        await self.discord.gateway.drop(forget=True)

    async def reconnect(self) -> None:
        """Ask the bot to come back by another connection."""
        self._count("asked to reconnect")
        self.discord.gateway.ask_to_reconnect()

    async def refused(self) -> None:
        """Cut the connection, and let nobody in for a while."""
        self._count("gateway closed for 5 s")
        self.discord.gateway.refusing = True
        await self.discord.gateway.drop()
        await asyncio.sleep(5)
        self.discord.gateway.refusing = False

    async def silent(self) -> None:
        """Stay connected, and answer nothing, heartbeats included."""
        self._count(f"silent for {SILENCE:.0f} s")
        self.discord.gateway.hearing.clear()
        await asyncio.sleep(SILENCE)
        self.discord.gateway.hearing.set()

    async def errors(self) -> None:
        """Fail requests of every kind, before they took effect and after."""
        for method, path in (("POST", "/interactions/*"), ("PATCH", "/webhooks/*"), ("POST", "/channels/*")):
            status = self.chance.choice((500, 502, 503, 429))
            self._count(f"{status}")
            self.discord.fail(Fault(method, path, status, done=status == 502))


@dataclass
class Traffic:
    """What members ask and say meanwhile."""

    discord: DiscordServer
    members: Members
    chance: random.Random
    mentions: list[Message] = field(default_factory=list)

    async def go_on(self) -> None:
        """Ask, report and speak until this is cancelled; some of it reaches the bot twice."""
        while True:
            await asyncio.sleep(self.chance.uniform(0.2, 0.8))
            person = self.chance.choice(self.discord.people)
            with contextlib.suppress(LookupError):  # no shard is there to be told
                await self._once(person.id)

    async def _once(self, person_id: int) -> None:
        person = next(one for one in self.discord.people if one.id == person_id)
        if self.chance.random() < 0.25:
            said = self.discord.say("who is Silas?", by=person, mention=True)
            self.mentions.append(said)
            if self.chance.random() < 0.3:
                self.discord.repeat(said)
            return
        asked = self.discord.slash("ask", by=person, question="Who keeps the lamp?", book=self.members.shelf.title)
        self.members.asked.append(asked)
        if self.chance.random() < 0.3:
            self.discord.replay(asked)

    def replies(self, said: Message) -> int:
        """Return how many replies a message got."""
        return sum(post.answers == said.stored.id for post in self.discord.posts)


async def gateways(folder: Path, shelf: Shelf, minutes: int) -> Outcome:
    """Let the gateway fail for so many minutes, and look at what was answered, done, and left in memory."""
    minutes, chance = minutes or MINUTES, random.Random(5)  # noqa: S311 (the same faults each time)
    outcome, port = Outcome(f"Discord that fails for {minutes} min"), free_port()
    async with discord_server(clubs=minutes + 1, members=6) as discord:
        bot = Bot(discord, shelf, folder, folder / "data", more={"METRICS_PORT": str(port)})
        members = Members(discord, shelf, chance)
        traffic, weather = Traffic(discord, members, chance), Weather(discord, chance)
        discord.gateway.beat = 5_000
        await bot.start()
        begun = dt.datetime.now(dt.UTC)
        for n, club in enumerate(discord.clubs[1:], 1):
            meets = begun + dt.timedelta(minutes=n + 1)
            await members.plan(club, f"every day at {meets:%H:%M}, 2 chapters a day, from {meets:%-d %B %Y}", "UTC")
        going = asyncio.create_task(traffic.go_on())
        await asyncio.sleep(CALM)
        before = await figures(port)
        await storm(weather, minutes * 60.0)
        await discord.online(patience=180)
        await asyncio.sleep(CALM)
        going.cancel()
        await done_in_time(discord)
        after = await figures(port)
        judge(outcome, traffic, weather)
        growth(outcome, before, after)
        outcome.notes.append(f"leaving ended with {await bot.stop()}")
        if unknown := sorted(set(discord.unknown)):
            outcome.notes.append(f"unknown requests: {unknown[:5]}")
    return outcome


async def storm(weather: Weather, seconds: float) -> None:
    """Let one fault follow the other for so long."""
    clock = asyncio.get_running_loop()
    end, kinds = clock.time() + seconds, weather.kinds(silence=seconds > 3 * SILENCE)
    while clock.time() < end:
        await next(kinds)()
        await asyncio.sleep(weather.chance.uniform(2, 9))
    weather.discord.gateway.hearing.set()


async def figures(port: int) -> dict[str, float]:
    """Return what the bot tells operators of itself."""
    async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{port}/metrics") as response:
        told = await response.text()
    found = (re.search(rf"^{name} (\S+)$", told, re.MULTILINE) for name in FIGURES)
    return {name: float(one[1]) for name, one in zip(FIGURES, found, strict=True) if one}


async def done_in_time(discord: DiscordServer) -> None:
    """Wait until every club with a schedule has its opening, for as long as a claim may hold."""
    end = asyncio.get_running_loop().time() + LATE
    while asyncio.get_running_loop().time() < end and not all(openings(discord)):  # noqa: ASYNC110
        await asyncio.sleep(1)


def threads(discord: DiscordServer) -> list[int]:
    """Return how many threads each club with a schedule has."""
    return [sum(place.type == THREAD for place in club.places) for club in discord.clubs[1:]]


def openings(discord: DiscordServer) -> list[int]:
    """Return how many messages the bot wrote into the threads of each club with a schedule."""
    ids = [{place.id for place in club.places if place.type == THREAD} for club in discord.clubs[1:]]
    return [sum(post.stored.channel_id in there for post in discord.posts) for there in ids]


def judge(outcome: Outcome, traffic: Traffic, weather: Weather) -> None:
    """Say what became of questions, mentions and timed work."""
    asked, discord = traffic.members.asked, traffic.discord
    for one in asked:
        outcome.add([f"a question was answered {len(one.answers)} times"] if len(one.answers) > 1 else [])
    for said in traffic.mentions:
        replies = traffic.replies(said)
        outcome.add([f"a mention was answered {replies} times"] if replies > 1 else [])
    for n, (opened, written) in enumerate(zip(threads(discord), openings(discord), strict=True), 1):
        outcome.add([] if opened == written == 1 else [f"club {n} has {opened} threads and {written} openings"])
    outcome.notes += [
        f"faults: {', '.join(f'{what} ×{count}' for what, count in sorted(weather.happened.items()))}",
        f"questions: {len(asked)}, answered {sum(bool(one.answers) for one in asked)}",
        f"of the others, heard too late for Discord: {sum(too_late(one) for one in asked)}",
        f"mentions: {len(traffic.mentions)}, answered {sum(traffic.replies(said) > 0 for said in traffic.mentions)}",
        f"sign-ins {len(discord.gateway.identified)}, resumed {discord.gateway.resumed}",
    ]


def too_late(asked: Interaction) -> bool:
    """Return whether the bot came to answer when Discord's three seconds were over."""
    late = (asked.acknowledged_at or float("inf")) - asked.delivered_at > PATIENCE
    return not asked.answers and (late or bool(asked.refused))


def growth(outcome: Outcome, before: dict[str, float], after: dict[str, float]) -> None:
    """Say whether the process is as large as it was before."""
    mb = [one.get("process_resident_memory_bytes", 0) / 1e6 for one in (before, after)]
    tasks = [one.get("dogear_tasks", 0) for one in (before, after)]
    files = [one.get("process_open_fds", 0) for one in (before, after)]
    outcome.expect(f"memory grew from {mb[0]:.0f} to {mb[1]:.0f} MB", mb[1] < mb[0] * 1.2)
    outcome.expect(f"tasks grew from {tasks[0]:.0f} to {tasks[1]:.0f}", tasks[1] <= tasks[0] + 10)
    outcome.expect(f"open files grew from {files[0]:.0f} to {files[1]:.0f}", files[1] <= files[0] + 10)
    outcome.notes.append(
        f"before and after: memory {mb[0]:.0f} and {mb[1]:.0f} MB, tasks {tasks[0]:.0f} and {tasks[1]:.0f}, "
        f"open files {files[0]:.0f} and {files[1]:.0f}"
    )
