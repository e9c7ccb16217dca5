"""Questions that buttons come back to."""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import replace

from sqlalchemy import delete, select

from bot.club.people import Member, Place
from bot.club.talk_records import Asked
from bot.storage.sessions import Sessions, note_member
from bot.storage.tables import QuestionRow

_TOKEN_BYTES = 9
"""72 bits, 12 letters: nobody guesses one, and no two are alike."""


class StoredQuestions:
    """Implements `AskedRecords`."""

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
