"""The jobs of schedules: what is due is done, each step once."""

import contextlib
import datetime as dt
import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from bot.app import App
from bot.audit import Audit, Did
from bot.db.jobs import Claim
from bot.features.ceilings.store import Ceilings
from bot.features.prompts.store import PromptProblem, Prompts
from bot.features.schedules import rules
from bot.features.schedules.rules import Schedule, ScheduleState, ScheduleStep, Section, SectionState, StepKind
from bot.features.schedules.stage import ScheduleStage, Unwelcome
from bot.features.schedules.store import AFTERWARDS, Changing, Kept, Schedules, ended, step_of
from bot.jobs import AGAIN, HELD, Jobs, Post
from bot.people import Member, Place

log = logging.getLogger(__name__)

REFUSED = dt.timedelta(hours=1)  # when something that Discord did not allow is tried again
MOST_PROMPTS = 5
"""Discussion prompts that are posted with a meeting: more than people answer. The others stay in the queue."""


class RunningSchedules:
    """Does what is due for schedules."""

    def __init__(self, app: App, jobs: Jobs, stage: ScheduleStage) -> None:
        self._jobs, self._stage, self._schedules = jobs, stage, app.get(Schedules)
        self._ceilings, self._audit, self._prompts = app.get(Ceilings), app.get(Audit), app.get(Prompts)

    async def do(self, _: int, schedule_id: int) -> None:
        """Do what is due for a schedule, and have it looked after again when more is."""
        begun = self._jobs.now()
        await self._update(await self._schedules.kept(schedule_id))
        tried: set[str] = set()
        while True:
            # Read anew for every step: somebody may have changed the schedule while the last one was done.
            kept, now = await self._schedules.kept(schedule_id), self._jobs.now()
            step = next((each for each in _ready(kept, now) if each.id not in tried), None)
            if step is None:
                break
            tried.add(step.id)
            await self._try(kept, step)
        if late := self._schedules.undecided(kept):
            text = "I was offline when these were due. Post each now, or skip it."
            sections = [section for section in kept.schedule.live if section.number in late]
            lines = (f"{section.number}. {rules.thread_title(kept.schedule, section)}" for section in sections)
            await self._tell(kept.schedule, f"late:{late[-1]}", "\n".join((text, *lines)), late)
        await self._update(kept)
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
            case StepKind.CARD:
                await self._post(claim, stage.card(schedule), lambda made: self._with_card(schedule, made))
            case StepKind.EVENT:
                await self._post(claim, stage.event(schedule, section), lambda made: _with_event(section, made))
            case StepKind.DAY_BEFORE | StepKind.HOUR_BEFORE:
                wanted, hold = await self._schedules.reminded(schedule.id), partial(self._jobs.put_off, claim.key, HELD)
                reminder = stage.reminder(schedule, section, step, wanted, hold)
                await self._jobs.post_once(claim, reminder, lambda _: self._schedules.finish(claim.key))
            case StepKind.THREAD:
                thread = stage.thread(schedule, section, step.note)
                await self._post(claim, thread, lambda made: _with_thread(section.number, made))
            case StepKind.CEILING:
                there = Place(schedule.club, section.thread)
                for book, reached in schedule.ceiling(section).items():
                    await self._ceilings.set_ceiling(there, book, reached, schedule.organiser, self._jobs.now())
                await self._schedules.finish(claim.key)
            case StepKind.OPENING:
                opening = stage.opening(schedule, section, step.note)
                await self._jobs.post_once(claim, opening, lambda made: self._opened(schedule, section, claim, made))

    async def _post(self, claim: Claim, post: Post, change: Callable[[int], Changing]) -> None:
        """Post something once, and change the schedule with it."""
        await self._jobs.post_once(claim, post, lambda made: self._schedules.finish(claim.key, made, change(made)))

    async def _opened(self, schedule: Schedule, section: Section, claim: Claim, message: int) -> None:
        """Record that a meeting is open, and have its approved discussion prompts posted below."""
        there, about = Place(schedule.club, section.thread), f"opened {rules.thread_title(schedule, section)}"
        await self._audit.note(Did.SCHEDULE, there, schedule.organiser, message=message, about=about)
        prompts = await self._prompts.approved_for(schedule.club, schedule.book, section.first, section.last)
        for prompt in prompts[:MOST_PROMPTS]:
            with contextlib.suppress(PromptProblem):  # a moderator deals with it in this moment
                await self._prompts.plan(Member(schedule.club, prompt.by), prompt.id, there)
        last = section.number == schedule.live[-1].number
        then = (ended(schedule.club, schedule.id), self._jobs.now() + AFTERWARDS) if last else None
        await self._schedules.finish(claim.key, message, then=then)

    def _with_card(self, made_for: Schedule, card: int) -> Changing:
        """Return the change that keeps a card; where the schedule was changed meanwhile, the card follows it."""
        there = self._stage.home(replace(made_for, card=card), made_for.place)

        def change(kept: Kept) -> Kept:
            changed = replace(kept, schedule=replace(kept.schedule, card=card, card_in=there))
            events = [section.event for section in kept.schedule.live]
            return changed.touching(*events, *([] if kept.schedule == made_for else [card]))

        return change

    # What the organiser is told

    async def _tell(self, schedule: Schedule, about: str, text: str, undecided: Sequence[int] = ()) -> bool:
        """Tell the organiser of something once, with sections to decide about; return whether that is settled."""
        key = step_of(schedule, _told(schedule, about))
        claim = await self._jobs.claim(key, new=True)
        if claim is None:
            return True
        note = self._stage.note(schedule, text, key.step, undecided)
        try:
            await self._jobs.post_once(claim, note, lambda _: self._schedules.finish(key))
        except Unwelcome:
            log.warning("the organiser of schedule %d cannot be told: %s", schedule.id, text)
            await self._schedules.finish(key)
        except Exception:
            log.exception("the organiser of schedule %d could not be told; it is tried again", schedule.id)
            return False
        return True

    # What is already in Discord

    async def _update(self, kept: Kept) -> None:
        """Have the events and messages that a change touched show what the schedule says now."""
        for there in kept.touched:
            try:
                if there == kept.schedule.card or there in kept.posts.values():
                    await self._stage.update_post(kept, there)
                else:
                    await self._stage.update_event(kept.schedule, there)
            except Unwelcome as refused:
                if not await self._tell(kept.schedule, "touch", str(refused)):
                    continue
            except Exception:
                log.exception("%d could not be changed in Discord; it is tried again", there)
                continue
            await self._schedules.change(kept.schedule.id, partial(Kept.without, event=there))


def _ready(kept: Kept, now: dt.datetime) -> Sequence[ScheduleStep]:
    """Return the steps that are due, and that can be done: what belongs into a thread waits for it."""
    opened = {section.number for section in kept.schedule.live if section.thread}
    waiting = (StepKind.CEILING, StepKind.OPENING)
    return [
        step for step in kept.due(now) if not step.too_late and (step.kind not in waiting or step.section in opened)
    ]


def _told(schedule: Schedule, about: str) -> str:
    """Return the name under which it is kept that an organiser was told of something."""
    return f"s{schedule.id}:told:{about}"


def _with_event(made_for: Section, event: int) -> Changing:
    """Return the change that keeps an event; where the meeting was changed meanwhile, the event follows it."""

    def change(kept: Kept) -> Kept:
        section = kept.schedule.section(made_for.number)
        wanted = section and section.state in (SectionState.AHEAD, SectionState.OPENED) and not section.event
        if section is None or not wanted or kept.schedule.state is not ScheduleState.RUNNING:
            return kept.touching(event)
        changed = replace(kept, schedule=kept.schedule.with_section(section.number, event=event)).stale()
        return changed if section.sequence == made_for.sequence else changed.touching(event)

    return change


def _with_thread(number: int, thread: int) -> Changing:
    """Return the change that keeps a thread; what is there already is to link to it."""

    def change(kept: Kept) -> Kept:
        section = kept.schedule.section(number)
        opened = kept.schedule.with_section(number, state=SectionState.OPENED, thread=thread)
        return replace(kept, schedule=opened).touching(section.event if section else 0).stale()

    return change
