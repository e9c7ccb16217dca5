"""Questions that buttons come back to."""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass, replace

from sqlalchemy import Index, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from bot.db.base import Base, OfMember, Personal, belongs_to_member
from bot.db.session import Sessions, note_member
from bot.people import Member, Place
from corpus.books import Reveals, Slug


@dataclass(frozen=True, slots=True)
class Turn:
    """A question and its answer in a place; `needs` is what the readers of the answer had read."""

    member: int
    question: str
    answer: str
    book: Slug | None
    needs: Reveals
    at: dt.datetime


# Questions that buttons come back to


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


# What else there is to remember


_TOKEN_BYTES = 9
"""72 bits, 12 letters: nobody guesses one, and no two are alike."""


class QuestionRow(OfMember, Base):
    """What a member asked, under the token that a button carries."""

    personal = (Personal("questions", "questions and changes whose buttons still work"),)

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
