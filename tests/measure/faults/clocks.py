"""Set the clock of the bot back and ahead, while it runs and between two runs: timed work is done once, and not lost.

The clock is libfaketime's (Debian: faketime). It is set for the bot alone, and only the time of day: what measures
pauses goes on, as on a machine whose clock is set, or which slept for a while.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import random
from pathlib import Path

from tests.fakes.discord_server import discord_server
from tests.measure.faults.bots import Bot, Shelf
from tests.measure.faults.gateways import openings, threads
from tests.measure.faults.members import Members
from tests.measure.faults.outcomes import Outcome

LIBRARY = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1"
HOUR, DAY = 3_600, 86_400

NOTICED = 100.0
"""Seconds until a clock that was set is noticed, and what is due is done."""

STILL = 40.0
"""Seconds in which something done twice would show."""


class Clock:
    """The clock of a bot: how many seconds it is ahead of ours."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.settings = {
            "LD_PRELOAD": LIBRARY, "FAKETIME_TIMESTAMP_FILE": str(file), "FAKETIME_CACHE_DURATION": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1", "DONT_FAKE_MONOTONIC": "1",
        }  # fmt: skip
        self.ahead = 0
        self.set(0)

    def set(self, ahead: int) -> None:
        """Set it."""
        self.ahead = ahead
        self._file.write_text(f"{ahead:+d}\n", encoding="ascii")

    def now(self) -> dt.datetime:
        """Return what it shows."""
        return dt.datetime.now(dt.UTC) + dt.timedelta(seconds=self.ahead)


async def clocks(folder: Path, shelf: Shelf, _: int) -> Outcome:
    """Set the clock in every way around meetings that are due."""
    outcome = Outcome("a clock that is set")
    if not Path(LIBRARY).exists():  # noqa: ASYNC240 (nothing else happens yet)
        outcome.notes.append("not tried: apt-get install faketime")
        return outcome
    clock = Clock(folder / "clock")
    async with discord_server(clubs=7, members=4) as discord:
        bot = Bot(discord, shelf, folder, folder / "data", more=clock.settings)
        trial = Trial(bot, Members(discord, shelf, random.Random(6)), clock, outcome)  # noqa: S311 (always the same)
        await bot.start()
        await trial.meets(1, dt.timedelta(minutes=1))
        await trial.opened(1, "on time")
        for ahead in (-HOUR, -DAY, 0):
            clock.set(ahead)
            await trial.nothing_twice(f"clock at {ahead:+d} s, while it runs")
        for club, ahead in ((2, 2 * HOUR), (3, DAY - HOUR)):
            await trial.meets(club, dt.timedelta(seconds=ahead - HOUR))
            clock.set(ahead)
            await trial.opened(club, f"clock at {ahead:+d} s, while it runs")
            clock.set(0)
            await trial.nothing_twice(f"clock back from {ahead:+d} s, while it runs")
        await trial.meets(4, dt.timedelta(minutes=2))
        clock.set(-HOUR)
        await asyncio.sleep(STILL)
        clock.set(0)
        await trial.opened(4, "due again after the clock was back for a while")
        for n, ahead in enumerate((-HOUR, -DAY), 5):
            await trial.meets(n, dt.timedelta(minutes=2))
            await bot.stop()
            clock.set(ahead)
            await bot.start()
            await trial.nothing_twice(f"clock at {ahead:+d} s, between two runs")
            await bot.stop()
            clock.set(0)
            await bot.start()
            await trial.opened(n, f"after a run with the clock at {ahead:+d} s")
        await trial.nothing_twice("in the end")
        outcome.notes.append(f"leaving ended with {await bot.stop()}")
    return outcome


class Trial:
    """Meetings of clubs, each planned once, and what became of them."""

    def __init__(self, bot: Bot, members: Members, clock: Clock, outcome: Outcome) -> None:
        self._bot, self._members, self._clock, self._outcome = bot, members, clock, outcome
        self._planned: set[int] = set()

    async def meets(self, club: int, after: dt.timedelta) -> None:
        """Plan a meeting of a club, so long from now by the bot's clock, or some seconds more."""
        when = self._clock.now() + after + dt.timedelta(minutes=1)
        words = f"every day at {when:%H:%M}, 2 chapters a day, from {when:%-d %B %Y}"
        told = await self._members.plan(self._members.discord.clubs[club], words, "UTC")
        source = told.source.text if told and told.source else "nothing"
        self._outcome.expect(f"club {club} could not plan: {source}", "The schedule is made" in source)
        self._planned.add(club)

    async def opened(self, club: int, when: str) -> None:
        """Wait until a club has its thread, and look whether it has one."""
        end = asyncio.get_running_loop().time() + NOTICED + 60
        while asyncio.get_running_loop().time() < end and not openings(self._members.discord)[club - 1]:  # noqa: ASYNC110
            await asyncio.sleep(0.5)
        await self._look(club, when)

    async def nothing_twice(self, when: str) -> None:
        """Wait a while, and look whether members are answered and anything was done twice."""
        asked = await self._members.ask(self._members.discord.people[0])
        self._outcome.expect(f"{when}: a question got {asked.text!r}", asked.answers)
        await asyncio.sleep(STILL)
        for club in self._planned:
            made, said = threads(self._members.discord)[club - 1], openings(self._members.discord)[club - 1]
            self._outcome.expect(f"{when}: club {club} has {made} threads, {said} openings", made <= 1 and said <= 1)

    async def _look(self, club: int, when: str) -> None:
        made, said = threads(self._members.discord)[club - 1], openings(self._members.discord)[club - 1]
        self._outcome.expect(f"{when}: club {club} has {made} threads, {said} openings", made == said == 1)
