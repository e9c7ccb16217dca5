"""Timed work: what a club is shown at a time, each thing once, whatever happens to the process."""

import asyncio
import contextlib
import datetime as dt
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from bot.db.jobs import Claim, Due, JobTable, Key
from bot.logs import Meter, requested
from bot.people import EVERY, Shards

log = logging.getLogger(__name__)

LONGEST = dt.timedelta(hours=6)
"""Time after which the database is asked even where nothing was due, and neither the clock nor anybody else moves."""

GLANCE = dt.timedelta(seconds=30)  # the same where the clock may be set, or go on while the machine sleeps
SHARED = dt.timedelta(seconds=5)
"""The same where other processes write to the database: what they plan is not heard of otherwise."""

SHORTEST = dt.timedelta(seconds=1)

HELD = dt.timedelta(minutes=3)  # how long a claim lasts: longer than any post takes, and short enough to wait for
AGAIN = dt.timedelta(minutes=1)  # time after which a job that failed is tried again
AT_ONCE = 8  # subjects that are looked after at once: each waits for Discord most of the time, and for the others never
Work = Callable[[int, int], Awaitable[object]]  # does what is due for a subject of a feature, given its club and its id


@dataclass(frozen=True, slots=True)
class Post:
    """One thing to leave in Discord: how it is made, and how one that was made since a moment is found.

    Both return its id. `find` returns 0 where there is none; `make` returns 0 where nothing can be left, and None where
    nothing is to be recorded either.
    """

    make: Callable[[], Awaitable[int | None]]
    find: Callable[[dt.datetime], Awaitable[int]]


async def everywhere(_: int) -> bool:
    """Return that something can be done in any club."""
    return True


@dataclass
class Jobs:
    """Does the jobs of the clubs that this process serves; `nudge` says that there may be something nearer.

    A job is one thing to do, such as closing a vote: a row of one table (`bot/db/jobs.py`), which a feature plans in
    the transaction that writes its own data. The loop sleeps until the nearest one is due, or a nudge, and then asks
    the database anew: so a process that was killed, or slept through a moment, finds what is due when it wakes.
    """

    rows: JobTable
    now: Callable[[], dt.datetime]
    shards: Shards = EVERY
    here: Callable[[int], Awaitable[bool]] = everywhere
    meter: Meter = field(default_factory=Meter)
    work: dict[str, Work] = field(default_factory=dict)
    longest: dt.timedelta = LONGEST
    _running: asyncio.Task[None] | None = None
    _sleeping: asyncio.Task[None] | None = None
    _nudged: bool = False
    _leaving: bool = False

    # The loop

    @property
    def running(self) -> bool:
        """Whether the loop runs."""
        return self._running is not None

    def start(self) -> None:
        """Start the loop, with what became due while none ran; once is enough."""
        if self._running is None:
            self._running = asyncio.create_task(self._run(), name="timed work")

    async def stop(self, patience: float | None = None) -> None:
        """Stop the loop. Jobs that have begun are finished first, where that takes no more than so many seconds.

        What takes longer is left as a killed process leaves it: its claim ends, and then it is taken over.
        """
        running, self._running = self._running, None
        if running is None:
            return
        self._leaving = True
        self.nudge()
        _, left = await asyncio.wait([running], timeout=patience)
        if left:
            log.warning("timed work was not finished in %.0f s; it is taken over later", patience)
            running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running
        self._leaving = False

    def nudge(self) -> None:
        """Ask again what is due next: something was planned, moved or cancelled."""
        self._nudged = True
        if self._sleeping is not None:
            self._sleeping.cancel()

    async def _run(self) -> None:
        while not self._leaving:
            self._nudged = False
            pause = max(await self._until_due(), SHORTEST)
            if not self._nudged:
                self._sleeping = asyncio.create_task(asyncio.sleep(pause.total_seconds()))
                await asyncio.wait([self._sleeping])

    async def _until_due(self) -> dt.timedelta:
        """Do what is due, and return how long it is until more is; a failure is no reason to stop."""
        begun = self.now()
        try:
            await self.do_due()
            due = await self.next_due()
        except Exception:
            log.exception("timed work failed; it is tried again")
            return AGAIN
        if due is None:
            return self.longest
        tried = due <= begun  # and left as it was: what became due meanwhile is done at once
        return min(self.longest, AGAIN if tried else due - self.now())

    async def next_due(self) -> dt.datetime | None:
        """Return when a job is due next, which may be past; None where none is planned."""
        return await self.rows.next_due(self.work, self.shards)

    async def do_due(self) -> None:
        """Do what is due by now, some subjects at a time; one that fails keeps no other waiting."""
        left = iter(await self.rows.due(self.work, self.shards, self.now()))

        async def one_after_another() -> None:
            for due in left:
                if self._leaving:
                    return
                try:
                    await self._look_after(due)
                except Exception:
                    log.exception("%s %d failed; it is tried again", due.feature, due.subject)

        await asyncio.gather(*(one_after_another() for _ in range(AT_ONCE)))

    async def _look_after(self, due: Due) -> None:
        """Do what is due for a subject, under a request of its own, and tell how late that was."""
        if not await self.here(due.club):
            return
        late, outcome = (self.now() - due.at).total_seconds(), "failed"
        try:
            with requested(due.feature):
                await self.work[due.feature](due.club, due.subject)
            outcome = "done"
        finally:
            self.meter.count("timed_work", due.feature, outcome)
            self.meter.time("timed_work_late_seconds", late)

    # One job

    async def claim(self, key: Key, *, early: bool = False, new: bool = False) -> Claim | None:
        """Claim a job that is due; None where it is done, unknown, or claimed by another process.

        With `early`, one that nobody has claimed is claimed before its time; with `new`, one that was never planned.
        """
        now = self.now()
        return await self.rows.claim(key, now, now + HELD, early=early, new=new)

    async def post_once(self, claim: Claim, post: Post, done: Callable[[int], Awaitable[object]]) -> int | None:
        """Do a job that was claimed: find what was posted or post it, and record that with `done`; return its id.

        Where an earlier claim was left behind, by a process that died or a try that failed, something may have been
        posted: it is found by the mark that its feature gave it. A new post has a nonce, which keeps Discord from
        showing it twice. `done` writes in one transaction that the job is done, and what the feature keeps of it.
        """
        try:
            made: int | None = await post.find(claim.since) if claim.since else 0
            if not made:
                made = await post.make()
            if made is not None:
                await done(made)
        except Exception:
            await self.put_off(claim.key)
            raise
        return made

    async def put_off(self, key: Key, by: dt.timedelta = AGAIN) -> None:
        """Let a job be claimed again after a while: its claim is longer, or it failed and is tried again."""
        await self.rows.put_off(key, self.now() + by)
