"""Which club a direct message is about, and what the bot itself remembers."""

import datetime as dt
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, Index, delete, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from bot.answering.conversation import TURNS, Exchange
from bot.answering.reply import Reply
from bot.app import App
from bot.db import base
from bot.features.progress.store import PositionRow
from bot.features.reviews.store import ReviewRow
from bot.features.shelf.store import ShelfRow
from bot.people import NO_CLUB, Member, Place
from corpus.books import Reveals, Slug
from corpus.errors import DogearError
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


BUTTONS_WORK = dt.timedelta(days=7)
"""How long the buttons under a reply work."""


class AskedLongAgo(DogearError):
    """A button under a reply that is no longer known."""

    def __init__(self) -> None:
        super().__init__("These buttons have expired. Please ask again.")


_TOKEN_BYTES = 9
"""72 bits, 12 letters: nobody guesses one, and no two are alike."""


class QuestionRow(base.OfMember, base.Base):
    """What a member asked, under the token that a button carries."""

    personal = (base.Personal("questions", "questions and changes that still have buttons"),)

    __tablename__ = "questions"
    __table_args__ = (Index(None, "club", "member"), Index(None, "at"), base.belongs_to_member())

    id: Mapped[str] = mapped_column(primary_key=True)
    place: Mapped[int]
    adults: Mapped[bool]
    do: Mapped[str]
    text: Mapped[str]
    book: Mapped[str | None]
    at: Mapped[dt.datetime]


class AskedQuestions:
    """Questions, and changes that wait for a button, for as long as their buttons may be pressed."""

    def __init__(self, app: App) -> None:
        self._sessions, self._now = app.database, app.now

    async def keep(self, do: str, member: Member, place: Place, text: str, book: Slug | None = None) -> Asked:
        """Keep what a button comes back to: `do` says whose button, `text` holds what does not fit its id."""
        return await self.add(Asked("", member, place, do, text, book, self._now()))

    async def add(self, asked: Asked) -> Asked:
        """Keep a question, and return it with an id that nobody can guess."""
        kept = replace(asked, id=secrets.token_urlsafe(_TOKEN_BYTES))
        async with self._sessions.writing() as session:
            await base.note_member(session, asked.member.club, asked.member.id)
            session.add(
                QuestionRow(
                    id=kept.id, club=asked.member.club, member=asked.member.id, place=asked.place.id,
                    adults=asked.place.adults, do=asked.do, text=asked.text, book=asked.book, at=asked.at,
                )
            )  # fmt: skip
        return kept

    async def asked(self, asked_id: str, *of: str) -> Asked:
        """Return what a button belongs to, which was kept for one `of` its kind. Raises AskedLongAgo.

        Whatever else was kept is none of a button's: else what somebody typed could pass for a plan or a review.
        """
        async with self._sessions.reading() as session:
            row = await session.get(QuestionRow, asked_id)
        if row is None or row.do not in of or row.at < self._now() - BUTTONS_WORK:
            raise AskedLongAgo
        member, place = Member(row.club, row.member), Place(row.club, row.place, row.adults)
        return Asked(row.id, member, place, row.do, row.text, row.book, row.at)

    async def forget_old(self) -> int:
        """Forget questions whose buttons no longer work; return how many."""
        old = select(QuestionRow.id).where(QuestionRow.at < self._now() - BUTTONS_WORK)
        away = delete(QuestionRow).where(QuestionRow.id.in_(old)).returning(QuestionRow.id)
        async with self._sessions.writing() as session:
            return len((await session.scalars(away)).all())


_TOLD = (PositionRow, ShelfRow, ReviewRow)
"""What a person has told the bot, other than by asking it."""


class TurnRow(base.OfMember, base.Base):
    """A question and its answer in a place."""

    personal = (base.Personal("conversation", "parts of our recent conversation", hidden=("needs",)),)

    __tablename__ = "turns"
    __table_args__ = (Index(None, "club", "place"), Index(None, "club", "member"), base.belongs_to_member())

    id: Mapped[int] = mapped_column(base.BIG_KEY, primary_key=True)
    place: Mapped[int]
    question: Mapped[str]
    answer: Mapped[str]
    book: Mapped[str | None]
    needs: Mapped[Reveals]
    at: Mapped[dt.datetime]


class ChoiceRow(base.Base):
    """The club that a person chose for direct messages."""

    personal = (base.Personal("direct_messages", "choice of a club for direct messages"),)

    __tablename__ = "choices"

    member: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    club: Mapped[int]


class NoteRow(base.Base):
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

    def __init__(self, app: App) -> None:
        self._sessions = app.database

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
            select(table.club).where(table.club == base.MemberRow.club, table.member == base.MemberRow.id).exists()
            for table in _TOLD
        ]
        query = select(base.MemberRow.club).where(
            base.MemberRow.id == member_id, base.MemberRow.club != NO_CLUB, or_(*told)
        )
        async with self._sessions.reading() as session:
            return list(await session.scalars(query.order_by(base.MemberRow.club)))

    async def chosen(self, member_id: int) -> int | None:
        """Return the club that a person chose for direct messages."""
        async with self._sessions.reading() as session:
            row = await session.get(ChoiceRow, member_id)
            return None if row is None else row.club

    async def choose(self, member_id: int, club: int) -> None:
        """Note the club that a person chose for direct messages."""
        async with self._sessions.writing() as session:
            await base.upsert(session, ChoiceRow, {"member": member_id}, {"club": club})


class BotMemory:
    """Small facts that the bot itself remembers, such as which commands Discord has."""

    def __init__(self, app: App) -> None:
        self._sessions = app.database

    async def recall(self, name: str) -> str | None:
        """Return what is remembered under a name."""
        async with self._sessions.reading() as session:
            row = await session.get(NoteRow, name)
            return None if row is None else row.value

    async def remember(self, name: str, value: str) -> None:
        """Remember a value in place of the earlier one of that name."""
        async with self._sessions.writing() as session:
            await base.upsert(session, NoteRow, {"name": name}, {"value": value})


KEPT = 20
"""How many turns of a place are kept."""


STALE = dt.timedelta(hours=2)
"""After this long without a word, what comes next is a new conversation."""


class Conversations:
    """Remembers turns by place; a turn is context only for readers who have read what its own readers had."""

    def __init__(self, app: App) -> None:
        self._sessions, self._now = app.database, app.now

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
            await base.note_member(session, place.club, turn.member)
            session.add(
                TurnRow(
                    club=place.club, member=turn.member, place=place.id, question=turn.question, answer=turn.answer,
                    book=turn.book, needs=turn.needs, at=turn.at,
                )
            )  # fmt: skip
            await session.flush()
            await session.execute(delete(TurnRow).where(*_in(place), TurnRow.id <= last.scalar_subquery()))


def _in(place: Place) -> tuple[ColumnElement[bool], ...]:
    return TurnRow.club == place.club, TurnRow.place == place.id


def _turn(row: TurnRow) -> Turn:
    return Turn(row.member, row.question, row.answer, row.book, row.needs, row.at)
