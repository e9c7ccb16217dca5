"""A stage on which schedules are tried: it keeps what was done, and can refuse, fail, or die behind a step."""

import datetime as dt
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from bot.features.schedules.rules import Schedule, ScheduleStep, Section
from bot.features.schedules.stage import ScheduleStage, Unwelcome
from bot.features.schedules.store import By, Kept
from bot.jobs import Post
from bot.people import Member


class Died(Exception):
    """The process was killed right behind what it did."""


@dataclass
class FakeStage(ScheduleStage):
    """Things are found again by their names, as in Discord."""

    there: dict[str, int] = field(default_factory=dict)
    did: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    events: dict[int, str] = field(default_factory=dict)
    refuses: set[str] = field(default_factory=set)
    fails: set[str] = field(default_factory=set)
    dies: set[str] = field(default_factory=set)
    late: list[str] = field(default_factory=list)
    edited: list[int] = field(default_factory=list)

    def _post(self, what: str, name: str) -> Post:
        """Return something that is done under a name; one that was there already would be done twice."""

        def check() -> None:
            if what in self.refuses:
                raise Unwelcome(f"I lack the permission for {what}.")
            if what in self.fails:
                raise RuntimeError(what)

        async def find(since: dt.datetime) -> int:
            check()
            return self.there.get(name, 0)

        async def make() -> int:
            check()
            self.did.append(name)
            self.there[name] = 900 + len(self.did)
            if what in self.dies:
                self.dies.discard(what)
                raise Died(what)
            return self.there[name]

        return Post(make, find)

    def card(self, schedule: Schedule) -> Post:
        return self._post("card", "card")

    def home(self, schedule: Schedule, channel: int) -> int:
        return channel

    async def update_post(self, kept: Kept, post: int) -> None:
        if "touch" in self.fails:
            raise RuntimeError("touch")
        self.edited.append(post)

    def thread(self, schedule: Schedule, section: Section, late: str) -> Post:
        self.late.append(late)
        return self._post("thread", f"thread {section.number}")

    def opening(self, schedule: Schedule, section: Section, late: str) -> Post:
        assert section.thread, "the thread comes first"
        return self._post("opening", f"opening {section.number}")

    def event(self, schedule: Schedule, section: Section) -> Post:
        post = self._post("event", f"event {section.number}.{section.sequence}")

        async def make() -> int | None:
            made = await post.make()
            assert made is not None
            self.events[made] = section.meets.isoformat()
            return made

        return Post(make, post.find)

    async def update_event(self, schedule: Schedule, event: int) -> None:
        if "touch" in self.fails:
            raise RuntimeError("touch")
        if "touch" in self.refuses:
            raise Unwelcome("I lack the permission for events.")
        section = next((each for each in schedule.live if each.event == event), None)
        if section is None:
            self.events.pop(event, None)
        else:
            self.events[event] = section.meets.isoformat()

    def reminder(
        self, schedule: Schedule, section: Section, step: ScheduleStep, wanted: Mapping[Member, By],
        hold: Callable[[], Awaitable[None]],
    ) -> Post:  # fmt: skip
        direct, together = ([f"{m.id}" for m, by in wanted.items() if by is how] for how in (By.DIRECT, By.THREAD))
        parts = [*(("direct", who) for who in direct), *([("together", ",".join(together))] if together else [])]
        steps = [self._post(what, f"{step.kind} {section.number} to {who}") for what, who in parts]

        async def make() -> int:
            for each in steps:
                await each.make()
            return 1

        async def find(since: dt.datetime) -> int:
            for each in steps:
                assert await each.find(since) or await each.make()
            return 1

        return Post(make, find)

    def note(self, schedule: Schedule, text: str, mark: str, undecided: Sequence[int] = ()) -> Post:
        post = self._post("tell", f"told {mark}")

        async def make() -> int | None:
            made = await post.make()
            self.told.append(f"{text} {list(undecided)}" if undecided else text)
            return made

        return Post(make, post.find)
