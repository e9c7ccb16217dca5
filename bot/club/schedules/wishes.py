"""What an organiser wants of a schedule, as far as their words say it: each part may be missing."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from corpus.books import Unit
from corpus.errors import DogearError
from corpus.positions import shown
from corpus.text import plural

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
"""Names of the days, from 0 as Python counts them."""


class NotUnderstood(DogearError):
    """A part of a wish that is not understood; `part` is the words, and the message says what to write."""

    def __init__(self, part: str, cure: str) -> None:
        super().__init__(f"I don't understand {shown(part)}. {cure}")
        self.part = part


class NotPossible(DogearError):
    """A wish that is understood and that cannot be done; the message says what to write."""


class Every(StrEnum):
    """What a rhythm counts."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Meetings every `interval` days, weeks or months.

    Of weeks, `weekdays` says on which days, and none says: on that of the first meeting. Of months, `nth` says which
    of the weekdays (-1 is the last), and 0 says: on the day of the month of the first meeting.
    """

    every: Every
    interval: int = 1
    weekdays: tuple[int, ...] = ()
    nth: int = 0


class Per(StrEnum):
    """How often a pace is read."""

    MEETING = "meeting"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Pace:
    """So many chapters, pages or percent for every meeting, or for every day, week or month."""

    number: int
    unit: Unit
    per: Per


@dataclass(frozen=True, slots=True)
class Span:
    """How long the whole schedule takes, in days, weeks or months."""

    number: int
    every: Every


@dataclass(frozen=True, slots=True)
class Own:
    """A section of the organiser's own: first and last of a unit (None: marks), None for the end, and its date."""

    first: int
    last: int | None
    unit: Unit | None = None
    on: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Wish:
    """All that was said. `first` is the earliest day that the first meeting may have."""

    rhythm: Rhythm | None = None
    at: dt.time | None = None
    zone: str = ""
    pace: Pace | None = None
    count: int = 0
    span: Span | None = None
    by_pages: bool = False
    first: dt.date | None = None
    until: dt.date | None = None
    dates: tuple[dt.date, ...] = ()
    skipped: tuple[dt.date, ...] = ()
    own: tuple[Own, ...] = ()

    def understood(self) -> tuple[str, ...]:
        """Return what was understood, one short line each, for showing it back."""
        own = ", ".join(_own(each) for each in self.own)
        return tuple(
            filter(
                None,
                (
                    _rhythm(self.rhythm) if self.rhythm else "",
                    f"at {self.at:%H:%M}" if self.at else "",
                    f"in the time of {self.zone}" if self.zone else "",
                    _pace(self.pace) if self.pace else "",
                    f"{plural(self.count, 'section')}" if self.count else "",
                    f"over {plural(self.span.number, self.span.every.value)}" if self.span else "",
                    "even by pages" if self.by_pages else "",
                    f"from {day_name(self.first)}" if self.first else "",
                    f"until {day_name(self.until)}" if self.until else "",
                    f"on {', '.join(map(day_name, self.dates))}" if self.dates else "",
                    f"not on {', '.join(map(day_name, self.skipped))}" if self.skipped else "",
                    f"sections {own}" if own else "",
                ),
            )
        )


def day_name(day: dt.date) -> str:
    """Return a date so that nobody can take its month for its day: “Friday 5 January 2029”."""
    return f"{WEEKDAYS[day.weekday()]} {day.day} {day:%B %Y}"


def _rhythm(rhythm: Rhythm) -> str:
    days = " and ".join(filter(None, (", ".join(WEEKDAYS[d] for d in rhythm.weekdays[:-1]),
                                      "".join(WEEKDAYS[d] for d in rhythm.weekdays[-1:]))))  # fmt: skip
    if rhythm.nth:
        which = {-1: "last", 1: "first", 2: "second", 3: "third", 4: "fourth"}[rhythm.nth]
        return f"the {which} {days} of " + (
            "every month" if rhythm.interval == 1 else f"every {rhythm.interval} months"
        )
    often = f"every {rhythm.every}" if rhythm.interval == 1 else f"every {rhythm.interval} {rhythm.every}s"
    if not days:
        return often
    return f"every {days}" if rhythm.interval == 1 else f"{often} on {days}"


def _pace(pace: Pace) -> str:
    number = f"{pace.number}%" if pace.unit is Unit.PERCENT else plural(pace.number, pace.unit.value)
    return f"{number} a {pace.per}"


def _own(own: Own) -> str:
    unit = f"{own.unit} " if own.unit not in (None, Unit.PERCENT) else ""
    last = "the end" if own.last is None else f"{own.last}{'%' if own.unit is Unit.PERCENT else ''}"
    ends = f"{own.first}" if own.first == own.last else f"{own.first}–{last}"
    return f"{unit}{ends}" + (f" on {day_name(own.on)}" if own.on else "")
