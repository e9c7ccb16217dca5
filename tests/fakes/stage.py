"""A stage on which schedules are tried: it keeps what was done, and can refuse, fail, or die behind a step."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from bot.features.schedules.jobs import Unwelcome
from bot.features.schedules.plan import Schedule, Section
from bot.features.schedules.rules import Step
from bot.people import EVERY, Member, Shards


class Died(Exception):
    """The process was killed right behind what it did."""


@dataclass
class FakeStage:
    """Implements `Stage`. Things are found again by their names, as in Discord."""

    shards: Shards = EVERY
    left: set[int] = field(default_factory=set)
    there: dict[str, int] = field(default_factory=dict)
    did: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    events: dict[int, str] = field(default_factory=dict)
    refuses: set[str] = field(default_factory=set)
    fails: set[str] = field(default_factory=set)
    dies: set[str] = field(default_factory=set)
    late: list[str] = field(default_factory=list)

    async def here(self, club: int) -> bool:
        return club not in self.left

    def _do(self, what: str, name: str, since: dt.datetime | None) -> int:
        """Do something, unless it is found; a name that was there already would be done twice."""
        if what in self.refuses:
            raise Unwelcome(f"I lack the permission for {what}.")
        if what in self.fails:
            raise RuntimeError(what)
        if since is not None and name in self.there:
            return self.there[name]
        self.did.append(name)
        self.there[name] = 900 + len(self.did)
        if what in self.dies:
            self.dies.discard(what)
            raise Died(what)
        return self.there[name]

    async def open_thread(self, schedule: Schedule, section: Section, late: str, since: dt.datetime | None) -> int:
        self.late.append(late)
        return self._do("thread", f"thread {section.number}", since)

    async def open_meeting(self, schedule: Schedule, section: Section, late: str, since: dt.datetime | None) -> int:
        assert section.thread, "the thread comes first"
        return self._do("opening", f"opening {section.number}", since)

    async def make_event(self, schedule: Schedule, section: Section, since: dt.datetime | None) -> int:
        event = self._do("event", f"event {section.number}.{section.sequence}", since)
        self.events[event] = section.meets.isoformat()
        return event

    async def bring_event(self, schedule: Schedule, event: int) -> None:
        if "touch" in self.fails:
            raise RuntimeError("touch")
        if "touch" in self.refuses:
            raise Unwelcome("I lack the permission for events.")
        section = next((each for each in schedule.live if each.event == event), None)
        if section is None:
            self.events.pop(event, None)
        else:
            self.events[event] = section.meets.isoformat()

    async def remind(
        self, schedule: Schedule, section: Section, step: Step, members: Collection[Member], *,
        directly: bool, batch: int, since: dt.datetime | None,
    ) -> None:  # fmt: skip
        who = ",".join(str(member.id) for member in members)
        self._do("direct" if directly else "together", f"{step.kind} {section.number} to {who}", since)

    async def tell_organiser(
        self, schedule: Schedule, text: str, mark: str, since: dt.datetime | None, undecided: Sequence[int] = ()
    ) -> None:
        self._do("tell", f"told {mark}", since)
        self.told.append(f"{text} {list(undecided)}" if undecided else text)
