"""How far places may go."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Index, PrimaryKeyConstraint, delete, select
from sqlalchemy.orm import Mapped

from bot.db.base import Base, Personal, ReachedColumns
from bot.db.session import Sessions, replace
from bot.people import Place, Reached
from corpus.books import Slug


class CeilingRow(ReachedColumns, Base):
    """How far a place may go in a book, and who said so; 0 where that person's data was deleted."""

    personal = (Personal("ceilings", "ceilings that you set: they stay, without your name", "set_by", stays=True),)

    __tablename__ = "ceilings"
    __table_args__ = (PrimaryKeyConstraint("club", "place", "book"), Index(None, "set_by"))

    club: Mapped[int]
    place: Mapped[int]
    book: Mapped[str]
    set_by: Mapped[int]
    at: Mapped[dt.datetime]


class StoredCeilings:
    """How far each place may go, by book."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def ceiling(self, place: Place) -> dict[Slug, Reached]:
        """Return a place's ceiling; empty where none was set."""
        query = select(CeilingRow).where(CeilingRow.club == place.club, CeilingRow.place == place.id)
        async with self._sessions.reading() as session:
            return {row.book: row.reached for row in await session.scalars(query.order_by(CeilingRow.book))}

    async def set_ceiling(self, place: Place, book: Slug, reached: Reached, by: int, at: dt.datetime) -> None:
        """Set how far a place may go in a book."""
        key = {"club": place.club, "place": place.id, "book": book}
        values = {"marks": reached.marks, "of": reached.of, "unit": reached.unit, "set_by": by, "at": at}
        async with self._sessions.writing() as session:
            await replace(session, CeilingRow, key, values)

    async def clear_ceiling(self, place: Place, book: Slug | None = None) -> int:
        """Take a place's ceiling away, in one book or in all; return in how many."""
        away = delete(CeilingRow).where(CeilingRow.club == place.club, CeilingRow.place == place.id)
        if book is not None:
            away = away.where(CeilingRow.book == book)
        async with self._sessions.writing() as session:
            return len((await session.scalars(away.returning(CeilingRow.book))).all())
