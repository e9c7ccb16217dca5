"""The books that members would like to read next."""

from __future__ import annotations

from sqlalchemy import delete, select

from bot.club.people import Member
from bot.club.votes.records import Candidate, Nomination
from bot.storage.sessions import Sessions, insert_into, note_member
from bot.storage.vote_tables import NominationRow


class StoredNominations:
    """Implements `NominationRecords`."""

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
