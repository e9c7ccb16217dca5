"""Members' shelves."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import PrimaryKeyConstraint, delete, select
from sqlalchemy.orm import Mapped

from bot.db.base import Base, OfMember, Personal, belongs_to_member
from bot.db.session import Sessions, note_member, replace
from bot.people import Member
from bot.records import ShelfName, Shelved


class ShelfRow(OfMember, Base):
    """A book on a member's shelf."""

    personal = (Personal("shelf", "books on your shelf"),)

    __tablename__ = "shelves"
    __table_args__ = (PrimaryKeyConstraint("club", "member", "key"), belongs_to_member())

    key: Mapped[str]
    title: Mapped[str]
    shelf: Mapped[str]
    book: Mapped[str | None]
    at: Mapped[dt.datetime]


class StoredShelves:
    """Members' shelves."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def shelf(self, member: Member) -> list[Shelved]:
        """Return a member's books, the latest put first."""
        query = select(ShelfRow).where(ShelfRow.club == member.club, ShelfRow.member == member.id)
        async with self._sessions.reading() as session:
            return [_shelved(row) for row in await session.scalars(query.order_by(ShelfRow.at.desc(), ShelfRow.key))]

    async def put(self, member: Member, shelved: Shelved) -> None:
        """Put a book on a member's shelf, or move it, by its key."""
        key = {"club": member.club, "member": member.id, "key": shelved.key}
        values = {"title": shelved.title, "shelf": shelved.shelf.value, "book": shelved.book, "at": shelved.at}
        async with self._sessions.writing() as session:
            await note_member(session, member.club, member.id)
            await replace(session, ShelfRow, key, values)

    async def take(self, member: Member, key: str) -> Shelved | None:
        """Take a book off a member's shelf, and return it."""
        off = delete(ShelfRow).where(ShelfRow.club == member.club, ShelfRow.member == member.id, ShelfRow.key == key)
        async with self._sessions.writing() as session:
            row = await session.scalar(off.returning(ShelfRow))
            return None if row is None else _shelved(row)


def _shelved(row: ShelfRow) -> Shelved:
    return Shelved(row.key, row.title, ShelfName(row.shelf), row.at, row.book)
