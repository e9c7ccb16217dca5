"""The schedules of clubs: confirmed, changed, looked up, the steps done for them, and who is reminded."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, PrimaryKeyConstraint, UniqueConstraint, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.app import App
from bot.db.base import BIG_KEY, Base, OfMember, Personal, belongs_to_member, insert_into, note_member, upsert
from bot.db.jobs import JobRow, Key, finish, of_subject, plan
from bot.features.schedules import rules
from bot.features.schedules.changes import CHANGED, ScheduleChange
from bot.features.schedules.rules import NotPossible, Schedule, ScheduleState, Section, SectionState
from bot.people import Member, Place
from corpus.books import Book, Slug

OVER = dt.timedelta(days=14)
"""This long after its last meeting a schedule is over, and another for the same book can begin in its place."""

LAST_MEETING = ("since the last meeting", "since last week", "last week")
"""How people ask for what comes behind their last meeting; the first is what is offered."""


class NoSchedule(NotPossible):
    """A place has no schedule, or no more."""

    def __init__(self) -> None:
        super().__init__("There is no schedule here yet. Organisers can plan one.")


@dataclass(frozen=True, slots=True)
class Kept:
    """A schedule, and what goes on around it.

    `wanted` are the sections that are to be posted although they are late by days. `touched` are events and messages in
    Discord that no longer show what the schedule says. `version` counts changes; `steps` are all that were begun, by
    their id, and whether they are done; `posts` are the messages that open sections, by the numbers of these.
    """

    schedule: Schedule
    wanted: frozenset[int] = frozenset()
    touched: tuple[int, ...] = ()
    version: int = 0
    steps: Mapping[str, bool] = field(default_factory=dict)
    posts: Mapping[int, int] = field(default_factory=dict)

    def due(self, now: dt.datetime) -> list[rules.ScheduleStep]:
        """Return the steps that are due at a moment and not done: first the card, while there are meetings to come."""
        schedule = self.schedule
        steps = rules.due(schedule, now, [step for step, done in self.steps.items() if done], self.wanted)
        if schedule.card or schedule.state is not ScheduleState.RUNNING or schedule.live[-1].meets <= now:
            return steps
        return [rules.ScheduleStep(f"s{schedule.id}:card", schedule.live[0].number, rules.StepKind.CARD, now), *steps]

    def stale(self) -> "Kept":
        """Return the same, with a card and openings that no longer show what the schedule says: the latest two."""
        return self.touching(self.schedule.card, *(self.posts[number] for number in sorted(self.posts)[-2:]))

    def touching(self, *events: int) -> "Kept":
        """Return the same with more events that no longer show what the schedule says; 0 is none."""
        return replace(self, touched=tuple(dict.fromkeys(filter(None, (*self.touched, *events)))))

    def without(self, event: int) -> "Kept":
        """Return the same, with an event that shows again what the schedule says."""
        return replace(self, touched=tuple(each for each in self.touched if each != event))


Changing = Callable[[Kept], Kept]


class By(StrEnum):
    """How somebody is reminded."""

    DIRECT = "direct message"
    THREAD = "thread"


class ScheduleRow(Base):
    """A schedule and its plan. `organiser` is 0 where that person's data was deleted.

    `wanted` are numbers of sections, `touched` ids of events; `version` counts changes.
    """

    personal = (
        Personal("schedules", "schedules that you made (kept, but without your name)", by="organiser", stays=True,
                 hidden=("plan", "wanted", "touched")),
    )  # fmt: skip

    __tablename__ = "schedules"
    __table_args__ = (
        UniqueConstraint("name"),
        Index(None, "club"),
        Index(None, "organiser"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(BIG_KEY, primary_key=True)
    club: Mapped[int]
    place: Mapped[int]
    organiser: Mapped[int]
    name: Mapped[str]
    book: Mapped[str]
    state: Mapped[str]
    plan: Mapped[dict[str, Any]]
    wanted: Mapped[list[int]] = mapped_column(JSON)
    touched: Mapped[list[int]] = mapped_column(JSON)
    version: Mapped[int]


class ReminderRow(OfMember, Base):
    """That a member wants to be reminded of a schedule's meetings, and how."""

    personal = (Personal("reminders", "schedules that remind you of meetings"),)

    __tablename__ = "reminders"
    __table_args__ = (
        PrimaryKeyConstraint("schedule", "club", "member"),
        belongs_to_member(),
        Index(None, "club", "member"),
    )

    schedule: Mapped[int] = mapped_column(ForeignKey("schedules.id", ondelete="CASCADE"))
    by: Mapped[str]
    at: Mapped[dt.datetime]


class SectionMemberRow(OfMember, Base):
    """That a member is coming to a section's meeting, or was asked whether they have read it: `what` says which."""

    personal = (Personal("sections", "meetings you are coming to, and sections for which I asked where you are"),)

    __tablename__ = "section_members"
    __table_args__ = (
        PrimaryKeyConstraint("schedule", "section", "club", "member", "what"),
        belongs_to_member(),
        Index(None, "club", "member"),
    )

    schedule: Mapped[int] = mapped_column(ForeignKey("schedules.id", ondelete="CASCADE"))
    section: Mapped[int]
    what: Mapped[str]
    at: Mapped[dt.datetime]


COMING, ASKED = "coming", "asked"
ENDED, AFTERWARDS = "ended", dt.timedelta(hours=2)
"""The job of the post at the end of a book, and how long after the last meeting began it is posted."""

JOBS, LOOK = "schedule", "look"
"""The step at which a schedule is looked after; the others are those of `rules.py`, and notes to organisers."""


def looking(club: int, schedule_id: int) -> Key:
    """Return the job of looking after a schedule."""
    return Key(JOBS, club, schedule_id, LOOK)


def ended(club: int, schedule_id: int) -> Key:
    """Return the job of posting that a club has read a book."""
    return Key(ENDED, club, schedule_id, "post")


def step_of(schedule: Schedule, step: str) -> Key:
    """Return the job of a step of a schedule."""
    return Key(JOBS, schedule.club, schedule.id, step)


class Schedules:
    """Keeps the schedules of clubs. Who may change one is for the caller to check."""

    def __init__(self, app: App) -> None:
        self._database, self._now = app.database, app.now

    # Making and changing

    async def begin(self, schedule: Schedule, name: str) -> Schedule:
        """Keep a schedule that was confirmed; `name` makes a second press harmless. Raises NotPossible."""
        if schedule.sections[0].meets <= self._now():
            raise NotPossible("The first meeting would already be in the past. Write a later day.")
        await self.check(schedule)
        return await self.add(schedule, name)

    async def add(self, schedule: Schedule, name: str) -> Schedule:
        """Keep a new schedule and return it with its id. Raises NotPossible where there was one of that name."""
        async with self._database.writing() as session:
            insert = insert_into(session, ScheduleRow).values(
                club=schedule.club, place=schedule.place, organiser=schedule.organiser, name=name, book=schedule.book,
                state=schedule.state.value, plan=rules.written(schedule), wanted=[], touched=[], version=0
            )  # fmt: skip
            row = await session.scalar(insert.on_conflict_do_nothing().returning(ScheduleRow))
            if row is None:
                raise NotPossible("That schedule has already been created.")
            await plan(session, looking(row.club, row.id), self._now())
            return _schedule(row)

    async def check(self, schedule: Schedule) -> None:
        """See whether a channel has no such schedule yet. Raises NotPossible."""
        for each in await self.of_club(schedule.club):
            if (each.book, each.place) == (schedule.book, schedule.place) and not self._over(each):
                raise NotPossible(
                    f"That channel already has a schedule for “{schedule.title}”. Change that one: /schedule edit."
                )

    async def make(self, change: ScheduleChange) -> None:
        """Make a change that was confirmed. Raises NotPossible where somebody was faster, or it came too late."""

        def made(kept: Kept) -> Kept:
            if kept.schedule != change.before:
                raise NotPossible(CHANGED)
            change.check(self._now())
            return replace(kept, schedule=change.after).touching(*change.touched()).stale()

        await self.change(change.before.id, made)

    async def decide(self, schedule_id: int, number: int, *, post: bool) -> None:
        """Have a section that is late by days posted now, or not at all. Raises NotPossible."""

        def decided(kept: Kept) -> Kept:
            section = kept.schedule.section(number)
            if section is None or number not in self.undecided(kept):
                raise NotPossible("That has already been decided.")
            if post:
                return replace(kept, wanted=kept.wanted | {number})
            skipped = kept.schedule.with_section(number, state=SectionState.SKIPPED, event=0)
            return replace(kept, schedule=skipped).touching(section.event).stale()

        await self.change(schedule_id, decided)

    async def change(self, schedule_id: int, change: Changing) -> None:
        """Change a schedule as it is now, under a lock, and have it looked after. What the change raises undoes it."""
        async with self._database.writing() as session:
            row = await session.get_one(ScheduleRow, schedule_id, with_for_update=True)
            _write(row, change(await _kept(session, row)))
            await plan(session, looking(row.club, row.id), self._now())

    async def refresh(self, schedule_id: int) -> None:
        """Have what is posted of a schedule show it as it is now."""
        await self.change(schedule_id, Kept.stale)

    # Looking

    async def kept(self, schedule_id: int, club: int | None = None) -> Kept:
        """Return a schedule of a club, or with None that of any. Raises NotPossible."""
        async with self._database.reading() as session:
            row = await session.get(ScheduleRow, schedule_id)
            if row is None or club not in (None, row.club):
                raise NoSchedule
            return await _kept(session, row)

    async def of_club(self, club: int) -> list[Schedule]:
        """Return a club's schedules, the latest first."""
        query = select(ScheduleRow).where(ScheduleRow.club == club).order_by(ScheduleRow.id.desc())
        async with self._database.reading() as session:
            return [_schedule(row) for row in await session.scalars(query)]

    async def find(self, place: Place, parent: int = 0, book: Book | None = None) -> Kept:
        """Return the schedule that is meant: of a book, or of the place or its channel. Raises NotPossible."""
        known = [each for each in await self.of_club(place.club) if book is None or each.book == book.slug]
        if not known:
            raise NoSchedule

        def rank(schedule: Schedule) -> tuple[bool, bool]:
            here = schedule.place in (place.id, parent) or any(s.thread == place.id for s in schedule.sections)
            return self._over(schedule), not here

        known.sort(key=rank)
        equal = dict.fromkeys(each.title for each in known if rank(each) == rank(known[0]))
        if book is None and rank(known[0])[1] and len(equal) > 1:
            raise NotPossible(f"Which schedule? Pick one in the book field: {' or '.join(list(equal)[:3])}.")
        return await self.kept(known[0].id, place.club)

    async def books_of(self, club: int) -> Sequence[tuple[str, Slug]]:
        """Return title and slug of the books that a club has schedules for, those that go on first."""
        known = sorted(await self.of_club(club), key=self._over)
        return list(dict.fromkeys((each.title, each.book) for each in known))

    def undecided(self, kept: Kept) -> tuple[int, ...]:
        """Return the sections that wait for *Post now* or *Skip*."""
        return rules.to_decide(kept.due(self._now()))

    async def since_last_meeting(self, place: Place, parent: int = 0, book: Book | None = None) -> tuple[Slug, str]:
        """Return a book, and what of it comes after its last meeting: “since chapter 5”. Raises NotPossible."""
        schedule = (await self.find(place, parent, book)).schedule
        met = [section for section in schedule.live if section.state is SectionState.OPENED]
        if not met:
            raise NotPossible("There hasn’t been a meeting yet. For the whole story so far, leave the section out.")
        return schedule.book, f"since {rules.mark_name(schedule, met[-1].last)}"

    def _over(self, schedule: Schedule) -> bool:
        if schedule.state is not ScheduleState.RUNNING or not schedule.live:
            return schedule.state is not ScheduleState.PAUSED
        return schedule.live[-1].meets + OVER < self._now()

    async def read_now(self, club: int) -> tuple[Schedule, Section] | None:
        """Return the latest schedule of a club that goes on, with the section that is read now."""
        for schedule in await self.of_club(club):
            if schedule.state is ScheduleState.RUNNING and not self._over(schedule):
                return schedule, rules.read_now(schedule, self._now())
        return None

    # Steps

    async def rest(self, kept: Kept, begun: dt.datetime, at: dt.datetime | None) -> None:
        """Let a schedule rest, once all is done that could be: it is looked after again from a moment on, or never.

        Where it was changed since it was read, it is looked after at once. Steps that were due when this began, and
        still are, cannot be done now; they keep since when they were claimed.
        """
        schedule = kept.schedule
        left = update(JobRow).where(of_subject(JOBS, schedule.id), JobRow.due <= begun, JobRow.step != LOOK)
        async with self._database.writing() as session:
            row = await session.get_one(ScheduleRow, schedule.id, with_for_update=True)
            await session.execute(left.values(due=None))
            if row.version == kept.version:
                await plan(session, looking(row.club, row.id), at)

    async def finish(
        self, job: Key, result: int = 0, change: Changing | None = None, then: tuple[Key, dt.datetime] | None = None
    ) -> None:
        """Record that a step is done and what it became, change the schedule with it, and plan what follows."""
        async with self._database.writing() as session:
            row = await session.get_one(ScheduleRow, job.subject, with_for_update=True)
            await finish(session, job, result)
            if then is not None:
                await plan(session, *then)
            if change is not None:
                _write(row, change(await _kept(session, row)))

    async def try_again(self, schedule: Schedule) -> None:
        """Have the steps that wait, because Discord did not allow them, tried at once."""
        waiting = update(JobRow).where(of_subject(JOBS, schedule.id), JobRow.due.is_not(None), JobRow.step != LOOK)
        async with self._database.writing() as session:
            await session.execute(waiting.values(due=self._now()))
            await plan(session, looking(schedule.club, schedule.id), self._now())

    async def forget_steps(self, schedule_id: int, begin: str) -> None:
        """Forget the steps whose names begin with a text."""
        these = delete(JobRow).where(of_subject(JOBS, schedule_id), JobRow.step.startswith(begin, autoescape=True))
        async with self._database.writing() as session:
            await session.execute(these)

    # Reminders

    async def remind(self, schedule_id: int, member: Member, by: By | None) -> None:
        """Note how a member wants to be reminded, or with None that they do not. Raises NotPossible."""
        schedule, now = (await self.kept(schedule_id, member.club)).schedule, self._now()
        to_come = any(each.meets > (schedule.paused_at or now) for each in schedule.live)
        if by is not None and (schedule.state is ScheduleState.CANCELLED or not to_come):
            raise NotPossible("There are no more meetings to remind you of.")
        key = {"schedule": schedule_id, "club": member.club, "member": member.id}
        async with self._database.writing() as session:
            if by is None:
                await session.execute(delete(ReminderRow).filter_by(**key))
            else:
                await note_member(session, member.club, member.id)
                await upsert(session, ReminderRow, key, {"by": by.value, "at": now})

    async def reminded(self, schedule_id: int) -> Mapping[Member, By]:
        """Return who wants to be reminded, and how."""
        query = select(ReminderRow).where(ReminderRow.schedule == schedule_id).order_by(ReminderRow.member)
        async with self._database.reading() as session:
            return {Member(row.club, row.member): By(row.by) for row in await session.scalars(query)}

    # Who takes part

    async def note(self, schedule: Schedule, section: int, member: Member, what: str) -> bool:
        """Note that a member is coming, or was asked; return whether that is new."""
        values = {"schedule": schedule.id, "section": section, "club": member.club, "member": member.id, "what": what}
        async with self._database.writing() as session:
            await note_member(session, member.club, member.id)
            insert = insert_into(session, SectionMemberRow).values(**values, at=self._now()).on_conflict_do_nothing()
            return await session.scalar(insert.returning(SectionMemberRow.member)) is not None

    async def comes(self, schedule: Schedule, section: int, member: Member, comes: bool) -> None:
        """Note that a member is coming to a meeting, or forget it."""
        if comes:
            await self.note(schedule, section, member, COMING)
            return
        mine = {"schedule": schedule.id, "section": section, "club": member.club, "member": member.id, "what": COMING}
        async with self._database.writing() as session:
            await session.execute(delete(SectionMemberRow).filter_by(**mine))

    async def coming(self, schedule_id: int) -> dict[int, list[int]]:
        """Return who said that they are coming, by the number of the section, in the order in which they said so."""
        row, found = SectionMemberRow, dict[int, list[int]]()
        query = select(row).where(row.schedule == schedule_id, row.what == COMING).order_by(row.at, row.member)
        async with self._database.reading() as session:
            for each in await session.scalars(query):
                found.setdefault(each.section, []).append(each.member)
        return found


async def _kept(session: AsyncSession, row: ScheduleRow) -> Kept:
    query = select(JobRow).where(of_subject(JOBS, row.id), JobRow.step != LOOK)
    jobs = (await session.scalars(query)).all()
    steps = {job.step: job.done for job in jobs}
    posts = {int(job.step.split(":")[1]): job.result for job in jobs if job.done and job.step.endswith(":opening")}
    return Kept(_schedule(row), frozenset(row.wanted), tuple(row.touched), row.version, steps, posts)


def _schedule(row: ScheduleRow) -> Schedule:
    who = {"id": row.id, "club": row.club, "place": row.place, "organiser": row.organiser}
    return rules.read(row.plan, book=row.book, state=row.state, **who)


def _write(row: ScheduleRow, kept: Kept) -> None:
    schedule = kept.schedule
    row.place, row.state, row.plan = schedule.place, schedule.state.value, rules.written(schedule)
    row.wanted, row.touched = sorted(kept.wanted), list(kept.touched)
    row.version += 1
