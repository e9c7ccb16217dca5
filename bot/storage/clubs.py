"""What clubs chose for themselves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields

from sqlalchemy import select

from bot.club.settings import ClubSettings, Step
from bot.storage.club_tables import ClubRow
from bot.storage.sessions import Sessions, insert_into

COLUMNS = tuple(field.name for field in fields(ClubSettings))


class StoredClubs:
    """Implements `ClubRecords`."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def settings(self, club: int) -> ClubSettings:
        """Return a club's settings; those of a club that chose nothing yet are all at their beginning."""
        async with self._sessions.reading() as session:
            row = await session.get(ClubRow, club)
            return ClubSettings() if row is None else _settings(row)

    async def change_settings(self, club: int, change: Callable[[ClubSettings], ClubSettings]) -> ClubSettings:
        """Change a club's settings as they are at that moment, with nobody else between, and return them."""
        async with self._sessions.writing() as session:
            new = insert_into(session, ClubRow).values(club=club, **_columns(ClubSettings()))
            await session.execute(new.on_conflict_do_nothing())
            row = (await session.scalars(select(ClubRow).where(ClubRow.club == club).with_for_update())).one()
            changed = change(_settings(row))
            for column, value in _columns(changed).items():
                setattr(row, column, value)
            return changed


def _columns(settings: ClubSettings) -> dict[str, object]:
    return {column: getattr(settings, column) for column in COLUMNS} | {"walk": settings.walk.value}


def _settings(row: ClubRow) -> ClubSettings:
    return ClubSettings(row.moderators, row.organisers, row.talk, row.schedule, row.zone, row.book, Step(row.walk))
