"""What the organiser of a schedule is told, each thing once: what is not allowed, and what is late by days."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Sequence

from bot.club.schedules.due import due, to_decide
from bot.club.schedules.plan import Schedule
from bot.club.schedules.records import Claim, Kept, ScheduleRecords
from bot.club.schedules.showing import thread_title
from bot.club.schedules.stage import Stage, Unwelcome

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
