"""Members who ask, report and write while faults happen, and what each of them was told is kept.

Everybody does one thing after another. So behind a fault the bot may hold what was acknowledged last, or what was under
way when it happened, and nothing else.
"""

import asyncio
import contextlib
import itertools
import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from simcord.backend.models import User as Person

from tests.fakes.discord_server import Club, DiscordServer, Interaction
from tests.measure.faults.bots import Shelf

PATIENCE = 120.0
"""Seconds that a member waits; whoever waits longer goes on to something else."""

REPORTED, WRITTEN, PLANNED = "You have finished chapter", "Saved. Members", "The schedule is created"
"""What says that something is kept."""

CHAPTERS = 10


@dataclass
class Promise:
    """What somebody wanted to be kept, and how it was answered."""

    value: str
    asked: Interaction
    says: str
    press: bool = False

    @property
    def acknowledged(self) -> bool:
        """Whether its member read that it is kept."""
        text = self.asked.source.text if self.press and self.asked.source else self.asked.text
        return self.says in text


@dataclass
class Kept:
    """The promises of one member for one thing, in their order."""

    promises: list[Promise] = field(default_factory=list)

    def allowed(self) -> set[str | None]:
        """Return what may be found: what was acknowledged last, or anything that was asked for since."""
        last = max((n for n, one in enumerate(self.promises) if one.acknowledged), default=-1)
        since = {one.value for one in self.promises[last + 1 :]}
        return since | {self.promises[last].value if last >= 0 else None}

    @property
    def acknowledged(self) -> int:
        """How many were acknowledged."""
        return sum(one.acknowledged for one in self.promises)


@dataclass
class Members:
    """Everybody in a club who does something."""

    discord: DiscordServer
    shelf: Shelf
    chance: random.Random
    positions: dict[int, Kept] = field(default_factory=dict)
    reviews: dict[int, Kept] = field(default_factory=dict)
    schedules: dict[int, Kept] = field(default_factory=dict)
    asked: list[Interaction] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=itertools.count)
    _at: dict[int, int] = field(default_factory=dict)

    @property
    def club(self) -> Club:
        """The club in which they are."""
        return self.discord.clubs[0]

    async def live(self, plans: Club | None = None) -> None:
        """Let everybody do one thing after the other, until this is cancelled; an organiser plans in a club."""
        async with asyncio.TaskGroup() as group:
            for n, person in enumerate(self.discord.people):
                group.create_task(self._one(person, ("ask", "report", "write")[n % 3]))
            if plans is not None:
                group.create_task(self.plan(plans))

    async def _one(self, person: Person, first: str) -> None:
        do = {"ask": self.ask, "report": self.report, "write": self.write}
        todo = first
        while True:
            with contextlib.suppress(TimeoutError, LookupError):
                await do[todo](person)
            todo = self.chance.choice(["ask", "report", "write"])
            await asyncio.sleep(self.chance.uniform(0, 0.2))

    async def ask(self, person: Person) -> Interaction:
        """Ask a question."""
        text = f"Who is Silas, number {next(self._numbers)}?"
        asked = self.discord.slash("ask", by=person, question=text, book=self.shelf.title)
        self.asked.append(asked)
        return await asked.answered(PATIENCE)

    async def report(self, person: Person) -> Interaction:
        """Tell how far one is: a chapter further than last time."""
        at = self._at[person.id] = self._at.get(person.id, 0) % CHAPTERS + 1
        asked = self.discord.slash("progress set", by=person, where=f"ch {at}", book=self.shelf.title)
        self.positions.setdefault(person.id, Kept()).promises.append(Promise(str(at), asked, REPORTED))
        return await asked.answered(PATIENCE)

    async def write(self, person: Person) -> Interaction:
        """Write a review in place of the one before."""
        form = self.discord.slash("review write", by=person, book=self.shelf.title)
        await form.answered(PATIENCE)
        text = f"{person.name} has thought about the lamp for the {next(self._numbers)}th time and finds it patient."
        fields = {"stars": ["4"], "text": text, "said": "ch 2"}
        sent = self.discord.submit(form, fields)
        self.reviews.setdefault(person.id, Kept()).promises.append(Promise(text, sent, WRITTEN))
        return await sent.answered(PATIENCE)

    async def plan(
        self, club: Club, words: str = "Fridays at 8pm, 2 chapters a week", zone: str = "Europe/London"
    ) -> Interaction | None:
        """Plan the reading of the book in a club, whose first event is made at once."""
        organiser, place = self.discord.people[0], club.places[0]
        club.organiser(organiser)
        with contextlib.suppress(TimeoutError, LookupError):
            asked = self.discord.slash(
                "schedule create", by=organiser, place=place, book=self.shelf.title, words=words, zone=zone
            )
            await asked.answered(PATIENCE)
            pressed = self.discord.press(asked.answers[0], "Confirm", by=organiser)
            promise = Promise("running", pressed, PLANNED, press=True)
            self.schedules.setdefault(club.id, Kept()).promises.append(promise)
            return await pressed.answered(PATIENCE)
        return None

    @property
    def acknowledged(self) -> int:
        """How many writes were acknowledged."""
        return sum(kept.acknowledged for kept in self._all())

    @property
    def answered_twice(self) -> int:
        """How many questions were answered more than once."""
        return sum(len(one.answers) > 1 for one in self.asked)

    def _all(self) -> Iterator[Kept]:
        for each in (self.positions, self.reviews, self.schedules):
            yield from each.values()

    def lost(self, data: Path) -> list[str]:
        """Return what a database holds that is neither acknowledged last nor under way, or lacks."""
        club, found = self.club.id, []
        with closing(sqlite3.connect(data / "club.db", timeout=10)) as database:
            for what, kept, query in (
                ("position", self.positions, "SELECT member, marks FROM positions WHERE club = ?"),
                ("review", self.reviews, "SELECT member, text FROM reviews WHERE club = ?"),
            ):
                there = {int(who): str(value) for who, value in database.execute(query, (club,))}
                found += [
                    f"{what} of {person}: {there.get(person)!r}, not one of {kept[person].allowed()}"
                    for person in kept
                    if there.get(person) not in kept[person].allowed()
                ]
            planned = dict(database.execute("SELECT club, state FROM schedules"))
            found += [
                f"schedule of {club}: {planned.get(club)!r}"
                for club, kept in self.schedules.items()
                if planned.get(club) not in kept.allowed()
            ]
            if (sound := database.execute("PRAGMA quick_check").fetchone()) != ("ok",):
                found.append(f"club.db: {sound}")
        return found
