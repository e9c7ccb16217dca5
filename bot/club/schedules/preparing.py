"""What an organiser is about to do, written down so that the preview's buttons work after a restart.

Both are worked out anew from their words when they are confirmed, as of the moment of the preview, and so come out the
same.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Self

from bot.club.people import Member
from bot.club.schedules.changes import cancelled, ended, freed, moved, paused, resumed, shifted
from bot.club.schedules.differences import Change
from bot.club.schedules.drafting import Draft, drafted
from bot.club.schedules.editing import edited
from bot.club.schedules.keeping import since
from bot.club.schedules.plan import Schedule, planned
from bot.club.schedules.times import find_zone, local
from bot.club.schedules.wishes import NotPossible
from bot.club.schedules.wording import read_wish
from corpus.books import Book, Slug
from corpus.positions import parse_position

Books = Mapping[Slug, Book]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A schedule that is not confirmed yet: the organiser's words, and what they picked beside them."""

    book: Slug
    words: str
    zone: str
    place: int
    at: dt.datetime
    also: tuple[Slug, ...] = ()

    def written(self) -> str:
        """Return it as text."""
        return json.dumps(asdict(self) | {"at": self.at.isoformat()}, ensure_ascii=False)

    @classmethod
    def read(cls, text: str) -> Self:
        """Return what was written."""
        plain = json.loads(text)
        return cls(**plain | {"at": dt.datetime.fromisoformat(plain["at"]), "also": tuple(plain["also"])})

    def worked_out(self, books: Books, organiser: Member) -> tuple[Schedule, Draft]:
        """Return the schedule that this would be. Raises NotUnderstood, NotPossible or UnknownZone."""
        book = _known(self.book, books)
        zone = find_zone(self.zone)
        draft = drafted(read_wish(self.words, local(self.at, zone)), book, zone, self.at)
        also = _those(self.also, books)
        return planned(draft, book, also, club=organiser.club, place=self.place, organiser=organiser.id), draft


class Do(StrEnum):
    """What can be done to a schedule."""

    EDIT = "edit"
    SHIFT = "shift"
    PAUSE = "pause"
    RESUME = "resume"
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True)
class Order:
    """A change that is not confirmed yet, of a schedule as it was in one version.

    `section` is 0 for the first one ahead, `also` None where other books stay as they are.
    """

    schedule: int
    version: int
    do: Do
    at: dt.datetime
    words: str = ""
    section: int = 0
    days: int = 0
    meets: str = ""
    upto: str = ""
    place: int = 0
    also: tuple[Slug, ...] | None = None

    def written(self) -> str:
        """Return it as text."""
        return json.dumps(asdict(self) | {"at": self.at.isoformat()}, ensure_ascii=False)

    @classmethod
    def read(cls, text: str) -> Self:
        """Return what was written."""
        plain = json.loads(text)
        also = None if plain["also"] is None else tuple(plain["also"])
        return cls(**plain | {"at": dt.datetime.fromisoformat(plain["at"]), "do": Do(plain["do"]), "also": also})

    def worked_out(self, schedule: Schedule, books: Books, now: dt.datetime) -> Change:
        """Return what would change at a moment. Raises NotUnderstood, NotPossible or PositionError."""
        match self.do:
            case Do.SHIFT:
                return shifted(schedule, self.section or _first_ahead(schedule, now), self.days, now)
            case Do.PAUSE:
                return paused(schedule, now)
            case Do.RESUME:
                return resumed(schedule, now)
            case Do.CANCEL:
                return cancelled(schedule, now)
            case Do.EDIT:
                return self._edited(schedule, books, now)

    def _edited(self, schedule: Schedule, books: Books, now: dt.datetime) -> Change:
        after = schedule
        if self.words:
            wish = read_wish(self.words, local(now, schedule.zone))
            after = edited(after, wish, _known(schedule.book, books), now).after
        number = self.section or _first_ahead(schedule, now)
        if self.meets:
            day, at = _meeting(self.meets, after, number, now)
            after = moved(after, number, day, at, now).after
        if self.upto:
            after = ended(after, number, parse_position(self.upto, _known(schedule.book, books)), now).after
        if self.also is not None:
            after = freed(after, _those(self.also, books)).after
        return Change(schedule, replace(after, place=self.place or after.place))


def _meeting(words: str, schedule: Schedule, number: int, now: dt.datetime) -> tuple[dt.date, dt.time | None]:
    """Return the day and the time of day that were said for one meeting; a time alone is on the day that it had."""
    wish = read_wish(words, local(now, schedule.zone))
    if replace(wish, at=None, first=None, dates=()) != replace(wish, first=None, dates=(), at=None, zone=""):
        raise NotPossible("One meeting is in the zone of its schedule. Write a date and a time without a zone.")
    days = [*wish.dates, *([wish.first] if wish.first else [])]
    section = schedule.section(number)
    if len(days) > 1 or section is None or (not days and wish.at is None):
        raise NotPossible("Write one date for that meeting, such as “12 March at 8pm”.")
    return (days[0] if days else section.day), wish.at


def _first_ahead(schedule: Schedule, now: dt.datetime) -> int:
    return next((section.number for section in schedule.live if section.ahead(since(schedule, now))), 1)


def _known(slug: Slug, books: Books) -> Book:
    if slug not in books:
        raise NotPossible("The library does not have that book any more. Whoever runs me can bring it back.")
    return books[slug]


def _those(slugs: Collection[Slug], books: Books) -> dict[Slug, Book]:
    return {slug: books[slug] for slug in slugs if slug in books}
