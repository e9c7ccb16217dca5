"""Reminding members of a meeting: whoever asked for it, as they asked for it, each once."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable

from bot.club.people import Member
from bot.club.schedules.due import Kind, Step
from bot.club.schedules.plan import Schedule, Section
from bot.club.schedules.records import By, ScheduleRecords
from bot.club.schedules.stage import Stage, Unwelcome
from bot.club.schedules.telling import PATIENCE, Telling

log = logging.getLogger(__name__)

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
