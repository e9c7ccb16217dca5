"""What a schedule has done by itself when its time comes: each step once, whatever happens to the process.

A step is claimed before it is done. Whoever takes over a claim that was left looks first for what may have been done
since. What is not allowed is told the organiser once and tried again every hour; the rest goes on meanwhile.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from typing import Protocol

from bot.audit import Audit, Did
from bot.features.schedules.plan import Schedule, ScheduleState, Section, SectionState, thread_title
from bot.features.schedules.rules import Kind, Lateness, Step, due, late_note, next_due, to_decide
from bot.features.schedules.store import By, Claim, Kept, ScheduleRecords
from bot.people import Member, Place, Shards
from bot.records import CeilingRecords
from bot.timekeeper import each
from corpus.errors import DogearError


class Unwelcome(DogearError):
    """The channel is gone or a permission is lacking; the message says which, for the organiser to mend it."""


class Stage(Protocol):
    """Where a schedule takes place.

    With `since`, a thing may have been done since then by a process that did not live to say so: it is looked for
    first, and not done twice. Everything raises Unwelcome where it is not allowed.
    """

    @property
    def shards(self) -> Shards:
        """The shards whose clubs this process serves."""
        ...

    async def here(self, club: int) -> bool:
        """Return whether something can be done in a club now."""
        ...

    async def open_thread(self, schedule: Schedule, section: Section, late: str, since: dt.datetime | None) -> int:
        """Open the thread or forum post of a section, and return its id."""
        ...

    async def open_meeting(self, schedule: Schedule, section: Section, late: str, since: dt.datetime | None) -> int:
        """Post the opening message in a section's thread with its discussion prompts, and return its id."""
        ...

    async def make_event(self, schedule: Schedule, section: Section, since: dt.datetime | None) -> int:
        """Create the event of a meeting, and return its id."""
        ...

    async def bring_event(self, schedule: Schedule, event: int) -> None:
        """Have an event show what its schedule says now, or be gone where no section has it."""
        ...

    async def remind(
        self, schedule: Schedule, section: Section, step: Step, members: Collection[Member], *,
        directly: bool, batch: int, since: dt.datetime | None,
    ) -> None:  # fmt: skip
        """Remind members of a meeting, each by direct message, or all of them in one message in the thread."""
        ...

    async def tell_organiser(
        self, schedule: Schedule, text: str, mark: str, since: dt.datetime | None, undecided: Sequence[int] = ()
    ) -> None:
        """Tell the organiser something; of `undecided` sections, each can be posted now or skipped."""
        ...


log = logging.getLogger(__name__)

PATIENCE = dt.timedelta(minutes=3)
"""How long a claim holds: longer than a step takes, and short enough to wait for."""

AT_ONCE = 8
"""Sections that are listed for a decision in one message, with two buttons each."""


class Telling:
    """Tells organisers."""

    def __init__(self, records: ScheduleRecords, stage: Stage, now: Callable[[], dt.datetime]) -> None:
        self._records, self._stage, self._now = records, stage, now

    async def tell(self, schedule: Schedule, about: str, text: str) -> bool:
        """Tell the organiser of something that is not allowed, once; return whether that is settled."""
        now, name = self._now(), told(schedule, about)
        claim = await self._records.claim(schedule.id, name, now, now + PATIENCE)
        return claim is None or await self._say(schedule, text, [claim])

    async def list_late(self, kept: Kept) -> None:
        """List the sections that are late by days for the organiser, each once."""
        now, schedule = self._now(), kept.schedule
        claims: dict[int, Claim] = {}
        for number in to_decide(due(schedule, now, kept.done, kept.wanted)):
            claim = await self._records.claim(schedule.id, told(schedule, f"late:{number}"), now, now + PATIENCE)
            if claim is not None:
                claims[number] = claim
        numbers = list(claims)
        for at in range(0, len(numbers), AT_ONCE):
            these = numbers[at : at + AT_ONCE]
            await self._say(schedule, _late(schedule, these), [claims[number] for number in these], these)

    def untold(self, kept: Kept) -> list[dt.datetime]:
        """Return when what is late by days is to be listed again, where that has failed."""
        late = told(kept.schedule, "late:")
        return [begun.until for name, begun in kept.steps.items() if name.startswith(late) and not begun.done]

    async def _say(self, schedule: Schedule, text: str, claims: list[Claim], undecided: Sequence[int] = ()) -> bool:
        since = min((claim.since for claim in claims if claim.since), default=None)
        try:
            await self._stage.tell_organiser(schedule, text, claims[0].step, since, undecided)
        except Unwelcome:
            log.warning("the organiser of schedule %d cannot be told: %s", schedule.id, text)
        except Exception:
            log.exception("the organiser of schedule %d could not be told; it is tried again", schedule.id)
            return False
        for claim in claims:
            await self._records.finish(schedule.id, claim.step)
        return True

    async def works_again(self, kept: Kept, about: str) -> None:
        """Note that something works: the next time that it does not, the organiser hears of it again."""
        if told(kept.schedule, about) in kept.steps:
            await self._records.forget_steps(kept.schedule.id, told(kept.schedule, about))


def told(schedule: Schedule, about: str) -> str:
    """Return the name under which it is noted that an organiser was told of something."""
    return f"s{schedule.id}:told:{about}"


def _late(schedule: Schedule, numbers: Sequence[int]) -> str:
    names = [section for section in schedule.live if section.number in numbers]
    listed = "\n".join(f"{section.number}. {thread_title(schedule, section)}" for section in names)
    return f"I was away for days, and these were due meanwhile. Post each now, or skip it.\n{listed}"


TOGETHER = 50
"""Members who are reminded in one message of a thread. Discord: 100 of whom a message may be for."""


class Reminding:
    """Reminds members."""

    def __init__(
        self, records: ScheduleRecords, stage: Stage, telling: Telling, now: Callable[[], dt.datetime]
    ) -> None:
        self._records, self._stage, self._telling, self._now = records, stage, telling, now

    async def remind(self, schedule: Schedule, section: Section, step: Step) -> None:
        """Remind everybody who asked for it, each once; what is known of whom is forgotten when all are."""
        wanted = await self._records.reminded(schedule.id)
        direct = [[member] for member, by in wanted.items() if by is By.DIRECT]
        in_thread = [member for member, by in wanted.items() if by is By.THREAD]
        batches = [in_thread[at : at + TOGETHER] for at in range(0, len(in_thread), TOGETHER)]
        complete = True
        for members in direct:
            complete &= await self._reminded(schedule, section, step, members, f"m{members[0].id}", directly=True)
        for number, members in enumerate(batches):
            complete &= await self._reminded(schedule, section, step, members, str(number), directly=False)
        if not complete:
            raise _NotAll(f"not everybody was reminded of section {section.number}")
        if step.kind is Kind.HOUR_BEFORE:  # what was left of the earlier one is over
            await self._records.forget_steps(schedule.id, f"s{schedule.id}:{section.number}:{Kind.DAY_BEFORE}:")
        await self._records.forget_steps(schedule.id, f"{step.id}:")

    async def _reminded(
        self, schedule: Schedule, section: Section, step: Step, members: list[Member], part: str, *, directly: bool
    ) -> bool:
        """Remind some members together; return whether that is settled."""
        now, name = self._now(), f"{step.id}:{part}"
        await self._records.postpone(step.id, now + PATIENCE)  # many are reminded: nobody else may take it over
        # The claim on the step keeps others away; so this one is only held to know what was begun.
        claim = await self._records.claim(schedule.id, name, now, now)
        if claim is None:
            return True
        batch = 0 if directly else int(part)
        try:
            await self._stage.remind(
                schedule, section, step, members, directly=directly, batch=batch, since=claim.since
            )
        except Unwelcome as refused:
            log.info("%s is not allowed", name)
            if not directly:
                await self._telling.tell(schedule, step.kind, str(refused))
        except Exception:
            log.exception("%s could not be done; it is tried again", name)
            return False
        await self._records.finish(schedule.id, name)
        return True


class _NotAll(Exception):
    """Some members could not be reminded; they are tried again, the others not."""


REFUSED = dt.timedelta(hours=1)
"""When something that Discord did not allow is tried again."""

AGAIN = dt.timedelta(minutes=1)
"""When a schedule is looked at again in which something went wrong."""

IN_THREAD = (Kind.CEILING, Kind.OPENING)


class RunningSchedules:
    """Does what is due for the schedules of the clubs that this process serves."""

    def __init__(
        self, records: ScheduleRecords, ceilings: CeilingRecords, audit: Audit, stage: Stage,
        now: Callable[[], dt.datetime],
    ) -> None:  # fmt: skip
        self._records, self._ceilings, self._audit, self._stage, self._now = records, ceilings, audit, stage, now
        self._telling = Telling(records, stage, now)
        self._reminding = Reminding(records, stage, self._telling, now)

    async def next_due(self) -> dt.datetime | None:
        """Return when a schedule is to be looked at next, which may be past; None where none is."""
        return await self._records.next_due(self._stage.shards)

    async def do_due(self) -> None:
        """Look after the schedules that wait for it; one that fails keeps no other waiting."""
        due = await self._records.due(self._stage.shards, self._now())
        await each(due, self.look_after, lambda schedule_id: f"schedule {schedule_id}")

    async def look_after(self, schedule_id: int) -> None:
        """Do what is due for a schedule, and have it looked at when more is."""
        begun = await self._kept(schedule_id)
        if not await self._stage.here(begun.schedule.club):
            return
        await self._bring_events(begun)
        tried: set[str] = set()
        while True:
            # Read anew for every step: somebody may have changed the schedule while the last one was done.
            kept = await self._kept(schedule_id)
            step = next((each for each in self._ready(kept) if each.id not in tried), None)
            if step is None:
                break
            tried.add(step.id)
            await self._try(kept, step)
        await self._telling.list_late(kept)
        await self._sleep(schedule_id)

    def _ready(self, kept: Kept) -> Sequence[Step]:
        """Return the steps that are due, and that can be done: what belongs into a thread waits for it."""
        now, schedule = self._now(), kept.schedule
        steps = due(schedule, now, kept.done, kept.wanted)
        opened = {section.number for section in schedule.live if section.thread}
        return [
            step for step in steps
            if step.lateness is not Lateness.TOO_LATE and (step.kind not in IN_THREAD or step.section in opened)
        ]  # fmt: skip

    async def _try(self, kept: Kept, step: Step) -> None:
        """Do a step, unless somebody else has it."""
        schedule, section = kept.schedule, kept.schedule.section(step.section)
        now = self._now()
        claim = await self._records.claim(schedule.id, step.id, now, now + PATIENCE)
        if claim is None or section is None:
            return
        try:
            await self._do(schedule, section, step, claim)
        except Unwelcome as refused:
            log.info("%s is not allowed and is tried again", step.id)
            if await self._telling.tell(schedule, step.kind, str(refused)):
                await self._records.postpone(step.id, now + REFUSED)
        except Exception:
            log.exception("%s could not be done; it is tried again", step.id)
        else:
            await self._telling.works_again(kept, step.kind)

    async def _do(self, schedule: Schedule, section: Section, step: Step, claim: Claim) -> None:
        stage, since, result, change = self._stage, claim.since, 0, None
        match step.kind:
            case Kind.EVENT:
                result = await stage.make_event(schedule, section, since)
                change = _with_event(section, result)
            case Kind.DAY_BEFORE | Kind.HOUR_BEFORE:
                await self._reminding.remind(schedule, section, step)
            case Kind.THREAD:
                result = await stage.open_thread(schedule, section, late_note(step), since)
                change = _with_thread(section.number, result)
            case Kind.CEILING:
                await self._set_ceiling(schedule, section)
            case Kind.OPENING:
                result = await stage.open_meeting(schedule, section, late_note(step), since)
                there = Place(schedule.club, section.thread)
                about = f"opened {thread_title(schedule, section)}"
                await self._audit.note(Did.SCHEDULE, there, schedule.organiser, message=result, about=about)
        await self._records.finish(schedule.id, step.id, result, change)

    async def _set_ceiling(self, schedule: Schedule, section: Section) -> None:
        there = Place(schedule.club, section.thread)
        for book, reached in schedule.ceiling(section).items():
            await self._ceilings.set_ceiling(there, book, reached, schedule.organiser, self._now())

    # What is already in Discord

    async def _bring_events(self, kept: Kept) -> None:
        """Have the events that a change touched show what the schedule says now."""
        for event in kept.touched:
            try:
                await self._stage.bring_event(kept.schedule, event)
            except Unwelcome as refused:
                if not await self._telling.tell(kept.schedule, "touch", str(refused)):
                    continue
            except Exception:
                log.exception("event %d could not be changed; it is tried again", event)
                continue
            await self._records.change(kept.schedule.id, self._now(), _without_touch(event))

    # When to look again

    async def _sleep(self, schedule_id: int) -> None:
        kept = await self._kept(schedule_id)
        now, moments = self._now(), []
        for step in self._ready(kept):
            begun = kept.steps.get(step.id)
            moments.append(max(begun.until, now + AGAIN) if begun else now + AGAIN)
        moments += self._telling.untold(kept)
        if kept.touched:
            moments.append(now + PATIENCE)
        if later := next_due(kept.schedule, now):
            moments.append(later)
        await self._records.wake(kept, min(moments, default=None))

    async def _kept(self, schedule_id: int) -> Kept:
        kept = await self._records.kept(schedule_id)
        if kept is None:
            raise LookupError(f"schedule {schedule_id} is gone")
        return kept


def _with_event(made_for: Section, event: int) -> Callable[[Kept], Kept]:
    """Return the change that notes an event; where the meeting was changed meanwhile, the event follows it."""

    def change(kept: Kept) -> Kept:
        schedule = kept.schedule
        section = schedule.section(made_for.number)
        wanted = section is not None and section.state in (SectionState.AHEAD, SectionState.OPENED)
        if section is not None and wanted and not section.event and schedule.state is ScheduleState.RUNNING:
            changed = replace(kept, schedule=schedule.with_section(replace(section, event=event)))
            return (
                changed if section.sequence == made_for.sequence else replace(changed, touched=(*kept.touched, event))
            )
        return replace(kept, touched=(*kept.touched, event))

    return change


def _with_thread(number: int, thread: int) -> Callable[[Kept], Kept]:
    def change(kept: Kept) -> Kept:
        section = kept.schedule.section(number)
        if section is None:
            return kept
        opened = replace(section, state=SectionState.OPENED, thread=thread)
        return replace(kept, schedule=kept.schedule.with_section(opened))

    return change


def _without_touch(event: int) -> Callable[[Kept], Kept]:
    return lambda kept: replace(kept, touched=tuple(each for each in kept.touched if each != event))
