"""Watching places: whoever writes further than a place goes is told, alone, and the moderators have a queue of it."""

import datetime as dt
from collections import Counter, deque
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import Index, PrimaryKeyConstraint, UniqueConstraint, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.app import App
from bot.audit import Audit, Did
from bot.db.base import BIG_KEY, Base, InPlace, OfMember, Personal, belongs_to_member, insert_into, note_member, upsert
from bot.db.jobs import Key, finish, plan
from bot.features.ceilings.store import Audiences
from bot.jobs import HELD
from bot.people import Member, Place, club_name
from bot.processes import of_shards
from corpus.books import Reveals
from corpus.errors import DogearError

JOBS = "watch"

TOO_LATE = dt.timedelta(days=1)  # after this long, an author is not told any more: everybody has read the message


class WatchProblem(DogearError):
    """A place cannot be watched, or a message is dealt with already."""


class Outcome(StrEnum):
    """What has become of a message that goes further than its place; the first two wait for a moderator."""

    WAITING = "waiting"
    FINE = "fine"
    HIDDEN = "hidden"
    SETTLED = "settled"


QUEUED = (Outcome.WAITING, Outcome.FINE)  # outcomes with which a message is in the moderators' queue


class WatchRow(Base):
    """A watched place, and who had it watched; 0 where that person's data was deleted."""

    personal = (
        Personal(
            "watches", "channels that you turned watching on in (kept, but without your name)", "set_by", stays=True
        ),
    )

    __tablename__ = "watches"
    __table_args__ = (PrimaryKeyConstraint("club", "place"), Index(None, "set_by"))

    club: Mapped[int]
    place: Mapped[int]
    set_by: Mapped[int]
    at: Mapped[dt.datetime]


class Finding(InPlace, OfMember, Base):
    """A member's message that goes further than its place. Its words are not kept.

    `told` is true once its author knows, or cannot be told.
    """

    personal = (
        Personal(
            "findings", "possible spoilers that you posted: links to the messages, not their text", hidden=("needs",)
        ),
    )

    __tablename__ = "findings"
    __table_args__ = (
        UniqueConstraint("club", "message"),
        Index(None, "club", "outcome"),
        Index(None, "club", "member"),
        belongs_to_member(),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(BIG_KEY, primary_key=True)
    message: Mapped[int]
    needs: Mapped[Reveals]
    at: Mapped[dt.datetime]
    told: Mapped[bool]
    outcome: Mapped[str]

    @property
    def telling(self) -> Key:
        """The job of telling the author."""
        return Key(JOBS, self.club, self.id, "tell")


class Spoken(NamedTuple):
    """A message to be read: where, by whom, and what it says."""

    place: Place
    member: int
    message: int
    text: str


LINE = 40
"""Messages that wait. Placing one takes about 20 ms where a place is about one book, 80 ms where it is about several
(two cores, the shipped library); so the last one in the line waits for a second, or for three."""


class Watching:
    """Places messages where they belong, and keeps those that go too far for who deals with them.

    Messages that come while the line is full are passed over; `come` and `passed` count them by place.
    """

    def __init__(self, app: App) -> None:
        self._app, self._database, self._now = app, app.database, app.now
        self._audiences, self._audit = app.get(Audiences), app.get(Audit)
        self._places: dict[int, int] = {}
        self.line: deque[Spoken] = deque()
        self.come: Counter[int] = Counter()
        self.passed: Counter[int] = Counter()

    async def load(self) -> None:
        """Read which places of these shards are watched: afterwards, no message costs a query to know."""
        query, mine = select(WatchRow.place, WatchRow.club), of_shards(WatchRow.club, self._app.shards)
        async with self._database.reading() as session:
            found = await session.execute(query if mine is None else query.where(mine))
            self._places = {row.place: row.club for row in found}

    def is_on(self, place: Place) -> bool:
        """Return whether a place is watched."""
        return self._places.get(place.id) == place.club

    async def on(self, place: Place, by: Member) -> None:
        """Watch a place. Raises WatchProblem for one without a ceiling."""
        if not await self._audiences.ceiling(place):
            raise WatchProblem(
                "No ceiling is set here, so I can’t tell what is a spoiler. Set one with /ceiling set first."
            )
        key = {"club": place.club, "place": place.id}
        async with self._database.writing() as session:
            await upsert(session, WatchRow, key, {"set_by": by.id, "at": self._now()})
        self._places[place.id] = place.club
        await self._audit.note(Did.WATCH, place, by.id, about="watch on")

    async def off(self, place: Place, by: Member) -> bool:
        """Stop watching a place; return whether it was watched."""
        self._places.pop(place.id, None)
        away = delete(WatchRow).filter_by(club=place.club, place=place.id)
        async with self._database.writing() as session:
            was = await session.scalar(away.returning(WatchRow.place)) is not None
        if was:
            await self._audit.note(Did.WATCH, place, by.id, about="watch off")
        return was

    def offer(self, spoken: Spoken) -> bool:
        """Put a message into the line; return whether there was room."""
        room = len(self.line) < LINE
        self.come[spoken.place.id] += 1
        self.passed[spoken.place.id] += not room
        if room:
            self.line.append(spoken)
        return room

    async def read(self, spoken: Spoken) -> Finding | None:
        """Place a message; keep it and return it where it goes further than its place, and was not found before."""
        audience, club = await self._audiences.public(spoken.place), club_name(spoken.place.club)
        books = list(audience.positions)
        if not books:
            return None
        book = books[0] if len(books) == 1 else None
        needs = await self._app.workers.do(lambda: self._app.discussion.reveals(spoken.text, book, club, audience))
        beyond = Reveals.of({slug: marks for slug, marks in needs.marks.items() if marks > audience.at(slug)})
        if not beyond.marks:
            return None
        now = self._now()
        async with self._database.writing() as session:
            return await add_finding(session, spoken.place, spoken.member, spoken.message, beyond, now, now + HELD)

    async def finding(self, finding_id: int) -> Finding:
        """Return a finding. Raises WatchProblem where it is not known any more."""
        async with self._database.reading() as session:
            found = await session.get(Finding, finding_id)
        if found is None:
            raise WatchProblem("I no longer know that message.")
        return found

    async def untold(self, finding_id: int) -> Finding | None:
        """Return a finding whose author should know and does not; None where nobody has to be told any more."""
        query = select(Finding).filter_by(id=finding_id, told=False, outcome=Outcome.WAITING)
        async with self._database.reading() as session:
            return await session.scalar(query.where(Finding.at >= self._now() - TOO_LATE))

    async def queue(self, club: int) -> list[Finding]:
        """Return the findings of a club that wait for a moderator, oldest first."""
        query = select(Finding).where(Finding.club == club, Finding.outcome.in_(QUEUED)).order_by(Finding.id)
        async with self._database.reading() as session:
            return list(await session.scalars(query))

    async def told(self, finding: Finding) -> None:
        """Record that an author knows, or cannot be told."""
        async with self._database.writing() as session:
            await session.execute(update(Finding).where(Finding.id == finding.id).values(told=True))
            await finish(session, finding.telling)

    async def settle(self, finding: Finding, outcome: Outcome) -> None:
        """Note what became of a finding that waits. Raises WatchProblem where somebody was faster."""
        waits = update(Finding).where(Finding.id == finding.id, Finding.outcome.in_(QUEUED))
        async with self._database.writing() as session:
            if await session.scalar(waits.values(outcome=outcome).returning(Finding.id)) is None:
                raise WatchProblem("Somebody has already dealt with that message.")

    async def forget_old(self) -> None:
        """Delete the findings that are dealt with."""
        async with self._database.writing() as session:
            await session.execute(delete(Finding).where(Finding.outcome.not_in(QUEUED)))


async def add_finding(
    session: AsyncSession, place: Place, member: int, message: int, needs: Reveals, at: dt.datetime, until: dt.datetime
) -> Finding | None:
    """Keep a finding and return it; None where its message was found before.

    The caller tells its author, and has claimed that until a moment.
    """
    await note_member(session, place.club, member)
    insert = insert_into(session, Finding).values(
        club=place.club, member=member, place=place.id, adults=place.adults, message=message, needs=needs, at=at,
        told=False, outcome=Outcome.WAITING,
    )  # fmt: skip
    new = insert.on_conflict_do_nothing(index_elements=["club", "message"]).returning(Finding)
    added: Finding | None = await session.scalar(new)
    if added is not None:
        await plan(session, added.telling, until, since=at)
    return added
