"""The audit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from sqlalchemy import delete, select

from bot.club.auditing import Did, Entry
from bot.club.people import Place
from bot.storage.moderation_tables import AuditRow
from bot.storage.sessions import Sessions, insert_into


class StoredAudit:
    """Implements `AuditRecords`."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def add(self, entry: Entry) -> None:
        """Keep an entry; one of the same message and kind is kept once."""
        async with self._sessions.writing() as session:
            insert = insert_into(session, AuditRow).values(
                club=entry.place.club,
                place=entry.place.id,
                by=entry.by,
                did=entry.did.value,
                at=entry.at,
                message=entry.message or None,
                about=entry.about,
                sources=list(entry.sources),
            )
            await session.execute(insert.on_conflict_do_nothing(index_elements=["club", "did", "message"]))

    async def since(self, club: int, moment: dt.datetime, did: Collection[Did]) -> list[Entry]:
        """Return a club's entries since a moment, the latest first."""
        row = AuditRow
        query = select(row).where(row.club == club, row.at >= moment, row.did.in_(did))
        async with self._sessions.reading() as session:
            return [_entry(found) for found in await session.scalars(query.order_by(row.at.desc(), row.id.desc()))]

    async def forget_before(self, moment: dt.datetime) -> int:
        """Forget entries that are older; return how many."""
        away = delete(AuditRow).where(AuditRow.at < moment).returning(AuditRow.id)
        async with self._sessions.writing() as session:
            return len((await session.scalars(away)).all())


def _entry(row: AuditRow) -> Entry:
    place = Place(row.club, row.place)
    return Entry(place, row.by, Did(row.did), row.at, row.message or 0, row.about, tuple(row.sources))
