"""Tokens of the chat model that clubs have used."""

from __future__ import annotations

import datetime as dt

from bot.storage.sessions import Sessions, insert_into
from bot.storage.tables import UsageRow


class StoredUsage:
    """Implements `UsageRecords`."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def spent(self, club: int, day: dt.date) -> int:
        """Return a club's tokens of a day."""
        async with self._sessions.reading() as session:
            row = await session.get(UsageRow, (club, day))
            return 0 if row is None else row.tokens

    async def spend(self, club: int, day: dt.date, tokens: int) -> None:
        """Add to a club's tokens of a day."""
        async with self._sessions.writing() as session:
            insert = insert_into(session, UsageRow).values(club=club, day=day, tokens=tokens)
            more = {"tokens": UsageRow.tokens + insert.excluded.tokens}
            await session.execute(insert.on_conflict_do_update(index_elements=["club", "day"], set_=more))
