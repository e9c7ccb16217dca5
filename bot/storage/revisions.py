"""Counting changes, within the transaction that makes them, so that other processes hear of them."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from bot.club.processes import REVIEWS
from bot.storage.process_tables import ReviewChangeRow, RevisionRow
from bot.storage.sessions import insert_into

KEPT = 10_000
"""Changes of reviews that are kept. A process that has missed more compares all of them."""


async def counted(session: AsyncSession, name: str) -> int:
    """Count a change, and return its number; until the transaction ends, whoever changes the same thing waits."""
    insert = insert_into(session, RevisionRow).values(name=name, number=1)
    more = insert.on_conflict_do_update(index_elements=["name"], set_={"number": RevisionRow.number + 1})
    return (await session.execute(more.returning(RevisionRow.number))).scalar_one()


async def note_reviews(session: AsyncSession, origin: str, changed: Iterable[tuple[int, int]]) -> None:
    """Note which reviews this transaction changes, by club and id."""
    for club, review in changed:
        number = await counted(session, REVIEWS)
        session.add(ReviewChangeRow(number=number, club=club, review=review, origin=origin))
        await session.execute(delete(ReviewChangeRow).where(ReviewChangeRow.number <= number - KEPT))
