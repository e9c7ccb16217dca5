"""A schedule as an iCalendar file (RFC 5545), which calendar programs import and bring up to date by UID."""

from __future__ import annotations

import datetime as dt

from icalendar import Calendar, Event
from icalendar.enums import STATUS

from bot.features.schedules.plan import MEETING, Schedule, ScheduleState, Section, SectionState, thread_title
from bot.times import local

_YEAR = dt.timedelta(days=366)  # within which the clocks have changed twice, wherever they do
_PRODUCT = "-//Dogear//Reading schedules//EN"


def exported(schedule: Schedule, now: dt.datetime) -> bytes:
    """Return the `.ics` of a schedule: an event for every meeting, cancelled ones too, so that calendars drop them.

    Times are those of the zone, with its rules in the file. Where those rules cannot be written so that they give the
    right moments (Morocco's follow the moon), times are in UTC.
    """
    calendar = _calendar(schedule, schedule.zone, now)
    if not _right(calendar, schedule):
        calendar = _calendar(schedule, "UTC", now)
    return bytes(calendar.to_ical())


def file_name(schedule: Schedule) -> str:
    """Return the name of the exported file."""
    return f"{schedule.book}.ics"


def uid(schedule: Schedule, section: Section) -> str:
    """Return the name by which calendars know a meeting again, whatever becomes of its date."""
    return f"s{schedule.id}-{section.number}@dogear"


def _calendar(schedule: Schedule, zone: str, now: dt.datetime) -> Calendar:
    events = [_event(schedule, section, zone, now) for section in schedule.sections]
    calendar = Calendar.new(
        prodid=_PRODUCT, method="PUBLISH", uid=f"s{schedule.id}@dogear", name=schedule.title, subcomponents=events
    )
    days = [section.day for section in schedule.sections]
    calendar.add_missing_timezones(first_date=min(days) - _YEAR, last_date=max(days) + _YEAR)
    return calendar


def _right(calendar: Calendar, schedule: Schedule) -> bool:
    """Return whether the rules of the clocks that stand in a calendar give the moments of the meetings."""
    for rules in calendar.timezones:
        clocks = rules.to_tz(lookup_tzid=False)
        for section in schedule.sections:
            shown = local(section.meets, schedule.zone).replace(tzinfo=clocks)
            if shown.astimezone(dt.UTC) != section.meets:
                return False
    return True


def _event(schedule: Schedule, section: Section, zone: str, now: dt.datetime) -> Event:
    start = local(section.meets, zone)
    return Event.new(
        uid=uid(schedule, section),
        summary=thread_title(schedule, section),
        start=start,
        end=local(section.meets + MEETING, zone),
        sequence=section.sequence,
        status=_status(schedule, section),
        stamp=now.astimezone(dt.UTC),
    )


def _status(schedule: Schedule, section: Section) -> STATUS:
    if section.state in (SectionState.CANCELLED, SectionState.SKIPPED):
        return STATUS.CANCELLED
    on_hold = schedule.state is ScheduleState.PAUSED and section.state is SectionState.AHEAD
    return STATUS.TENTATIVE if on_hold else STATUS.CONFIRMED
