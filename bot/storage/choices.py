"""Which club a direct message is about, and what the bot itself remembers."""

from __future__ import annotations

from sqlalchemy import or_, select

from bot.club.people import NO_CLUB
from bot.storage.sessions import Sessions, replace
from bot.storage.tables import ChoiceRow, MemberRow, NoteRow, PositionRow, ReviewRow, ShelfRow

_TOLD = (PositionRow, ShelfRow, ReviewRow)
"""What a person has told the bot, other than by asking it."""


class StoredChoices:
    """Implements `ClubChoices`."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

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
            await replace(session, ChoiceRow, {"member": member_id}, {"club": club})


class StoredNotes:
    """Implements `Notes`."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def note(self, name: str) -> str | None:
        """Return a note."""
        async with self._sessions.reading() as session:
            row = await session.get(NoteRow, name)
            return None if row is None else row.value

    async def write_note(self, name: str, value: str) -> None:
        """Write a note in place of the earlier one of that name."""
        async with self._sessions.writing() as session:
            await replace(session, NoteRow, {"name": name}, {"value": value})
