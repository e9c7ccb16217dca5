"""Timed work: one task that sleeps until something is due, does it, and sleeps again.

What is due is in the database, and is asked for anew each time; so a process that was killed, or that slept through
a moment, finds it when it wakes. Nothing is done by the clock of this task alone.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import logging
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from bot.logs import Meter, requested

log = logging.getLogger(__name__)

LONGEST = dt.timedelta(hours=6)
"""Time after which the database is asked even where nothing was due, and nobody else writes to it."""

SHARED = dt.timedelta(seconds=5)
"""The same where other processes write to it: what they plan for clubs of this one is not heard of otherwise."""

SHORTEST = dt.timedelta(seconds=1)
GLANCE = dt.timedelta(seconds=30)
"""How often the bot looks at the clock while nothing is due."""

AGAIN = dt.timedelta(minutes=1)
"""Time after which work is tried again that failed, or that somebody else is doing."""


AT_ONCE = 8
"""Pieces of work that are done at once: each waits for Discord most of the time, and for others of its kind never."""

T = TypeVar("T")


async def each(
    pieces: Iterable[T], do: Callable[[T], Awaitable[object]], name: Callable[[T], str], at_once: int = AT_ONCE
) -> None:
    """Do pieces of work, some at a time, in order; one that fails, which the log then names, keeps no other waiting."""
    left = iter(pieces)

    async def one_after_the_other() -> None:
        for piece in left:
            try:
                await do(piece)
            except Exception:
                log.exception("%s failed; it is tried again", name(piece))

    await asyncio.gather(*(one_after_the_other() for _ in range(at_once)))


class TimedWork(Protocol):
    """One kind of timed work."""

    async def next_due(self) -> dt.datetime | None:
        """Return when something is due next, which may be past; None where nothing is."""
        ...

    async def do_due(self) -> None:
        """Do what is due by now. Each piece is claimed first, so that nobody else does it, too."""
        ...


@dataclass
class Timekeeper:
    """Wakes every kind of timed work when it is due; `nudge` says that there may be something nearer.

    `glance` is how often a sleeper looks at the clock, which may be set, or go on while the machine sleeps.
    """

    now: Callable[[], dt.datetime]
    work: list[TimedWork] = field(default_factory=list)
    meter: Meter = field(default_factory=Meter)
    longest: dt.timedelta = LONGEST
    glance: dt.timedelta = LONGEST
    _running: asyncio.Task[None] | None = None
    _sleeping: asyncio.Task[None] | None = None
    _nudged: bool = False

    @property
    def going(self) -> bool:
        """Whether time is kept."""
        return self._running is not None

    def start(self) -> None:
        """Begin to keep time, with what became due while nobody did; once is enough."""
        if self._running is not None:
            return
        self._running = asyncio.create_task(self._run(), name="timed work")

    async def stop(self, patience: float | None = None) -> None:
        """Keep time no longer. Work that has begun is finished first, where that takes no more than so many seconds.

        What takes longer is left as a killed process leaves it: its claim ends, and then it is taken over.
        """
        running, self._running = self._running, None
        self.nudge()
        if running is None:
            return
        _, left = await asyncio.wait([running], timeout=patience)
        if left:
            log.warning("timed work was not finished in %.0f s; it is taken over later", patience)
            running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running

    def nudge(self) -> None:
        """Ask anew what is due next: something was planned, moved or taken off."""
        self._nudged = True
        if self._sleeping is not None:
            self._sleeping.cancel()

    async def _run(self) -> None:
        me = asyncio.current_task()
        while self._running is me:
            self._nudged = False
            pause = self.longest
            for work in self.work:
                if self._running is not me:
                    return
                pause = min(pause, await self._until_due(work))
            if not self._nudged and self._running is me:
                await self._sleep(max(pause, SHORTEST))

    async def _sleep(self, pause: dt.timedelta) -> None:
        """Sleep until the clock has come so far, or as long as that should take, whichever comes first."""
        until, left = self.now() + pause, pause
        while left > dt.timedelta() and self.now() < until and not self._nudged:
            part = min(left, self.glance)
            left -= part
            self._sleeping = asyncio.create_task(asyncio.sleep(part.total_seconds()))
            await asyncio.wait([self._sleeping])
            self._sleeping = None

    async def _until_due(self, work: TimedWork) -> dt.timedelta:
        """Do what is due of one kind, and return how long it is until more is; a failure is no reason to stop."""
        kind = type(work).__name__
        try:
            due = await work.next_due()
            if due is not None and due <= self.now():
                await self._do(work, kind, (self.now() - due).total_seconds())
                due = await work.next_due()
        except Exception:
            log.exception("timed work failed (%s); it is tried again", kind)
            return AGAIN
        if due is None:
            return self.longest
        return due - self.now() if due > self.now() else AGAIN

    async def _do(self, work: TimedWork, kind: str, late: float) -> None:
        """Do what is due of one kind, under a request of its own, and tell how late that was."""
        outcome = "failed"
        try:
            with requested(kind):
                await work.do_due()
            outcome = "done"
        finally:
            self.meter.timed(kind, outcome, late)
