"""Votes and their ballots."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import (
    JSON,
    ColumnElement,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    PrimaryKeyConstraint,
    UniqueConstraint,
    delete,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.db.base import BIG_KEY, Base, OfMember, Personal, Sessions, insert_into, note_member, upsert
from bot.db.jobs import Key, drop, finish, plan
from bot.features.votes.counting import Ballot, Count
from bot.people import Member, Place
from corpus.books import Slug


@dataclass(frozen=True, slots=True)
class Candidate:
    """A book that can be voted for: `book` is its slug, where the library has it; `key` tells books apart."""

    key: str
    title: str
    book: Slug | None = None


@dataclass(frozen=True, slots=True)
class Nomination:
    """A book that a member would like to read next."""

    member: Member
    candidate: Candidate
    at: dt.datetime


class Kind(StrEnum):
    """How a vote is held: by Discord's own poll, or by ballots that rank the books."""

    POLL = "poll"
    RANKED = "ranked"


class State(StrEnum):
    """How far a vote is. While it is being opened or closed, the process that does so has claimed that job."""

    OPENING = "opening"
    OPEN = "open"
    CLOSING = "closing"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Draft:
    """A vote as it is about to be held."""

    place: Place
    kind: Kind
    candidates: tuple[Candidate, ...]
    closes: dt.datetime
    hidden: bool


@dataclass(frozen=True, slots=True)
class Vote:
    """A vote in a place.

    `seed` decides lots, and is fixed and shown from the start. `message` is the post with the poll or the *Vote*
    button, `result` the one that tells the outcome; 0 where there is none (yet). `count` is there once ballots were
    counted, at `counted`: from then on nothing about the outcome changes.
    """

    id: int
    draft: Draft
    seed: str
    opened: dt.datetime
    state: State
    message: int = 0
    result: int = 0
    count: Count | None = None
    counted: dt.datetime | None = None

    @property
    def place(self) -> Place:
        """Where it is held."""
        return self.draft.place

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        """The books."""
        return self.draft.candidates

    def candidate(self, key: str) -> Candidate:
        """Return a book of the vote."""
        return next(candidate for candidate in self.candidates if candidate.key == key)


def _belongs_to_member() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["club", "member"], ["members.club", "members.id"], ondelete="CASCADE")


class NominationRow(OfMember, Base):
    """A book that a member would like to read next."""

    personal = (Personal("nominations", "books that you nominated"),)

    __tablename__ = "nominations"
    __table_args__ = (PrimaryKeyConstraint("club", "member", "key"), _belongs_to_member())

    key: Mapped[str]
    title: Mapped[str]
    book: Mapped[str | None]
    at: Mapped[dt.datetime]


class VoteRow(Base):
    """A vote. `running` is empty, not false, once it is closed: any number of closed ones may be in a club.

    Who started it is not kept.
    """

    __tablename__ = "votes"
    __table_args__ = (
        UniqueConstraint("name"),
        UniqueConstraint("club", "running"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(BIG_KEY, primary_key=True)
    club: Mapped[int]
    place: Mapped[int]
    adults: Mapped[bool]
    name: Mapped[str]
    kind: Mapped[str]
    books: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    hidden: Mapped[bool]
    seed: Mapped[str]
    opened: Mapped[dt.datetime]
    closes: Mapped[dt.datetime]
    state: Mapped[str]
    running: Mapped[bool | None]
    message: Mapped[int]
    result: Mapped[int]
    count: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    counted: Mapped[dt.datetime | None]


class BallotRow(OfMember, Base):
    """A member's ballot; it is deleted with the close of its vote."""

    personal = (Personal("ballots", "ballots in votes for the next book"),)

    __tablename__ = "ballots"
    __table_args__ = (
        PrimaryKeyConstraint("vote", "club", "member"),
        Index(None, "club", "member"),
        _belongs_to_member(),
    )

    vote: Mapped[int] = mapped_column(ForeignKey("votes.id", ondelete="CASCADE"))
    choices: Mapped[list[str]] = mapped_column(JSON)
    at: Mapped[dt.datetime]


class StoredNominations:
    """The books that members would like to read next."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def nominations(self, club: int) -> list[Nomination]:
        """Return a club's nominations, oldest first."""
        row = NominationRow
        query = select(row).where(row.club == club).order_by(row.at, row.key, row.member)
        async with self._sessions.reading() as session:
            return [
                Nomination(Member(found.club, found.member), Candidate(found.key, found.title, found.book), found.at)
                for found in await session.scalars(query)
            ]

    async def nominate(self, nomination: Nomination) -> bool:
        """Keep a nomination; return False where the member has nominated that book before."""
        member, candidate = nomination.member, nomination.candidate
        async with self._sessions.writing() as session:
            await note_member(session, member.club, member.id)
            insert = insert_into(session, NominationRow).values(
                club=member.club,
                member=member.id,
                key=candidate.key,
                title=candidate.title,
                book=candidate.book,
                at=nomination.at,
            )
            new = insert.on_conflict_do_nothing(index_elements=["club", "member", "key"]).returning(NominationRow.key)
            return await session.scalar(new) is not None

    async def withdraw(self, club: int, key: str, member_id: int | None = None) -> int:
        """Take a book's nominations away, of one member or of all; return how many there were."""
        away = delete(NominationRow).where(NominationRow.club == club, NominationRow.key == key)
        if member_id is not None:
            away = away.where(NominationRow.member == member_id)
        async with self._sessions.writing() as session:
            return len((await session.scalars(away.returning(NominationRow.member))).all())


COUNT = TypeAdapter(Count)
"""The outcome of a vote as values for JSON."""

JOBS = "vote"

TAKES_BALLOTS = (State.OPENING, State.OPEN)
"""Whoever sees the *Vote* button may press it, also before it is noted that the button is there."""


def opening(vote: Vote) -> Key:
    """Return the job of posting a vote."""
    return Key(JOBS, vote.place.club, vote.id, "open")


def closing(vote: Vote) -> Key:
    """Return the job of counting a vote and posting its outcome."""
    return Key(JOBS, vote.place.club, vote.id, "close")


class StoredVotes(StoredNominations):
    """Votes and their ballots. Of each club one vote at most is running."""

    async def begin(self, draft: Draft, name: str, seed: str, at: dt.datetime, until: dt.datetime) -> Vote | None:
        """Keep a new vote whose opening the caller has claimed until a moment.

        None where the club has one running, or had one of that name.
        """
        async with self._sessions.writing() as session:
            insert = insert_into(session, VoteRow).values(**_new(draft, name, seed, at))
            row = await session.scalar(insert.on_conflict_do_nothing().returning(VoteRow))
            if row is None:
                return None
            vote = _vote(row)
            await plan(session, opening(vote), until, since=at)
            return vote

    async def give_up(self, vote: Vote) -> None:
        """Delete a vote that could not be opened."""
        row = VoteRow
        async with self._sessions.writing() as session:
            gone = delete(row).where(row.id == vote.id, row.state == State.OPENING)
            if await session.scalar(gone.returning(row.id)) is not None:
                await drop(session, opening(vote))

    async def opened(self, vote: Vote, message: int) -> None:
        """Record that a vote was posted: it takes ballots now, and closes at its time."""
        row = VoteRow
        is_opening = (row.id == vote.id, row.state == State.OPENING)
        async with self._sessions.writing() as session:
            opened = update(row).where(*is_opening).values(message=message, state=State.OPEN)
            if await session.scalar(opened.returning(row.id)) is not None:
                await finish(session, opening(vote), message)
                await plan(session, closing(vote), vote.draft.closes)

    async def vote(self, vote_id: int) -> Vote | None:
        """Return a vote."""
        async with self._sessions.reading() as session:
            row = await session.get(VoteRow, vote_id)
            return None if row is None else _vote(row)

    async def latest(self, club: int) -> Vote | None:
        """Return a club's latest vote."""
        query = select(VoteRow).where(VoteRow.club == club).order_by(VoteRow.id.desc()).limit(1)
        async with self._sessions.reading() as session:
            row = await session.scalar(query)
            return None if row is None else _vote(row)

    async def close(self, vote_id: int) -> Vote | None:
        """Take no more ballots for a vote, and return it."""
        await self._change(VoteRow.id == vote_id, VoteRow.state == State.OPEN, state=State.CLOSING)
        return await self.vote(vote_id)

    async def counted(self, vote_id: int, count: Count, at: dt.datetime) -> Vote | None:
        """Keep the outcome of a vote, unless one is kept already; return the vote with the one that is."""
        plain = COUNT.dump_python(count, mode="json")
        await self._change(VoteRow.id == vote_id, VoteRow.counted.is_(None), count=plain, counted=at)
        return await self.vote(vote_id)

    async def closed(self, vote: Vote, result: int) -> None:
        """Record that the outcome was posted. The ballots are deleted: the count is all that is left of them."""
        async with self._sessions.writing() as session:
            row = update(VoteRow).where(VoteRow.id == vote.id)
            await session.execute(row.values(state=State.CLOSED, running=None, result=result))
            await session.execute(delete(BallotRow).where(BallotRow.vote == vote.id))
            await finish(session, closing(vote), result)

    async def ballot(self, vote_id: int, member: Member) -> Ballot:
        """Return a member's ballot; an empty one where they have not voted."""
        async with self._sessions.reading() as session:
            return await _ballot(session, vote_id, member)

    async def change_ballot(
        self, vote_id: int, member: Member, change: Callable[[Ballot], Ballot], at: dt.datetime
    ) -> Ballot | None:
        """Change a member's ballot; None where the vote takes none any more."""
        row = VoteRow
        open_now = (row.id == vote_id, row.club == member.club, row.state.in_(TAKES_BALLOTS), row.closes > at)
        async with self._sessions.writing() as session:
            # The lock keeps the vote from being closed, and so counted, before this ballot is in it.
            if await session.scalar(select(row.id).where(*open_now).with_for_update()) is None:
                return None
            await note_member(session, member.club, member.id)
            ballot = change(await _ballot(session, vote_id, member))
            key = {"vote": vote_id, "club": member.club, "member": member.id}
            if ballot:
                await upsert(session, BallotRow, key, {"choices": list(ballot), "at": at})
            else:
                await session.execute(delete(BallotRow).filter_by(**key))
            return ballot

    async def ballots(self, vote_id: int) -> list[Ballot]:
        """Return all ballots, in an order that says nothing about who cast them."""
        query = select(BallotRow.choices).where(BallotRow.vote == vote_id)
        async with self._sessions.reading() as session:
            return sorted(tuple(choices) for choices in await session.scalars(query))

    async def _change(self, *which: ColumnElement[bool], **values: Any) -> None:  # noqa: ANN401 (columns)
        async with self._sessions.writing() as session:
            await session.execute(update(VoteRow).where(*which).values(**values))


async def _ballot(session: AsyncSession, vote_id: int, member: Member) -> Ballot:
    row = await session.get(BallotRow, (vote_id, member.club, member.id))
    return () if row is None else tuple(row.choices)


def _new(draft: Draft, name: str, seed: str, at: dt.datetime) -> dict[str, Any]:
    return {
        "club": draft.place.club,
        "place": draft.place.id,
        "adults": draft.place.adults,
        "name": name,
        "kind": draft.kind,
        "books": [{"key": book.key, "title": book.title, "book": book.book} for book in draft.candidates],
        "hidden": draft.hidden,
        "seed": seed,
        "opened": at,
        "closes": draft.closes,
        "state": State.OPENING,
        "running": True,
        "message": 0,
        "result": 0,
    }


def _vote(row: VoteRow) -> Vote:
    books = tuple(Candidate(book["key"], book["title"], book["book"]) for book in row.books)
    draft = Draft(Place(row.club, row.place, row.adults), Kind(row.kind), books, row.closes, row.hidden)
    count = None if row.count is None else COUNT.validate_python(row.count)
    return Vote(row.id, draft, row.seed, row.opened, State(row.state), row.message, row.result, count, row.counted)
