"""A schedule as people read it: names of ranges, titles of threads, lines of a preview. Never a chapter's title."""

from __future__ import annotations

import datetime as dt

from bot.club.schedules.plan import Schedule, ScheduleState, Section, SectionState
from bot.club.schedules.times import local, moment
from bot.club.schedules.wishes import day_name
from corpus.books import Unit

MAX_TITLE = 100
"""Discord: characters in the name of a thread, a forum post or a scheduled event."""

_STATES = {SectionState.OPENED: "opened", SectionState.SKIPPED: "skipped", SectionState.CANCELLED: "cancelled"}


def range_name(schedule: Schedule, first: int, last: int) -> str:
    """Return how people name a stretch of the book: “chapters 1–5”, “chapter 6”, “20–40%”."""
    unit, of = schedule.whole.unit, schedule.whole.of
    if unit == Unit.PERCENT:
        return f"{_percent(first - 1, of)}–{_percent(last, of)}%"
    return f"{unit} {first}" if first == last else f"{unit}s {first}–{last}"


def thread_title(schedule: Schedule, section: Section) -> str:
    """Return the title of a section's thread or event: “Smiley's People, chapters 1–5”, a long book title cut short."""
    stretch = f", {range_name(schedule, section.first, section.last)}"
    room = MAX_TITLE - len(stretch)
    title = schedule.title if len(schedule.title) <= room else schedule.title[: room - 1].rstrip() + "…"
    return title + stretch


def ceiling_name(schedule: Schedule, mark: int) -> str:
    """Return how far a thread may go: “up to chapter 5”, “up to the end”."""
    if mark >= schedule.whole.of:
        return "up to the end"
    if schedule.whole.unit == Unit.PERCENT:
        return f"up to {_percent(mark, schedule.whole.of)}%"
    return f"up to {schedule.whole.unit} {mark}"


def date_name(meets: dt.datetime, zone: str) -> str:
    """Return a moment as the clocks of the zone show it: “Friday 5 January 2029, 20:00”."""
    there = local(meets, zone)
    return f"{day_name(there.date())}, {there:%H:%M}"


def section_line(schedule: Schedule, section: Section) -> str:
    """Return a section's line: its number, range, date and ceiling, and what became of it."""
    parts = [
        f"{section.number}. {range_name(schedule, section.first, section.last)}",
        date_name(section.meets, schedule.zone),
        ceiling_name(schedule, section.ceiling),
        _STATES.get(section.state, ""),
    ]
    return " · ".join(filter(None, parts))


def preview(schedule: Schedule) -> tuple[str, ...]:
    """Return a schedule's lines: what and where the clocks are, every section, and what the clocks make doubtful."""
    paused = {ScheduleState.RUNNING: "", ScheduleState.PAUSED: ", paused", ScheduleState.CANCELLED: ", cancelled"}
    return (
        f"{schedule.title}, times of {schedule.zone}{paused[schedule.state]}",
        *(section_line(schedule, section) for section in schedule.live),
        *clock_notes(schedule),
    )


def clock_notes(schedule: Schedule) -> tuple[str, ...]:
    """Return a note for every meeting to come whose time the clocks leap over or show twice."""
    times = (moment(s.day, s.at, schedule.zone).note for s in schedule.live if s.state is SectionState.AHEAD)
    return tuple(filter(None, times))


def _percent(mark: int, of: int) -> int:
    return round(100 * mark / of)
