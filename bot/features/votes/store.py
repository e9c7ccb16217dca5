"""Votes, their ballots and nominations in the database; opening and closing are jobs (`bot/jobs.py`)."""

import datetime as dt
import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import JSON, ForeignKey, Index, PrimaryKeyConstraint, UniqueConstraint, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.app import App
from bot.db.base import BIG_KEY, Base, InPlace, OfMember, Personal, belongs_to_member, insert_into, note_member, upsert
from bot.db.jobs import Key, drop, finish, plan
from bot.features.votes import rules
from bot.features.votes.counting import Ballot, Count, most_votes, run_off
from bot.features.votes.rules import Candidate, Nominated, VoteDraft, VoteKind, VoteProblem, VoteState
from bot.jobs import HELD
from bot.people import Member, Place, club_name
from corpus.library import KnownBooks


class NominationRow(OfMember, Base):
    """A book that a member would like to read next."""

    personal = (Personal("nominations", "books that you nominated"),)

    __tablename__ = "nominations"
    __table_args__ = (PrimaryKeyConstraint("club", "member", "key"), belongs_to_member())

    key: Mapped[str]
    title: Mapped[str]
    book: Mapped[str | None]
    at: Mapped[dt.datetime]


COUNT = TypeAdapter(Count)  # the outcome of a vote as values for JSON

JOBS = "vote"


class Vote(InPlace, Base):
    """A vote in a place. `running` is empty, not false, once it is closed: any number of closed ones may be in a club.

    `seed` decides lots, and is fixed and shown from the start. `message` is the post with the poll or the *Vote*
    button, `result` the one that tells the outcome; 0 where there is none (yet). `count` is there once ballots were
    counted, at `counted`: from then on nothing about the outcome changes. Who started it is not kept.
    """

    __tablename__ = "votes"
    __table_args__ = (UniqueConstraint("name"), UniqueConstraint("club", "running"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(BIG_KEY, primary_key=True)
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

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        """The books."""
        return tuple(Candidate(**book) for book in self.books)

    @property
    def titles(self) -> dict[str, str]:
        """The titles of the books by their keys."""
        return {book.key: book.title for book in self.candidates}

    @property
    def outcome(self) -> Count | None:
        """The count that was kept."""
        return None if self.count is None else COUNT.validate_python(self.count)

    @property
    def ties(self) -> str:
        """How ties are decided."""
        return rules.RULES_OF_TIES[VoteKind(self.kind)]

    def job(self, step: str) -> Key:
        """Return the job of posting the vote (`open`), or of counting it and posting its outcome (`close`)."""
        return Key(JOBS, self.club, self.id, step)


class BallotRow(OfMember, Base):
    """A member's ballot; it is deleted with the close of its vote."""

    personal = (Personal("ballots", "ballots in votes for the next book"),)

    __tablename__ = "ballots"
    __table_args__ = (
        PrimaryKeyConstraint("vote", "club", "member"),
        Index(None, "club", "member"),
        belongs_to_member(),
    )

    vote: Mapped[int] = mapped_column(ForeignKey("votes.id", ondelete="CASCADE"))
    choices: Mapped[list[str]] = mapped_column(JSON)
    at: Mapped[dt.datetime]


class Votes:
    """Votes and their ballots; of each club one vote at most is running. Who may start and close one, callers check."""

    def __init__(self, app: App) -> None:
        self._database, self._books, self._now = app.database, app.books, app.now

    # Opening

    async def check(self, club: int, draft: VoteDraft) -> None:
        """See whether a vote could be held. Raises VoteProblem."""
        async with self._database.reading() as session:
            await self._check(session, club, draft)

    async def _check(self, session: AsyncSession, club: int, draft: VoteDraft) -> None:
        draft.check(self._now())
        running = await _latest(session, club)
        if running is not None and running.state != VoteState.CLOSED:
            raise VoteProblem("A vote is already running. Wait for its end, or close it with /vote close.")

    async def begin(self, draft: VoteDraft, place: Place, name: str) -> Vote:
        """Keep a vote that is about to be posted, claimed by the caller; `name` makes a second press harmless.

        Raises VoteProblem.
        """
        now = self._now()
        values = {
            "club": place.club, "place": place.id, "adults": place.adults, "name": name, "kind": draft.kind,
            "books": [book._asdict() for book in draft.offered], "hidden": draft.hidden,
            "seed": secrets.token_hex(4), "opened": now, "closes": draft.closes, "state": VoteState.OPENING,
            "running": True, "message": 0, "result": 0,
        }  # fmt: skip
        async with self._database.writing() as session:
            await self._check(session, place.club, draft)
            insert = insert_into(session, Vote).values(**values).on_conflict_do_nothing()
            vote: Vote | None = await session.scalar(insert.returning(Vote))
            if vote is None:
                raise VoteProblem("That vote has been started already.")
            await plan(session, vote.job("open"), now + HELD, since=now)
            return vote

    async def opened(self, vote: Vote, message: int) -> None:
        """Record where a vote was posted: it takes ballots now, and closes at its time."""
        async with self._database.writing() as session:
            row = await session.get(Vote, vote.id, with_for_update=True)
            if row is not None and row.state == VoteState.OPENING:
                row.message, row.state = message, VoteState.OPEN
                await finish(session, vote.job("open"), message)
                await plan(session, vote.job("close"), vote.closes)

    async def give_up(self, vote: Vote) -> None:
        """Delete a vote that cannot be posted."""
        gone = delete(Vote).where(Vote.id == vote.id, Vote.state == VoteState.OPENING)
        async with self._database.writing() as session:
            if await session.scalar(gone.returning(Vote.id)) is not None:
                await drop(session, vote.job("open"))

    # Looking

    async def vote(self, vote_id: int, member: Member) -> Vote:
        """Return a vote of a member's club. Raises VoteProblem."""
        async with self._database.reading() as session:
            return await _of_club(session, vote_id, member)

    async def latest(self, club: int) -> Vote:
        """Return a club's latest vote, running or not. Raises VoteProblem where there was none."""
        async with self._database.reading() as session:
            vote = await _latest(session, club)
        if vote is None:
            raise VoteProblem("There has been no vote yet. Start one with /vote start.")
        return vote

    async def anywhere(self, vote_id: int) -> Vote | None:
        """Return a vote of any club, for what is due for it; None where it was given up."""
        async with self._database.reading() as session:
            return await session.get(Vote, vote_id)

    async def so_far(self, vote_id: int, member: Member) -> tuple[Vote, Count]:
        """Return the count of a ranked vote as it stands, or its outcome. Raises VoteProblem where it is hidden."""
        async with self._database.reading() as session:
            vote = await _of_club(session, vote_id, member)
            if vote.outcome is not None:
                return vote, vote.outcome
            if vote.hidden:
                closes = f"<t:{int(vote.closes.timestamp())}:R>"
                raise VoteProblem(f"The count of this vote is hidden until it closes {closes}.")
            return vote, await _run_off(session, vote)

    # Voting

    async def ballot(self, vote_id: int, member: Member) -> tuple[Vote, Ballot]:
        """Return a vote that takes ballots, and somebody's ballot in it. Raises VoteProblem."""
        async with self._database.reading() as session:
            return await self._voting(session, vote_id, member), await _ballot(session, vote_id, member)

    async def choose(self, vote_id: int, member: Member, number: int, key: str | None) -> tuple[Vote, Ballot]:
        """Make a book somebody's choice of a number, from 1, or leave it out; return the vote and their ballot.

        Number 0 takes the whole ballot back. Raises VoteProblem.
        """
        async with self._database.writing() as session:
            vote = await self._voting(session, vote_id, member, lock=True)
            await note_member(session, member.club, member.id)
            chosen = key if key in vote.titles else None
            ballot = rules.with_choice(await _ballot(session, vote_id, member), number, chosen) if number else ()
            mine = {"vote": vote_id, "club": member.club, "member": member.id}
            if ballot:
                await upsert(session, BallotRow, mine, {"choices": list(ballot), "at": self._now()})
            else:
                await session.execute(delete(BallotRow).filter_by(**mine))
            return vote, ballot

    async def _voting(self, session: AsyncSession, vote_id: int, member: Member, *, lock: bool = False) -> Vote:
        """Return a vote that takes ballots now; a lock keeps it from being counted before this ballot is in it.

        Whoever sees the *Vote* button may press it, also before it is noted that the button is there.
        """
        vote = await _of_club(session, vote_id, member, lock=lock)
        if vote.state in (VoteState.CLOSING, VoteState.CLOSED) or vote.closes <= self._now():
            raise VoteProblem("This vote is closed.")
        return vote

    # Closing

    async def close(self, vote: Vote) -> Vote:
        """Take no more ballots for a vote, and return it as it is."""
        async with self._database.writing() as session:
            row = await session.get_one(Vote, vote.id, with_for_update=True)
            if row.state == VoteState.OPEN:
                row.state = VoteState.CLOSING
            return row

    async def counted(self, vote: Vote, poll: Mapping[str, int] | None = None) -> Vote:
        """Count a vote that takes no more ballots, and return it with its outcome; one that is kept already stays.

        `poll` are the votes of a poll as Discord tells them, None where it knows none any more.
        """
        async with self._database.writing() as session:
            row = await session.get_one(Vote, vote.id, with_for_update=True)
            if row.counted is not None:
                return row
            if row.kind == VoteKind.RANKED:
                count = await _run_off(session, row)
            elif poll is None:
                count = Count((), 0, None, lost=True)
            else:
                count = most_votes(poll, list(row.titles), row.seed)
            row.count, row.counted = COUNT.dump_python(count, mode="json"), self._now()
            return row

    async def closed(self, vote: Vote, result: int) -> None:
        """Record that the outcome was posted, or with 0 that it cannot be; the winner leaves the nominations.

        The ballots are deleted: the count is all that is left of them.
        """
        async with self._database.writing() as session:
            winner = vote.outcome.winner if vote.outcome else None
            for row in await _nominations(session, vote.club, lock=True) if winner else ():
                if winner in (row.key, _meant(row, self._books).key):
                    await session.delete(row)
            closed = update(Vote).where(Vote.id == vote.id)
            await session.execute(closed.values(state=VoteState.CLOSED, running=None, result=result))
            await session.execute(delete(BallotRow).where(BallotRow.vote == vote.id))
            await finish(session, vote.job("close"), result)


async def _latest(session: AsyncSession, club: int) -> Vote | None:
    return await session.scalar(select(Vote).where(Vote.club == club).order_by(Vote.id.desc()).limit(1))


async def _of_club(session: AsyncSession, vote_id: int, member: Member, *, lock: bool = False) -> Vote:
    vote = await session.get(Vote, vote_id, with_for_update=lock)
    if vote is None or vote.club != member.club:
        raise VoteProblem("I no longer know that vote.")
    return vote


async def _ballot(session: AsyncSession, vote_id: int, member: Member) -> Ballot:
    row = await session.get(BallotRow, (vote_id, member.club, member.id))
    return () if row is None else tuple(row.choices)


async def _run_off(session: AsyncSession, vote: Vote) -> Count:
    cast = await session.scalars(select(BallotRow.choices).where(BallotRow.vote == vote.id))
    return run_off(map(tuple, cast), list(vote.titles), vote.seed)


class Nominations:
    """The books that members would like to read next. The same book is one book, however it was typed."""

    def __init__(self, app: App) -> None:
        self._database, self._books, self._now = app.database, app.books, app.now

    async def add(self, member: Member, typed: str) -> Nominated:
        """Nominate a book, or support one that is on the list already. Raises VoteProblem or NoTitle."""
        meant = rules.candidate(typed, self._books.of(club_name(member.club)))
        async with self._database.writing() as session:
            await note_member(session, member.club, member.id)
            there = self._by_book(await _nominations(session, member.club))
            alike = (each for key, each in there.items() if rules.same_book(key, meant.key))
            known = there.get(meant.key) or next(alike, Nominated(meant, frozenset()))
            book = known.candidate
            if member.id in known.by:
                raise VoteProblem(f"You have nominated “{book.title}” already.")
            if sum(member.id in nominated.by for nominated in there.values()) >= rules.MAX_OWN:
                raise VoteProblem(f"You have nominated {rules.MAX_OWN} books. Withdraw one of them first.")
            mine = {"club": member.club, "member": member.id, "key": book.key}
            await upsert(session, NominationRow, mine, {"title": book.title, "book": book.book, "at": self._now()})
            return Nominated(book, known.by | {member.id})

    async def listed(self, club: int) -> list[Nominated]:
        """Return a club's list: what most would like to read first, of equals what was nominated first.

        A title that the library has come to know since is that book.
        """
        async with self._database.reading() as session:
            found = self._by_book(await _nominations(session, club))
        return sorted(found.values(), key=lambda nominated: -len(nominated.by))

    async def withdraw(self, member: Member, typed: str, *, organiser: bool = False) -> tuple[str, int]:
        """Take one's own nomination back, or as an organiser all of a book; return its title and how many went.

        Raises VoteProblem or NoTitle.
        """
        meant = rules.candidate(typed, self._books.of(club_name(member.club)))
        async with self._database.writing() as session:
            rows = await _nominations(session, member.club, lock=True)
            its = [row for row in rows if _meant(row, self._books).key == meant.key]
            gone = [row for row in its if organiser or row.member == member.id]
            for row in gone:
                await session.delete(row)
        if not its:
            raise VoteProblem(f"“{meant.title}” is not on the list.")
        if not gone:
            raise VoteProblem(f"Others have nominated “{meant.title}”, not you. Only an organiser can take it off.")
        return meant.title, len(gone)

    def _by_book(self, rows: Sequence[NominationRow]) -> dict[str, Nominated]:
        found: dict[str, Nominated] = {}
        for row in rows:
            meant = _meant(row, self._books)
            known = found.get(meant.key, Nominated(meant, frozenset()))
            found[meant.key] = Nominated(known.candidate, known.by | {row.member})
        return found


def _meant(row: NominationRow, known: KnownBooks) -> Candidate:
    """Return the book that a nomination means now."""
    books = known.of(club_name(row.club))
    return Candidate(row.key, row.title, row.book) if row.book in books else rules.candidate(row.title, books)


async def _nominations(session: AsyncSession, club: int, *, lock: bool = False) -> Sequence[NominationRow]:
    """Return a club's nominations, oldest first."""
    row = NominationRow
    query = select(row).where(row.club == club).order_by(row.at, row.key, row.member)
    return (await session.scalars(query.with_for_update() if lock else query)).all()
