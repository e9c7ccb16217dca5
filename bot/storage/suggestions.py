"""Suggested discussion prompts."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import select, update

from bot.club.people import Place
from bot.club.records import Suggestion
from bot.storage.sessions import Sessions, insert_into, note_member
from bot.storage.tables import SuggestionRow


class StoredSuggestions:
    """Implements `SuggestionRecords`."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def suggest(self, suggestion: Suggestion) -> Suggestion | None:
        """Keep a suggestion and return it with its id; None where that message was suggested before, settled or not."""
        place = suggestion.place
        async with self._sessions.writing() as session:
            await note_member(session, place.club, suggestion.member)
            insert = insert_into(session, SuggestionRow).values(
                club=place.club,
                member=suggestion.member,
                place=place.id,
                adults=place.adults,
                text=suggestion.text,
                message=suggestion.message or None,
                at=suggestion.at,
                settled=False,
            )
            new = insert.on_conflict_do_nothing(index_elements=["club", "message"]).returning(SuggestionRow.id)
            number = await session.scalar(new)
        return None if number is None else replace(suggestion, id=number)

    async def waiting(self, club: int) -> list[Suggestion]:
        """Return a club's suggestions that wait, oldest first."""
        query = select(SuggestionRow).where(SuggestionRow.club == club, SuggestionRow.settled.is_(False))
        async with self._sessions.reading() as session:
            return [_suggestion(row) for row in await session.scalars(query.order_by(SuggestionRow.id))]

    async def settle(self, club: int, suggestion_id: int) -> Suggestion | None:
        """Take a suggestion off the queue, and return it; None where somebody else did."""
        row = SuggestionRow
        done = update(row).where(row.club == club, row.id == suggestion_id, row.settled.is_(False))
        async with self._sessions.writing() as session:
            settled = await session.scalar(done.values(settled=True).returning(row))
            return None if settled is None else _suggestion(settled)


def _suggestion(row: SuggestionRow) -> Suggestion:
    place = Place(row.club, row.place, row.adults)
    return Suggestion(row.id, place, row.member, row.text, row.message or 0, row.at)
