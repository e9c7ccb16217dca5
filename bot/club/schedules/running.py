"""What a schedule has done by itself when its time comes: each step once, whatever happens to the process.

A step is claimed before it is done. Whoever takes over a claim that was left looks first for what may have been done
since. What is not allowed is told the organiser once and tried again every hour; the rest goes on meanwhile.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Sequence
from dataclasses import replace

from bot.club.auditing import Audit, Did
from bot.club.people import Place
from bot.club.reading_records import CeilingRecords
from bot.club.schedules.due import Kind, Lateness, Step, due, late_note, next_due
from bot.club.schedules.plan import Schedule, ScheduleState, Section, SectionState
from bot.club.schedules.records import Claim, Kept, ScheduleRecords
from bot.club.schedules.reminding import Reminding
from bot.club.schedules.showing import thread_title
from bot.club.schedules.stage import Stage, Unwelcome
from bot.club.schedules.telling import PATIENCE, Telling
from bot.club.timekeeping import each

log = logging.getLogger(__name__)

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
