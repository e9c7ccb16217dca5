"""The schedules of clubs: confirmed, changed, looked up, and who wants to be reminded."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Self

from bot.app import App
from bot.audit import Audit
from bot.features.ceilings.store import StoredCeilings
from bot.features.schedules.changes import Change, Order, Prepared, Touch, since
from bot.features.schedules.jobs import RunningSchedules, Stage
from bot.features.schedules.plan import NotPossible, Schedule, ScheduleState, SectionState, ceiling_name
from bot.features.schedules.rules import due, to_decide
from bot.features.schedules.store import By, Kept, StoredSchedules
from bot.jobs import Jobs
from bot.people import Member, Place
from corpus.books import Book, Slug, Unit

MOST = 20
"""Schedules of a club that go on at the same time: more than anybody reads, and few enough for Discord's 100 events."""

OVER = dt.timedelta(days=14)
"""This long after its last meeting a schedule is over, and another for the same book can begin in its place."""

LAST_MEETING = ("since the last meeting", "since last week")
"""How people ask for what comes behind their last meeting; the first is what is offered."""

CHANGED = "The schedule was changed meanwhile. Look at it with /schedule show, and begin anew."
NONE = "There is no schedule here. /schedule create makes one."


class Schedules:
    """Keeps the schedules of clubs. Who may change one is for the door to check."""

    def __init__(
        self, records: StoredSchedules, ceilings: StoredCeilings, audit: Audit, books: Mapping[Slug, Book],
        now: Callable[[], dt.datetime],
    ) -> None:  # fmt: skip
        self._records, self._ceilings, self._audit, self._books, self._now = records, ceilings, audit, books, now

    @classmethod
    def build(cls, app: App) -> Self:
        """Build it from the app."""
        return cls(StoredSchedules(app.database), StoredCeilings(app.database), app.get(Audit), app.books, app.now)

    def run_on(self, jobs: Jobs, stage: Stage) -> RunningSchedules:
        """Return what does the jobs of schedules where they take place."""
        return RunningSchedules(jobs, self._records, self._ceilings, self._audit, stage)

    # Making and changing

    async def begin(self, prepared: Prepared, organiser: Member, name: str) -> Schedule:
        """Keep a schedule that was confirmed; `name` makes a second press harmless. Raises NotPossible."""
        schedule, _ = prepared.worked_out(self._books, organiser)
        if schedule.sections[0].meets <= self._now():
            raise NotPossible("The first meeting would be in the past by now. Begin anew with /schedule create.")
        await self.check(schedule)
        kept = await self._records.add(schedule, name, self._now())
        if kept is None:
            raise NotPossible("That schedule has been created already. /schedule show shows it.")
        return kept

    async def check(self, schedule: Schedule) -> None:
        """See whether a club can have one more schedule. Raises NotPossible."""
        going_on = [each for each in await self._records.of_club(schedule.club) if not self._over(each)]
        if len(going_on) >= MOST:
            raise NotPossible(f"A club has at most {MOST} schedules at a time. Cancel one with /schedule cancel.")
        if any((each.book, each.place) == (schedule.book, schedule.place) for each in going_on):
            raise NotPossible(f"That channel has a schedule for “{schedule.title}” already. /schedule edit changes it.")

    async def preview(self, order: Order, club: int) -> Change:
        """Return what a change would change. Raises NotPossible, where somebody else was faster, too."""
        kept = await self.kept(order.schedule, club)
        if kept.version != order.version:
            raise NotPossible(CHANGED)
        return order.worked_out(kept.schedule, self._books, order.at)

    async def make(self, order: Order, club: int) -> Change:
        """Make a change that was confirmed. Raises NotPossible where it is no longer what was shown."""
        shown, now = await self.preview(order, club), self._now()
        change = order.worked_out(shown.before, self._books, now)
        if change.preview() != shown.preview():
            raise NotPossible(CHANGED)

        def made(kept: Kept) -> Kept:
            if kept.version != order.version:
                raise NotPossible(CHANGED)
            return replace(kept, schedule=change.after, touched=_together(kept.touched, _touched(change)))

        await self._records.change(order.schedule, now, made)
        return change

    async def post_now(self, schedule_id: int, club: int, number: int) -> None:
        """Have a section posted that is late by days. Raises NotPossible."""
        await self._decide(schedule_id, club, number, lambda kept: replace(kept, wanted=kept.wanted | {number}))

    async def skip(self, schedule_id: int, club: int, number: int) -> None:
        """Have a section that is late by days not posted at all. Raises NotPossible."""

        def skipped(kept: Kept) -> Kept:
            section = kept.schedule.section(number)
            if section is None:
                return kept
            gone = replace(section, state=SectionState.SKIPPED, event=0)
            touched = _together(kept.touched, (section.event,) if section.event else ())
            return replace(kept, schedule=kept.schedule.with_section(gone), touched=touched)

        await self._decide(schedule_id, club, number, skipped)

    async def _decide(self, schedule_id: int, club: int, number: int, decide: Callable[[Kept], Kept]) -> None:
        await self.kept(schedule_id, club)

        def decided(kept: Kept) -> Kept:
            if number not in self.undecided(kept):
                raise NotPossible("That is decided already. /schedule show shows how things are.")
            return decide(kept)

        await self._records.change(schedule_id, self._now(), decided)

    # Looking

    async def kept(self, schedule_id: int, club: int) -> Kept:
        """Return a schedule of a club. Raises NotPossible."""
        kept = await self.anywhere(schedule_id)
        if kept.schedule.club != club:
            raise NotPossible(NONE)
        return kept

    async def anywhere(self, schedule_id: int) -> Kept:
        """Return a schedule of any club, for a button in a direct message. Raises NotPossible."""
        kept = await self._records.kept(schedule_id)
        if kept is None:
            raise NotPossible(NONE)
        return kept

    async def find(self, place: Place, parent: int = 0, book: Book | None = None) -> Kept:
        """Return the schedule that is meant: of a book, or of the place or its channel. Raises NotPossible."""
        known = [each for each in await self._records.of_club(place.club) if book is None or each.book == book.slug]
        if not known:
            raise NotPossible(NONE)
        ranked = sorted(known, key=lambda each: (self._over(each), not _is_of(each, place.id, parent)))
        first = ranked[0]
        equal = [e for e in ranked if (self._over(e), _is_of(e, place.id, parent)) == (self._over(first), False)]
        if book is None and len(equal) > 1:
            titles = " or ".join(dict.fromkeys(each.title for each in equal[:3]))
            raise NotPossible(f"Which schedule? Pick one in the book field: {titles}.")
        return await self.kept(first.id, place.club)

    async def books_of(self, club: int) -> Sequence[tuple[str, Slug]]:
        """Return title and slug of the books that a club has schedules for, those that go on first."""
        known = sorted(await self._records.of_club(club), key=self._over)
        return list(dict.fromkeys((each.title, each.book) for each in known))

    def undecided(self, kept: Kept) -> tuple[int, ...]:
        """Return the sections that wait for *Post now* or *Skip*."""
        return to_decide(due(kept.schedule, self._now(), kept.done, kept.wanted))

    async def since_last_meeting(self, place: Place, parent: int = 0, book: Book | None = None) -> tuple[Slug, str]:
        """Return a book, and what of it comes behind what its last meeting was about: “since chapter 5”.

        Raises NotPossible where there was no meeting yet.
        """
        schedule = (await self.find(place, parent, book)).schedule
        met = [section for section in schedule.live if section.state is SectionState.OPENED]
        if not met:
            raise NotPossible("There was no meeting yet. Leave the section out for the story so far.")
        if schedule.whole.unit == Unit.PERCENT or met[-1].last >= schedule.whole.of:
            return schedule.book, f"since {round(100 * met[-1].last / schedule.whole.of)}%"
        return schedule.book, ceiling_name(schedule, met[-1].last).replace("up to", "since")

    def _over(self, schedule: Schedule) -> bool:
        if schedule.state is not ScheduleState.RUNNING or not schedule.live:
            return schedule.state is not ScheduleState.PAUSED
        return schedule.live[-1].meets + OVER < self._now()

    # Reminders

    async def remind(self, schedule_id: int, member: Member, by: By | None) -> Schedule:
        """Note how a member wants to be reminded, or with None that they do not. Raises NotPossible."""
        schedule = (await self.kept(schedule_id, member.club)).schedule
        if by is not None and not self._to_come(schedule):
            raise NotPossible("No meeting is to come of which I could remind you.")
        await self._records.remind(schedule_id, member, by, self._now())
        return schedule

    async def reminds(self, schedule_id: int, member: Member) -> By | None:
        """Return how a member is reminded."""
        return (await self._records.reminded(schedule_id)).get(member)

    def _to_come(self, schedule: Schedule) -> bool:
        start = since(schedule, self._now())
        return schedule.state is not ScheduleState.CANCELLED and any(each.meets > start for each in schedule.live)


def _is_of(schedule: Schedule, place: int, parent: int) -> bool:
    """Return whether a schedule belongs to a place: its channel, or one of its threads."""
    return schedule.place in (place, parent) or any(section.thread == place for section in schedule.sections)


def _touched(change: Change) -> Sequence[int]:
    """Return the events in Discord that a change touches; those of another channel stand there with its name."""
    events = [each.before.event for each in change.differences if each.before and each.touch is not Touch.NOTHING]
    moves = change.before.place != change.after.place
    return [*events, *(section.event for section in change.after.live if moves and section.event)]


def _together(before: Sequence[int], more: Sequence[int]) -> tuple[int, ...]:
    return tuple(dict.fromkeys([*before, *more]))
