"""The jobs of schedules: what is due is done, each step once."""

import datetime as dt
import logging
from collections.abc import Callable, Sequence
from dataclasses import replace

from bot.audit import Audit, Did
from bot.db.jobs import Claim
from bot.features.ceilings.store import Ceilings
from bot.features.schedules import rules, views
from bot.features.schedules.rules import Lateness, Schedule, ScheduleStep, Section, SectionState, StepKind
from bot.features.schedules.stage import ScheduleStage, Unwelcome
from bot.features.schedules.store import By, Changing, Kept, Schedules, step_of
from bot.jobs import AGAIN, HELD, Jobs, Post, first_claim
from bot.people import Place

log = logging.getLogger(__name__)

REFUSED = dt.timedelta(hours=1)
"""When something that Discord did not allow is tried again."""

IN_THREAD = (StepKind.CEILING, StepKind.OPENING)

TOGETHER = 50
"""Members who are reminded in one message of a thread. Discord: 100 of whom a message may be for."""


class RunningSchedules:
    """Does what is due for schedules."""

    def __init__(
        self, jobs: Jobs, schedules: Schedules, ceilings: Ceilings, audit: Audit, stage: ScheduleStage,
    ) -> None:  # fmt: skip
        self._jobs, self._schedules, self._ceilings, self._audit, self._stage = jobs, schedules, ceilings, audit, stage

    async def do(self, _: int, schedule_id: int) -> None:
        """Do what is due for a schedule, and have it looked after again when more is."""
        begun = self._jobs.now()
        await self._update_events(await self._schedules.kept(schedule_id))
        tried: set[str] = set()
        while True:
            # Read anew for every step: somebody may have changed the schedule while the last one was done.
            kept, now = await self._schedules.kept(schedule_id), self._jobs.now()
            step = next((each for each in _ready(kept, now) if each.id not in tried), None)
            if step is None:
                break
            tried.add(step.id)
            await self._try(kept, step)
        await self._list_late(kept)
        moments = [now + AGAIN] if kept.touched else []
        if later := rules.next_due(kept.schedule, now):
            moments.append(later)
        await self._schedules.rest(kept, begun, min(moments, default=None))

    # Steps

    async def _try(self, kept: Kept, step: ScheduleStep) -> None:
        """Do a step, unless another process does."""
        schedule, section = kept.schedule, kept.schedule.section(step.section)
        claim = await self._jobs.claim(step_of(schedule, step.id), new=True)
        if claim is None or section is None:
            return
        try:
            await self._do(schedule, section, step, claim)
        except Unwelcome as refused:
            log.info("%s is not allowed and is tried again", step.id)
            settled = await self._tell(schedule, step.kind, str(refused))
            await self._jobs.put_off(claim.key, REFUSED if settled else AGAIN)
        except Exception:
            log.exception("%s could not be done; it is tried again", step.id)
            await self._jobs.put_off(claim.key)
        else:
            if (told := _told(schedule, step.kind)) in kept.steps:  # the next time, the organiser hears of it again
                await self._schedules.forget_steps(schedule.id, told)

    async def _do(self, schedule: Schedule, section: Section, step: ScheduleStep, claim: Claim) -> None:
        stage = self._stage
        match step.kind:
            case StepKind.EVENT:
                await self._post(claim, stage.event(schedule, section), lambda made: _with_event(section, made))
            case StepKind.DAY_BEFORE | StepKind.HOUR_BEFORE:
                await self._remind(schedule, section, step, claim)
            case StepKind.THREAD:
                thread = stage.thread(schedule, section, rules.late_note(step))
                await self._post(claim, thread, lambda made: _with_thread(section.number, made))
            case StepKind.CEILING:
                there = Place(schedule.club, section.thread)
                for book, reached in schedule.ceiling(section).items():
                    await self._ceilings.set_ceiling(there, book, reached, schedule.organiser, self._jobs.now())
                await self._schedules.finish(claim.key)
            case StepKind.OPENING:
                opening = stage.opening(schedule, section, rules.late_note(step))
                await self._jobs.post_once(claim, opening, lambda made: self._opened(schedule, section, claim, made))

    async def _post(self, claim: Claim, post: Post, change: Callable[[int], Changing]) -> None:
        """Post something once, and change the schedule with it."""
        await self._jobs.post_once(claim, post, lambda made: self._schedules.finish(claim.key, made, change(made)))

    async def _opened(self, schedule: Schedule, section: Section, claim: Claim, message: int) -> None:
        there, about = Place(schedule.club, section.thread), f"opened {rules.thread_title(schedule, section)}"
        await self._audit.note(Did.SCHEDULE, there, schedule.organiser, message=message, about=about)
        await self._schedules.finish(claim.key, message)

    # Reminders

    async def _remind(self, schedule: Schedule, section: Section, step: ScheduleStep, claim: Claim) -> None:
        """Remind everybody who asked for it, each once; what is known of whom is forgotten when all are."""
        wanted = await self._schedules.reminded(schedule.id)
        parts = {f"m{member.id}": [member] for member, by in wanted.items() if by is By.DIRECT}
        in_thread = [member for member, by in wanted.items() if by is By.THREAD]
        parts |= {str(at // TOGETHER): in_thread[at : at + TOGETHER] for at in range(0, len(in_thread), TOGETHER)}
        complete = True
        for part, members in parts.items():
            await self._jobs.put_off(claim.key, HELD)  # many are reminded: no other process may take it over
            batch = None if part.startswith("m") else int(part)
            post = self._stage.reminder(schedule, section, step, members, batch)
            complete &= await self._reminded(schedule, step, part, post, directly=batch is None)
        if not complete:
            raise _NotAll(f"not everybody was reminded of section {section.number}")
        if step.kind is StepKind.HOUR_BEFORE:  # what was left of the earlier one is over
            await self._schedules.forget_steps(schedule.id, f"s{schedule.id}:{section.number}:{StepKind.DAY_BEFORE}:")
        await self._schedules.finish(claim.key)
        await self._schedules.forget_steps(schedule.id, f"{step.id}:")

    async def _reminded(self, schedule: Schedule, step: ScheduleStep, part: str, post: Post, *, directly: bool) -> bool:
        """Remind some members together; return whether that is settled."""
        key = step_of(schedule, f"{step.id}:{part}")
        # The claim on the step keeps other processes away, until its end or that of the process that holds it.
        claim = await self._jobs.rows.claim(key, self._jobs.now(), self._jobs.now(), new=True)
        if claim is None:
            return True
        try:
            await self._jobs.post_once(claim, post, lambda _: self._schedules.finish(key))
        except Unwelcome as refused:
            log.info("%s is not allowed", key.step)
            if not directly:
                await self._tell(schedule, step.kind, str(refused))
            await self._schedules.finish(key)
        except Exception:
            log.exception("%s could not be done; it is tried again", key.step)
            return False
        return True

    # What the organiser is told

    async def _tell(self, schedule: Schedule, about: str, text: str) -> bool:
        """Tell the organiser of something that is not allowed, once; return whether that is settled."""
        key = step_of(schedule, _told(schedule, about))
        claim = await self._jobs.claim(key, new=True)
        return claim is None or await self._say(schedule, text, [claim])

    async def _list_late(self, kept: Kept) -> None:
        """List the sections that are late by days for the organiser, each once."""
        schedule, late = kept.schedule, self._schedules.undecided(kept)
        keys = {number: step_of(schedule, _told(schedule, f"late:{number}")) for number in late}
        claims = {number: claim for number, key in keys.items() if (claim := await self._jobs.claim(key, new=True))}
        numbers = list(claims)
        for at in range(0, len(numbers), views.DECIDED_AT_ONCE):
            these = numbers[at : at + views.DECIDED_AT_ONCE]
            await self._say(schedule, _late(schedule, these), [claims[number] for number in these], these)

    async def _say(self, schedule: Schedule, text: str, claims: list[Claim], undecided: Sequence[int] = ()) -> bool:
        async def done(_: int = 0) -> None:
            for claim in claims:
                await self._schedules.finish(claim.key)

        try:
            note = self._stage.note(schedule, text, claims[0].key.step, undecided)
            await self._jobs.post_once(first_claim(claims), note, done)
        except Unwelcome:
            log.warning("the organiser of schedule %d cannot be told: %s", schedule.id, text)
            await done()
        except Exception:
            log.exception("the organiser of schedule %d could not be told; it is tried again", schedule.id)
            for claim in claims:
                await self._jobs.put_off(claim.key)
            return False
        return True

    # What is already in Discord

    async def _update_events(self, kept: Kept) -> None:
        """Have the events that a change touched show what the schedule says now."""
        for event in kept.touched:
            try:
                await self._stage.update_event(kept.schedule, event)
            except Unwelcome as refused:
                if not await self._tell(kept.schedule, "touch", str(refused)):
                    continue
            except Exception:
                log.exception("event %d could not be changed; it is tried again", event)
                continue
            await self._schedules.change(kept.schedule.id, _without_touch(event))


class _NotAll(Exception):
    """Some members could not be reminded; they are tried again, the others not."""


def _ready(kept: Kept, now: dt.datetime) -> Sequence[ScheduleStep]:
    """Return the steps that are due, and that can be done: what belongs into a thread waits for it."""
    opened = {section.number for section in kept.schedule.live if section.thread}
    return [
        step for step in rules.due(kept.schedule, now, kept.done, kept.wanted)
        if step.lateness is not Lateness.TOO_LATE and (step.kind not in IN_THREAD or step.section in opened)
    ]  # fmt: skip


def _told(schedule: Schedule, about: str) -> str:
    """Return the name under which it is kept that an organiser was told of something."""
    return f"s{schedule.id}:told:{about}"


def _late(schedule: Schedule, numbers: Sequence[int]) -> str:
    names = [section for section in schedule.live if section.number in numbers]
    listed = "\n".join(f"{section.number}. {rules.thread_title(schedule, section)}" for section in names)
    return f"I was offline when these were due. Post each now, or skip it.\n{listed}"


def _with_event(made_for: Section, event: int) -> Changing:
    """Return the change that keeps an event; where the meeting was changed meanwhile, the event follows it."""

    def change(kept: Kept) -> Kept:
        schedule, section = kept.schedule, kept.schedule.section(made_for.number)
        wanted = section and section.state in (SectionState.AHEAD, SectionState.OPENED) and not section.event
        if section is None or not wanted or schedule.state is not rules.ScheduleState.RUNNING:
            return kept.touching(event)
        changed = replace(kept, schedule=schedule.with_section(replace(section, event=event)))
        return changed if section.sequence == made_for.sequence else changed.touching(event)

    return change


def _with_thread(number: int, thread: int) -> Changing:
    def change(kept: Kept) -> Kept:
        if (section := kept.schedule.section(number)) is None:
            return kept
        opened = replace(section, state=SectionState.OPENED, thread=thread)
        return replace(kept, schedule=kept.schedule.with_section(opened))

    return change


def _without_touch(event: int) -> Changing:
    return lambda kept: replace(kept, touched=tuple(each for each in kept.touched if each != event))
