"""What is kept of questions and conversations, which club a direct message is about, and the bot's own notes."""

import datetime as dt
import secrets
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Index, delete, select, union
from sqlalchemy.orm import Mapped, mapped_column

from bot.answering.conversation import TURNS, Exchange
from bot.answering.reply import Reply
from bot.app import App
from bot.db import base
from bot.features.notes.store import Note
from bot.features.progress.store import PositionRow
from bot.features.reviews.store import Review
from bot.features.shelf.store import ShelfRow
from bot.people import NO_CLUB, Member, Place
from corpus.books import Reveals, Slug
from corpus.errors import DogearError
from retrieval.gate import Audience


@dataclass(frozen=True, slots=True)
class Asked:
    """What a member asked, kept so that a button under the reply can ask it again; without an `id`, no button can."""

    id: str
    member: Member
    place: Place
    do: str
    text: str
    book: Slug | None
    at: dt.datetime


BUTTONS_WORK = dt.timedelta(days=7)  # how long the buttons under a reply work


class AskedLongAgo(DogearError):
    """A button under a reply that is no longer known."""

    def __init__(self) -> None:
        super().__init__("These buttons have expired. Please ask again.")


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
        """Keep what a button comes back to, under an id that nobody can guess.

        `do` says whose button, `text` holds what does not fit its id.
        """
        asked = Asked(secrets.token_urlsafe(9), member, place, do, text, book, self._now())
        async with self._sessions.writing() as session:
            await base.note_member(session, member.club, member.id)
            session.add(
                QuestionRow(
                    id=asked.id, club=member.club, member=member.id, place=place.id, adults=place.adults, do=do,
                    text=text, book=book, at=asked.at,
                )
            )  # fmt: skip
        return asked

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

    async def latest(self, do: str, place: Place) -> Asked | None:
        """Return the latest of a kind that was kept in a place, and whose buttons still work."""
        query = select(QuestionRow.id).where(QuestionRow.do == do, QuestionRow.club == place.club)
        query = query.where(QuestionRow.place == place.id, QuestionRow.at > self._now() - BUTTONS_WORK)
        async with self._sessions.reading() as session:
            found = await session.scalar(query.order_by(QuestionRow.at.desc()).limit(1))
        return await self.asked(found, do) if found else None

    async def forget_old(self) -> int:
        """Forget questions whose buttons no longer work; return how many."""
        away = delete(QuestionRow).where(QuestionRow.at < self._now() - BUTTONS_WORK).returning(QuestionRow.id)
        async with self._sessions.writing() as session:
            return len((await session.scalars(away)).all())


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


class DirectMessages:
    """Works out the club of a direct message: the only one, the one that was chosen, or else it has to be asked for."""

    def __init__(self, app: App) -> None:
        self._sessions = app.database

    async def meant(self, person: int, is_member: IsMember, others: Collection[int] = ()) -> list[int]:
        """Return the clubs that a person's direct messages may be about, of those that they are in now.

        Only who is known nowhere, not even alone, may be in one of the `others`.
        """
        chosen = await self.chosen(person)
        if chosen == NO_CLUB or (chosen is not None and await is_member(chosen, person)):
            return [chosen]
        known = await self.clubs(person)
        among = [club for club in known if club != NO_CLUB] or ([] if known else others)
        return [club for club in among if await is_member(club, person)]

    async def clubs(self, member_id: int) -> list[int]:
        """Return where a person has told a position, shelved or reviewed a book, or kept a note: clubs, or NO_CLUB."""
        tables = (PositionRow, ShelfRow, Review, Note)
        told = union(*(select(table.club).where(table.member == member_id) for table in tables))
        async with self._sessions.reading() as session:
            return sorted(await session.scalars(told))

    async def chosen(self, member_id: int) -> int | None:
        """Return the club that a person chose for direct messages, NO_CLUB for none; None where nothing was chosen."""
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


KEPT = 20  # how many turns of a place are kept
STALE = dt.timedelta(hours=2)  # after this long without a word, what comes next is a new conversation


class Conversations:
    """Remembers turns by place; a turn is context only for readers who have read what its own readers had."""

    def __init__(self, app: App) -> None:
        self._sessions, self._now = app.database, app.now

    async def so_far(self, place: Place, audience: Audience) -> list[Exchange]:
        """Return the last turns of a place that an audience may know, oldest first."""
        latest = select(TurnRow).where(*_in(place)).order_by(TurnRow.id.desc()).limit(TURNS)
        async with self._sessions.reading() as session:
            turns = list(await session.scalars(latest))[::-1]
        begun = self._now() - STALE
        known = (turn for turn in turns if turn.at >= begun and audience.may_see(turn.needs))
        return [Exchange(turn.question, turn.answer, turn.book) for turn in known]

    async def remember(
        self, place: Place, member: Member, question: str, reply: Reply, audience: Audience, also: Reveals
    ) -> None:
        """Keep a turn, of which only the latest of a place are kept; `also` is what the question itself gives away."""
        needs = Reveals.of({book: marks for book, marks in audience.positions.items() if marks}).joined([also])
        last = select(TurnRow.id).where(*_in(place)).order_by(TurnRow.id.desc()).offset(KEPT).limit(1)
        async with self._sessions.writing() as session:
            await base.note_member(session, place.club, member.id)
            session.add(
                TurnRow(
                    club=place.club, member=member.id, place=place.id, question=question, answer=reply.answer,
                    book=reply.book, needs=needs, at=self._now(),
                )
            )  # fmt: skip
            await session.flush()
            await session.execute(delete(TurnRow).where(*_in(place), TurnRow.id <= last.scalar_subquery()))


def _in(place: Place) -> tuple[ColumnElement[bool], ...]:
    return TurnRow.club == place.club, TurnRow.place == place.id
