"""Votes, their ballots and nominations in the database.

Opening and closing are jobs (`bot/jobs.py`): where a process dies, another goes on where it was left.
"""

import datetime as dt
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import JSON, ForeignKey, Index, PrimaryKeyConstraint, UniqueConstraint, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.app import App
from bot.db.base import BIG_KEY, Base, OfMember, Personal, belongs_to_member, insert_into, note_member, upsert
from bot.db.jobs import Key, drop, finish, plan
from bot.features.votes import rules
from bot.features.votes.counting import Ballot, Count, most_votes, run_off
from bot.jobs import HELD
from bot.people import Member, Place, club_name


class NominationRow(OfMember, Base):
    """A book that a member would like to read next."""

    personal = (Personal("nominations", "books that you nominated"),)

    __tablename__ = "nominations"
    __table_args__ = (PrimaryKeyConstraint("club", "member", "key"), belongs_to_member())

    key: Mapped[str]
    title: Mapped[str]
    book: Mapped[str | None]
    at: Mapped[dt.datetime]


class VoteRow(Base):
    """A vote. `running` is empty, not false, once it is closed: any number of closed ones may be in a club.

    Who started it is not kept.
    """

    __tablename__ = "votes"
    __table_args__ = (UniqueConstraint("name"), UniqueConstraint("club", "running"), {"sqlite_autoincrement": True})

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
        belongs_to_member(),
    )

    vote: Mapped[int] = mapped_column(ForeignKey("votes.id", ondelete="CASCADE"))
    choices: Mapped[list[str]] = mapped_column(JSON)
    at: Mapped[dt.datetime]


COUNT = TypeAdapter(Count)
"""The outcome of a vote as values for JSON."""

JOBS = "vote"

CLOSED = "This vote is closed."


def opening(vote: rules.Vote) -> Key:
    """Return the job of posting a vote."""
    return Key(JOBS, vote.place.club, vote.id, "open")


def closing(vote: rules.Vote) -> Key:
    """Return the job of counting a vote and posting its outcome."""
    return Key(JOBS, vote.place.club, vote.id, "close")


class Votes:
    """Votes and their ballots; of each club one vote at most is running.

    Who may start and close one is for the caller to check. `draw` draws the seed of a vote.
    """

    def __init__(self, app: App, draw: Callable[[], str] = lambda: secrets.token_hex(4)) -> None:
        self._database, self._now, self._draw = app.database, app.now, draw

    # Opening

    async def check(self, draft: rules.VoteDraft) -> None:
        """See whether a vote could be held. Raises VoteProblem."""
        async with self._database.reading() as session:
            await self._check(session, draft)

    async def _check(self, session: AsyncSession, draft: rules.VoteDraft) -> None:
        rules.check_draft(draft, self._now())
        running = await _latest(session, draft.place.club)
        if running is not None and running.state is not rules.VoteState.CLOSED:
            raise rules.VoteProblem("A vote is already running. Wait for its end, or close it with /vote close.")

    async def begin(self, draft: rules.VoteDraft, name: str) -> rules.Vote:
        """Keep a vote that is about to be posted, claimed by the caller; `name` makes a second press harmless.

        Raises VoteProblem.
        """
        now, place = self._now(), draft.place
        values = {
            "club": place.club, "place": place.id, "adults": place.adults, "name": name, "kind": draft.kind,
            "books": [asdict(book) for book in draft.candidates], "hidden": draft.hidden, "seed": self._draw(),
            "opened": now, "closes": draft.closes, "state": rules.VoteState.OPENING, "running": True, "message": 0,
            "result": 0,
        }  # fmt: skip
        async with self._database.writing() as session:
            await self._check(session, draft)
            insert = insert_into(session, VoteRow).values(**values).on_conflict_do_nothing()
            row = await session.scalar(insert.returning(VoteRow))
            if row is None:
                raise rules.VoteProblem("That vote has been started already.")
            vote = _vote(row)
            await plan(session, opening(vote), now + HELD, since=now)
            return vote

    async def opened(self, vote: rules.Vote, message: int) -> None:
        """Record where a vote was posted: it takes ballots now, and closes at its time."""
        is_opening = (VoteRow.id == vote.id, VoteRow.state == rules.VoteState.OPENING)
        async with self._database.writing() as session:
            opened = update(VoteRow).where(*is_opening).values(message=message, state=rules.VoteState.OPEN)
            if await session.scalar(opened.returning(VoteRow.id)) is not None:
                await finish(session, opening(vote), message)
                await plan(session, closing(vote), vote.draft.closes)

    async def give_up(self, vote: rules.Vote) -> None:
        """Delete a vote that cannot be posted."""
        gone = delete(VoteRow).where(VoteRow.id == vote.id, VoteRow.state == rules.VoteState.OPENING)
        async with self._database.writing() as session:
            if await session.scalar(gone.returning(VoteRow.id)) is not None:
                await drop(session, opening(vote))

    # Looking

    async def vote(self, vote_id: int, member: Member) -> rules.Vote:
        """Return a vote of a member's club. Raises VoteProblem."""
        async with self._database.reading() as session:
            return await _of_club(session, vote_id, member)

    async def latest(self, club: int) -> rules.Vote:
        """Return a club's latest vote, running or not. Raises VoteProblem where there was none."""
        async with self._database.reading() as session:
            vote = await _latest(session, club)
        if vote is None:
            raise rules.VoteProblem("There has been no vote yet. Start one with /vote start.")
        return vote

    async def anywhere(self, vote_id: int) -> rules.Vote | None:
        """Return a vote of any club, for what is due for it; None where it was given up."""
        async with self._database.reading() as session:
            row = await session.get(VoteRow, vote_id)
            return None if row is None else _vote(row)

    async def so_far(self, vote_id: int, member: Member) -> tuple[rules.Vote, Count]:
        """Return the count of a ranked vote as it stands, or its outcome. Raises VoteProblem where it is hidden."""
        async with self._database.reading() as session:
            vote = await _of_club(session, vote_id, member)
            if vote.count is not None:
                return vote, vote.count
            if vote.draft.hidden:
                closes = f"<t:{int(vote.draft.closes.timestamp())}:R>"
                raise rules.VoteProblem(f"The count of this vote is hidden until it closes {closes}.")
            return vote, await _run_off(session, vote)

    # Voting

    async def ballot(self, vote_id: int, member: Member) -> tuple[rules.Vote, Ballot]:
        """Return a vote that takes ballots, and somebody's ballot in it. Raises VoteProblem."""
        async with self._database.reading() as session:
            return await self._voting(session, vote_id, member), await _ballot(session, vote_id, member)

    async def choose(self, vote_id: int, member: Member, number: int, key: str | None) -> tuple[rules.Vote, Ballot]:
        """Make a book somebody's choice of a number, from 1, or leave it out; return the vote and their ballot.

        Raises VoteProblem.
        """
        async with self._database.writing() as session:
            vote = await self._voting(session, vote_id, member, lock=True)
            await note_member(session, member.club, member.id)
            chosen = key if any(book.key == key for book in vote.candidates) else None
            ballot = rules.with_choice(await _ballot(session, vote_id, member), number, chosen)
            mine = {"vote": vote_id, "club": member.club, "member": member.id}
            if ballot:
                await upsert(session, BallotRow, mine, {"choices": list(ballot), "at": self._now()})
            else:
                await session.execute(delete(BallotRow).filter_by(**mine))
            return vote, ballot

    async def take_back(self, vote_id: int, member: Member) -> rules.Vote:
        """Take somebody's ballot back. Raises VoteProblem."""
        mine = delete(BallotRow).filter_by(vote=vote_id, club=member.club, member=member.id)
        async with self._database.writing() as session:
            vote = await self._voting(session, vote_id, member, lock=True)
            await session.execute(mine)
            return vote

    async def _voting(self, session: AsyncSession, vote_id: int, member: Member, *, lock: bool = False) -> rules.Vote:
        """Return a vote that takes ballots now; a lock keeps it from being counted before this ballot is in it.

        Whoever sees the *Vote* button may press it, also before it is noted that the button is there.
        """
        vote = await _of_club(session, vote_id, member, lock=lock)
        if vote.state in (rules.VoteState.CLOSING, rules.VoteState.CLOSED) or vote.draft.closes <= self._now():
            raise rules.VoteProblem(CLOSED)
        return vote

    # Closing

    async def close(self, vote: rules.Vote) -> rules.Vote:
        """Take no more ballots for a vote, and return it as it is."""
        async with self._database.writing() as session:
            row = await session.get_one(VoteRow, vote.id, with_for_update=True)
            if row.state == rules.VoteState.OPEN:
                row.state = rules.VoteState.CLOSING
            return _vote(row)

    async def count_ballots(self, vote: rules.Vote) -> tuple[rules.Vote, Count]:
        """Count a ranked vote that takes no more ballots, and keep the outcome, unless one is kept already."""
        async with self._database.writing() as session:
            return await self._keep(session, vote, await _run_off(session, vote))

    async def count_poll(self, vote: rules.Vote, votes: Mapping[str, int] | None) -> tuple[rules.Vote, Count]:
        """Count a poll by the votes that Discord tells, None where it knows none any more, and keep the outcome."""
        lost = Count((), 0, None, lost=True)
        count = lost if votes is None else most_votes(votes, [book.key for book in vote.candidates], vote.seed)
        async with self._database.writing() as session:
            return await self._keep(session, vote, count)

    async def _keep(self, session: AsyncSession, vote: rules.Vote, count: Count) -> tuple[rules.Vote, Count]:
        """Return the vote with the outcome that is kept: the first one stays."""
        row = await session.get_one(VoteRow, vote.id, with_for_update=True)
        if row.counted is None:
            row.count, row.counted = COUNT.dump_python(count, mode="json"), self._now()
        kept = _vote(row)
        return kept, kept.count or count

    async def closed(self, vote: rules.Vote, result: int) -> None:
        """Record that the outcome was posted, or with 0 that it cannot be; the winner leaves the nominations.

        The ballots are deleted: the count is all that is left of them.
        """
        winner = vote.count.winner if vote.count else None
        async with self._database.writing() as session:
            await session.execute(delete(NominationRow).filter_by(club=vote.place.club, key=winner))
            row = update(VoteRow).where(VoteRow.id == vote.id)
            await session.execute(row.values(state=rules.VoteState.CLOSED, running=None, result=result))
            await session.execute(delete(BallotRow).where(BallotRow.vote == vote.id))
            await finish(session, closing(vote), result)


async def _latest(session: AsyncSession, club: int) -> rules.Vote | None:
    row = await session.scalar(select(VoteRow).where(VoteRow.club == club).order_by(VoteRow.id.desc()).limit(1))
    return None if row is None else _vote(row)


async def _of_club(session: AsyncSession, vote_id: int, member: Member, *, lock: bool = False) -> rules.Vote:
    row = await session.get(VoteRow, vote_id, with_for_update=lock)
    if row is None or row.club != member.club:
        raise rules.VoteProblem("I no longer know that vote.")
    return _vote(row)


async def _ballot(session: AsyncSession, vote_id: int, member: Member) -> Ballot:
    row = await session.get(BallotRow, (vote_id, member.club, member.id))
    return () if row is None else tuple(row.choices)


async def _run_off(session: AsyncSession, vote: rules.Vote) -> Count:
    cast = await session.scalars(select(BallotRow.choices).where(BallotRow.vote == vote.id))
    return run_off(map(tuple, cast), [book.key for book in vote.candidates], vote.seed)


def _vote(row: VoteRow) -> rules.Vote:
    books = tuple(rules.Candidate(**book) for book in row.books)
    draft = rules.VoteDraft(
        Place(row.club, row.place, row.adults), rules.VoteKind(row.kind), books, row.closes, row.hidden
    )
    count = None if row.count is None else COUNT.validate_python(row.count)
    return rules.Vote(
        row.id, draft, row.seed, row.opened, rules.VoteState(row.state), row.message, row.result, count, row.counted
    )


class Nominations:
    """The books that members would like to read next. The same book is one book, however it was typed."""

    def __init__(self, app: App) -> None:
        self._database, self._books, self._now = app.database, app.books, app.now

    async def add(self, member: Member, typed: str) -> rules.Nominated:
        """Nominate a book, or support one that is on the list already. Raises VoteProblem."""
        meant = rules.candidate(typed, self._books.of(club_name(member.club)))
        async with self._database.writing() as session:
            await note_member(session, member.club, member.id)
            there = self._by_book(await _nominations(session, member.club))
            known = there.get(meant.key, rules.Nominated(meant, frozenset()))
            book = known.candidate
            if member.id in known.by:
                raise rules.VoteProblem(f"You have nominated “{book.title}” already. /nominate list shows all books.")
            if sum(member.id in nominated.by for nominated in there.values()) >= rules.MAX_OWN:
                raise rules.VoteProblem(
                    f"You have nominated {rules.MAX_OWN} books. Take one back with /nominate withdraw first."
                )
            mine = {"club": member.club, "member": member.id, "key": book.key}
            await upsert(session, NominationRow, mine, {"title": book.title, "book": book.book, "at": self._now()})
            return rules.Nominated(book, known.by | {member.id})

    async def listed(self, club: int) -> list[rules.Nominated]:
        """Return a club's list: what most would like to read first, of equals what was nominated first.

        A title that the library has come to know since is that book.
        """
        async with self._database.reading() as session:
            found = self._by_book(await _nominations(session, club))
        return sorted(found.values(), key=lambda nominated: -len(nominated.by))

    async def withdraw(self, member: Member, typed: str, *, organiser: bool = False) -> tuple[rules.Candidate, int]:
        """Take one's own nomination back, or as an organiser the whole book off the list; return how many went.

        Raises VoteProblem.
        """
        meant = rules.candidate(typed, self._books.of(club_name(member.club)))
        async with self._database.writing() as session:
            rows = await _nominations(session, member.club, lock=True)
            its = [row for row in rows if self._meant(row).key == meant.key]
            gone = [row for row in its if organiser or row.member == member.id]
            for row in gone:
                await session.delete(row)
        if gone:
            return meant, len(gone)
        if its:
            raise rules.VoteProblem(
                f"Others have nominated “{meant.title}”, not you. Only an organiser can take it off."
            )
        raise rules.VoteProblem(f"“{meant.title}” is not on the list. /nominate list shows what is.")

    def _by_book(self, rows: Sequence[NominationRow]) -> dict[str, rules.Nominated]:
        found: dict[str, rules.Nominated] = {}
        for row in rows:
            meant = self._meant(row)
            known = found.get(meant.key, rules.Nominated(meant, frozenset()))
            found[meant.key] = rules.Nominated(known.candidate, known.by | {row.member})
        return found

    def _meant(self, row: NominationRow) -> rules.Candidate:
        """Return the book that a nomination means now."""
        books = self._books.of(club_name(row.club))
        known = row.book in books
        return rules.Candidate(row.key, row.title, row.book) if known else rules.candidate(row.title, books)


async def _nominations(session: AsyncSession, club: int, *, lock: bool = False) -> Sequence[NominationRow]:
    """Return a club's nominations, oldest first."""
    row = NominationRow
    query = select(row).where(row.club == club).order_by(row.at, row.key, row.member)
    return (await session.scalars(query.with_for_update() if lock else query)).all()
