"""A schedule as plain values for JSON, and back: what changes with it, without whose it is and where."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from bot.club.reached import Reached
from bot.club.schedules.plan import Schedule, ScheduleState, Section, SectionState

Plain = dict[str, Any]


def written(schedule: Schedule) -> Plain:
    """Return the plan of a schedule as plain values."""
    return {
        "title": schedule.title,
        "whole": _reached_written(schedule.whole),
        "zone": schedule.zone,
        "sections": [_section_written(section) for section in schedule.sections],
        "also": {slug: _reached_written(reached) for slug, reached in schedule.also.items()},
        "paused_at": schedule.paused_at.isoformat() if schedule.paused_at else None,
    }


def read(
    plain: Mapping[str, Any], *, id: int, club: int, place: int, organiser: int, book: str, state: str  # noqa: A002 (its name)
) -> Schedule:  # fmt: skip
    """Return the schedule of a plan that was written."""
    return Schedule(
        id, club, place, organiser, book,
        title=plain["title"],
        whole=Reached(*plain["whole"]),
        zone=plain["zone"],
        sections=tuple(_section(each) for each in plain["sections"]),
        also={slug: Reached(*reached) for slug, reached in plain["also"].items()},
        state=ScheduleState(state),
        paused_at=dt.datetime.fromisoformat(plain["paused_at"]) if plain["paused_at"] else None,
    )  # fmt: skip


def _section_written(section: Section) -> Plain:
    return {
        "number": section.number,
        "first": section.first,
        "last": section.last,
        "day": section.day.isoformat(),
        "at": section.at.isoformat(),
        "meets": section.meets.isoformat(),
        "ceiling": section.ceiling,
        "state": section.state.value,
        "sequence": section.sequence,
        "thread": section.thread,
        "event": section.event,
    }


def _section(plain: Mapping[str, Any]) -> Section:
    moments = {
        "day": dt.date.fromisoformat(plain["day"]),
        "at": dt.time.fromisoformat(plain["at"]),
        "meets": dt.datetime.fromisoformat(plain["meets"]),
        "state": SectionState(plain["state"]),
    }
    return Section(**{**plain, **moments})


def _reached_written(reached: Reached) -> list[int | str]:
    return [reached.marks, reached.of, reached.unit]
