"""Which club a direct message is about, and what the bot itself remembers."""

import datetime as dt
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Self

from sqlalchemy import ColumnElement, Index, PrimaryKeyConstraint, delete, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from bot.answering.conversation import Exchange
from bot.answering.reply import Reply
from bot.app import App
from bot.db.base import (
    BIG_KEY,
    Base,
    MemberRow,
    OfMember,
    Personal,
    Sessions,
    belongs_to_member,
    insert_into,
    note_member,
    upsert,
)
from bot.features.progress.store import PositionRow
from bot.features.reviews.store import ReviewRow
from bot.features.shelf.store import ShelfRow
from bot.people import NO_CLUB, Member, Place
from corpus.books import Reveals, Slug
from retrieval.gate import Audience


@dataclass(frozen=True, slots=True)
class Turn:
    """A question and its answer in a place; `needs` is what the readers of the answer had read."""

    member: int
    question: str
    answer: str
    book: Slug | None
    needs: Reveals
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class Asked:
    """What a member asked, kept so that a button under the reply can ask it again; `id` is "" in a new one."""

    id: str
    member: Member
    place: Place
    do: str
    text: str
    book: Slug | None
    at: dt.datetime


_TOKEN_BYTES = 9
"""72 bits, 12 letters: nobody guesses one, and no two are alike."""


class QuestionRow(OfMember, Base):
    """What a member asked, under the token that a button carries."""

    personal = (Personal("questions", "questions and changes that still have buttons"),)

    __tablename__ = "questions"
    __table_args__ = (Index(None, "club", "member"), Index(None, "at"), belongs_to_member())

    id: Mapped[str] = mapped_column(primary_key=True)
    place: Mapped[int]
    adults: Mapped[bool]
    do: Mapped[str]
    text: Mapped[str]
    book: Mapped[str | None]
    at: Mapped[dt.datetime]


class StoredQuestions:
    """Questions, for as long as their buttons may be pressed."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def keep(self, asked: Asked) -> Asked:
        """Keep a question, and return it with an id that nobody can guess."""
        kept = replace(asked, id=secrets.token_urlsafe(_TOKEN_BYTES))
        async with self._sessions.writing() as session:
            await note_member(session, asked.member.club, asked.member.id)
            session.add(
                QuestionRow(
                    id=kept.id,
                    club=asked.member.club,
                    member=asked.member.id,
                    place=asked.place.id,
                    adults=asked.place.adults,
                    do=asked.do,
                    text=asked.text,
                    book=asked.book,
                    at=asked.at,
                )
            )
        return kept

    async def asked(self, asked_id: str) -> Asked | None:
        """Return a question."""
        async with self._sessions.reading() as session:
            row = await session.get(QuestionRow, asked_id)
        if row is None:
            return None
        member, place = Member(row.club, row.member), Place(row.club, row.place, row.adults)
        return Asked(row.id, member, place, row.do, row.text, row.book, row.at)

    async def forget_before(self, moment: dt.datetime) -> int:
        """Forget questions that are older; return how many."""
        old = select(QuestionRow.id).where(QuestionRow.at < moment)
        away = delete(QuestionRow).where(QuestionRow.id.in_(old)).returning(QuestionRow.id)
        async with self._sessions.writing() as session:
            return len((await session.scalars(away)).all())


_TOLD = (PositionRow, ShelfRow, ReviewRow)
"""What a person has told the bot, other than by asking it."""


class TurnRow(OfMember, Base):
    """A question and its answer in a place."""

    personal = (Personal("conversation", "parts of our recent conversation", hidden=("needs",)),)

    __tablename__ = "turns"
    __table_args__ = (Index(None, "club", "place"), Index(None, "club", "member"), belongs_to_member())

    id: Mapped[int] = mapped_column(BIG_KEY, primary_key=True)
    place: Mapped[int]
    question: Mapped[str]
    answer: Mapped[str]
    book: Mapped[str | None]
    needs: Mapped[Reveals]
    at: Mapped[dt.datetime]


class UsageRow(Base):
    """Tokens that a club has used on a day."""

    __tablename__ = "usage"
    __table_args__ = (PrimaryKeyConstraint("club", "day"),)

    club: Mapped[int]
    day: Mapped[dt.date]
    tokens: Mapped[int]


class ChoiceRow(Base):
    """The club that a person chose for direct messages."""

    personal = (Personal("direct_messages", "choice of a club for direct messages"),)

    __tablename__ = "choices"

    member: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    club: Mapped[int]


class NoteRow(Base):
    """Something that the bot itself remembers."""

    __tablename__ = "notes"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]


IsMember = Callable[[int, int], Awaitable[bool]]
"""Tells whether a person (second) is a member of a club (first) now; Discord knows."""


@dataclass(frozen=True, slots=True)
class Meant:
    """The club that a direct message is about; where several could be meant, `among` names them."""

    club: int = NO_CLUB
    among: tuple[int, ...] = ()


class DirectMessages:
    """Works out the club of a direct message: the only one, the one that was chosen, or else it has to be asked for."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    @classmethod
    def build(cls, app: App) -> Self:
        """Build it from the app."""
        return cls(app.database)

    async def club(self, person: int, is_member: IsMember) -> Meant:
        """Return the club that a person's direct messages are about, among those that they are in now."""
        clubs = tuple([club for club in await self.clubs(person) if await is_member(club, person)])
        chosen = await self.chosen(person)
        if chosen is not None and (chosen in clubs or await is_member(chosen, person)):
            return Meant(chosen, clubs)
        return Meant(clubs[0]) if len(clubs) == 1 else Meant(NO_CLUB, clubs)

    async def clubs(self, member_id: int) -> list[int]:
        """Return the clubs in which a person has told a position, shelved or reviewed a book."""
        told = [
            select(table.club).where(table.club == MemberRow.club, table.member == MemberRow.id).exists()
            for table in _TOLD
        ]
        query = select(MemberRow.club).where(MemberRow.id == member_id, MemberRow.club != NO_CLUB, or_(*told))
        async with self._sessions.reading() as session:
            return list(await session.scalars(query.order_by(MemberRow.club)))

    async def chosen(self, member_id: int) -> int | None:
        """Return the club that a person chose for direct messages."""
        async with self._sessions.reading() as session:
            row = await session.get(ChoiceRow, member_id)
            return None if row is None else row.club

    async def choose(self, member_id: int, club: int) -> None:
        """Note the club that a person chose for direct messages."""
        async with self._sessions.writing() as session:
            await upsert(session, ChoiceRow, {"member": member_id}, {"club": club})


class StoredNotes:
    """Small facts that the bot itself remembers, such as which commands Discord has."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    @classmethod
    def build(cls, app: App) -> Self:
        """Build it from the app."""
        return cls(app.database)

    async def note(self, name: str) -> str | None:
        """Return a note."""
        async with self._sessions.reading() as session:
            row = await session.get(NoteRow, name)
            return None if row is None else row.value

    async def write_note(self, name: str, value: str) -> None:
        """Write a note in place of the earlier one of that name."""
        async with self._sessions.writing() as session:
            await upsert(session, NoteRow, {"name": name}, {"value": value})


KEPT = 20
"""How many turns of a place are kept."""


TURNS = 6
"""Turns of a conversation that are context for the next reply."""

STALE = dt.timedelta(hours=2)
"""After this long without a word, what comes next is a new conversation."""


class Conversations:
    """Remembers turns by place; a turn is context only for readers who have read what its own readers had."""

    def __init__(self, sessions: Sessions, now: Callable[[], dt.datetime]) -> None:
        self._sessions, self._now = sessions, now

    @classmethod
    def build(cls, app: App) -> Self:
        """Build it from the app."""
        return cls(app.database, app.now)

    async def so_far(self, place: Place, audience: Audience) -> list[Exchange]:
        """Return the last turns of a place that an audience may know, oldest first."""
        begun = self._now() - STALE
        turns = await self.turns(place, TURNS)
        return [
            Exchange(turn.question, turn.answer, turn.book)
            for turn in turns
            if turn.at >= begun and audience.may_see(turn.needs)
        ]

    async def remember(
        self, place: Place, member: Member, question: str, reply: Reply, audience: Audience, also: Reveals
    ) -> None:
        """Keep a turn; `also` is what the words of the question themselves give away."""
        needs = Reveals.of({book: marks for book, marks in audience.positions.items() if marks}).joined([also])
        await self.add(place, Turn(member.id, question, reply.answer, reply.book, needs, self._now()))

    async def turns(self, place: Place, limit: int) -> list[Turn]:
        """Return the latest turns of a place, oldest first."""
        query = select(TurnRow).where(*_in(place)).order_by(TurnRow.id.desc()).limit(max(limit, 0))
        async with self._sessions.reading() as session:
            return [_turn(row) for row in await session.scalars(query)][::-1]

    async def add(self, place: Place, turn: Turn) -> None:
        """Keep a turn; only the latest of a place are kept."""
        last = select(TurnRow.id).where(*_in(place)).order_by(TurnRow.id.desc()).offset(KEPT).limit(1)
        async with self._sessions.writing() as session:
            await note_member(session, place.club, turn.member)
            session.add(
                TurnRow(
                    club=place.club,
                    member=turn.member,
                    place=place.id,
                    question=turn.question,
                    answer=turn.answer,
                    book=turn.book,
                    needs=turn.needs,
                    at=turn.at,
                )
            )
            await session.flush()
            await session.execute(delete(TurnRow).where(*_in(place), TurnRow.id <= last.scalar_subquery()))


def _in(place: Place) -> tuple[ColumnElement[bool], ...]:
    return TurnRow.club == place.club, TurnRow.place == place.id


def _turn(row: TurnRow) -> Turn:
    return Turn(row.member, row.question, row.answer, row.book, row.needs, row.at)


class StoredUsage:
    """Tokens of the chat model that a club has used, by day (UTC)."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def spent(self, club: int, day: dt.date) -> int:
        """Return a club's tokens of a day."""
        async with self._sessions.reading() as session:
            row = await session.get(UsageRow, (club, day))
            return 0 if row is None else row.tokens

    async def spend(self, club: int, day: dt.date, tokens: int) -> None:
        """Add to a club's tokens of a day."""
        async with self._sessions.writing() as session:
            insert = insert_into(session, UsageRow).values(club=club, day=day, tokens=tokens)
            more = {"tokens": UsageRow.tokens + insert.excluded.tokens}
            await session.execute(insert.on_conflict_do_update(index_elements=["club", "day"], set_=more))
