"""A schedule: a book, its sections, and when each is met for. Values only; every change makes a new one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from bot.club.reached import Reached
from bot.club.schedules.drafting import Draft, Slot
from bot.club.schedules.times import moment
from bot.reading_order.scope import by_publication
from corpus.books import Book, Slug

MEETING = dt.timedelta(hours=1)
"""How long a meeting takes, as far as calendars want to know."""


class SectionState(StrEnum):
    """What became of a section."""

    AHEAD = "ahead"
    OPENED = "opened"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"


class ScheduleState(StrEnum):
    """What becomes of a schedule."""

    RUNNING = "running"
    PAUSED = "paused"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Section:
    """A section: marks `first` to `last`, met for on `day` at `at` in the schedule's zone, which is `meets` in UTC.

    `ceiling` is how far its thread may go. `sequence` counts its changes; `thread` and `event` are 0 before there are
    any in Discord.
    """

    number: int
    first: int
    last: int
    day: dt.date
    at: dt.time
    meets: dt.datetime
    ceiling: int
    state: SectionState = SectionState.AHEAD
    sequence: int = 0
    thread: int = 0
    event: int = 0

    def ahead(self, now: dt.datetime) -> bool:
        """Return whether the section can still be changed: its meeting is to come, and nothing of it was opened."""
        return self.state is SectionState.AHEAD and not self.thread and self.meets > now

    def begun(self, now: dt.datetime) -> bool:
        """Return whether the section is of the past, which no change touches."""
        return self.state is not SectionState.CANCELLED and not self.ahead(now)


@dataclass(frozen=True, slots=True)
class Schedule:
    """A club's schedule for a book in a place; `id` is 0 before it is kept.

    `title` and `whole` are the book's title and how it was counted when the schedule was made. `also` are the other
    books that may be spoken of freely in its threads.
    """

    id: int
    club: int
    place: int
    organiser: int
    book: Slug
    title: str
    whole: Reached
    zone: str
    sections: tuple[Section, ...]
    also: Mapping[Slug, Reached]
    state: ScheduleState = ScheduleState.RUNNING
    paused_at: dt.datetime | None = None

    @property
    def live(self) -> tuple[Section, ...]:
        """The sections that were not cancelled, in order; together they are the whole book."""
        return tuple(section for section in self.sections if section.state is not SectionState.CANCELLED)

    def section(self, number: int) -> Section | None:
        """Return a section by its number."""
        return next((section for section in self.sections if section.number == number), None)

    def with_section(self, section: Section) -> Schedule:
        """Return the schedule with one section in place of the earlier one of that number."""
        return replace(self, sections=tuple(section if s.number == section.number else s for s in self.sections))

    def ceiling(self, section: Section) -> dict[Slug, Reached]:
        """Return how far a section's thread may go, by book."""
        return {**self.also, self.book: Reached(section.ceiling, self.whole.of, self.whole.unit)}


def planned(draft: Draft, book: Book, also: Mapping[Slug, Book], *, club: int, place: int, organiser: int) -> Schedule:
    """Return the schedule that a confirmed draft becomes, not yet kept."""
    sections = tuple(section_of(slot, number, draft.zone) for number, slot in enumerate(draft.slots, 1))
    free = {slug: Reached.in_book(other, other.marks) for slug, other in also.items() if slug != book.slug}
    whole = Reached.in_book(book, book.marks)
    return Schedule(0, club, place, organiser, book.slug, book.title, whole, draft.zone, sections, free)


def section_of(slot: Slot, number: int, zone: str) -> Section:
    """Return the section that a slot of a draft becomes; its thread goes as far as it does."""
    meets = moment(slot.day, slot.at, zone).utc
    return Section(number, slot.range.first, slot.range.last, slot.day, slot.at, meets, slot.range.last)


def perhaps_free(book: Book, books: Mapping[Slug, Book]) -> tuple[Book, ...]:
    """Return the other books that threads about a book may be allowed to speak of: what it asks for goes first.

    After that come what those ask for in turn, the earlier and then the later books of its series, and all others.
    """
    asked: list[Slug] = []
    here = [book]
    while here:
        needs = sorted((need for each in here for need in each.requires), key=lambda need: need.need != "first")
        fresh = dict.fromkeys(n.book for n in needs if n.book in books and n.book not in (*asked, book.slug))
        asked += fresh
        here = [books[slug] for slug in fresh]
    rest = [other for slug, other in books.items() if slug not in asked and slug != book.slug]
    own = by_publication(book)
    rest.sort(key=lambda other: (not book.series or other.series != book.series, by_publication(other) > own,
                                 by_publication(other)))  # fmt: skip
    return (*(books[slug] for slug in asked), *rest)
