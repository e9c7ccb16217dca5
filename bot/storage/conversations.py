"""What was said in places."""

from __future__ import annotations

from sqlalchemy import ColumnElement, delete, select

from bot.club.people import Place
from bot.club.talk_records import Turn
from bot.storage.sessions import Sessions, note_member
from bot.storage.tables import TurnRow

KEPT = 20
"""How many turns of a place are kept."""


class StoredConversations:
    """Implements `ConversationRecords`."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

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
