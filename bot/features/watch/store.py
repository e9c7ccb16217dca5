"""Watching places: whoever writes further than a place goes is told, alone, and the moderators have a queue of it."""

import datetime as dt
from dataclasses import replace as changed

from sqlalchemy import Index, PrimaryKeyConstraint, UniqueConstraint, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.app import App
from bot.audit import Audit, Did
from bot.db.base import BIG_KEY, Base, OfMember, Personal, belongs_to_member, insert_into, note_member, upsert
from bot.db.jobs import Key, finish, plan
from bot.features.ceilings.store import Audiences
from bot.features.watch.rules import QUEUED, TOO_LATE, Finding, Line, Outcome, Spoken, WatchProblem
from bot.jobs import HELD
from bot.people import Member, Place, club_name
from bot.processes import of_shards
from corpus.books import Reveals

JOBS = "watch"


def telling(finding: Finding) -> Key:
    """Return the job of telling the author of a message."""
    return Key(JOBS, finding.place.club, finding.id, "tell")


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


class FindingRow(OfMember, Base):
    """A member's message that goes further than its place. Its words are not kept."""

    personal = (
        Personal(
            "findings",
            "possible spoilers that you posted: links to the messages, not their text",
            hidden=("needs",),
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
    place: Mapped[int]
    adults: Mapped[bool]
    message: Mapped[int]
    needs: Mapped[Reveals]
    at: Mapped[dt.datetime]
    told: Mapped[bool]
    outcome: Mapped[str]


class Watching:
    """Places messages where they belong, and keeps those that go too far for who deals with them."""

    def __init__(self, app: App) -> None:
        self._app, self._database, self._now = app, app.database, app.now
        self._audiences, self._audit = app.get(Audiences), app.get(Audit)
        self._places: dict[int, int] = {}
        self.line = Line()

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
        away = delete(WatchRow).where(WatchRow.club == place.club, WatchRow.place == place.id)
        async with self._database.writing() as session:
            was = await session.scalar(away.returning(WatchRow.place)) is not None
        if was:
            await self._audit.note(Did.WATCH, place, by.id, about="watch off")
        return was

    async def read(self, spoken: Spoken) -> Finding | None:
        """Place a message; keep it and return it where it goes further than its place, and was not found before."""
        audience = await self._audiences.public(spoken.place)
        books = list(audience.positions)
        if not books:
            return None
        book = books[0] if len(books) == 1 else None
        club = club_name(spoken.place.club)
        needs = await self._app.workers.do(lambda: self._app.discussion.reveals(spoken.text, book, club))
        beyond = Reveals.of({slug: marks for slug, marks in needs.marks.items() if marks > audience.at(slug)})
        if not beyond.marks:
            return None
        now = self._now()
        finding = Finding(0, spoken.place, spoken.member, spoken.message, beyond, now)
        async with self._database.writing() as session:
            return await add_finding(session, finding, now + HELD)

    async def finding(self, finding_id: int) -> Finding:
        """Return a finding. Raises WatchProblem where it is not known any more."""
        found = await self._found(finding_id)
        if found is None:
            raise WatchProblem("I no longer know that message.")
        return found

    async def untold(self, finding_id: int) -> Finding | None:
        """Return a finding whose author should know and does not; None where nobody has to be told any more."""
        found = await self._found(finding_id)
        waits = found is not None and not found.told and found.outcome is Outcome.WAITING
        return found if found is not None and waits and found.at >= self._now() - TOO_LATE else None

    async def queue(self, club: int) -> list[Finding]:
        """Return the findings of a club that wait for a moderator, oldest first."""
        query = select(FindingRow).where(FindingRow.club == club, FindingRow.outcome.in_(QUEUED))
        async with self._database.reading() as session:
            return [_finding(row) for row in await session.scalars(query.order_by(FindingRow.id))]

    async def told(self, finding: Finding) -> None:
        """Record that an author knows, or cannot be told."""
        async with self._database.writing() as session:
            await session.execute(update(FindingRow).where(FindingRow.id == finding.id).values(told=True))
            await finish(session, telling(finding))

    async def settle(self, finding: Finding, outcome: Outcome) -> None:
        """Note what became of a finding that waits. Raises WatchProblem where somebody was faster."""
        row = FindingRow
        done = update(row).where(row.id == finding.id, row.outcome.in_(QUEUED)).values(outcome=outcome.value)
        async with self._database.writing() as session:
            if finding.outcome not in QUEUED or await session.scalar(done.returning(row.id)) is None:
                raise WatchProblem("Somebody has already dealt with that message.")

    async def _found(self, finding_id: int) -> Finding | None:
        async with self._database.reading() as session:
            row = await session.get(FindingRow, finding_id)
            return None if row is None else _finding(row)


async def add_finding(session: AsyncSession, finding: Finding, until: dt.datetime) -> Finding | None:
    """Keep a finding and return it with its id; None where its message was found before.

    The caller tells its author, and has claimed that until a moment.
    """
    place = finding.place
    await note_member(session, place.club, finding.member)
    insert = insert_into(session, FindingRow).values(
        club=place.club, member=finding.member, place=place.id, adults=place.adults, message=finding.message,
        needs=finding.needs, at=finding.at, told=finding.told, outcome=finding.outcome.value,
    )  # fmt: skip
    new = insert.on_conflict_do_nothing(index_elements=["club", "message"]).returning(FindingRow.id)
    number = await session.scalar(new)
    if number is None:
        return None
    added = changed(finding, id=number)
    await plan(session, telling(added), until, since=finding.at)
    return added


def _finding(row: FindingRow) -> Finding:
    place = Place(row.club, row.place, row.adults)
    return Finding(row.id, place, row.member, row.message, row.needs, row.at, row.told, Outcome(row.outcome))
