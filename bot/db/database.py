"""The way in to the club's data."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from bot.audit import StoredAudit
from bot.club_settings import StoredClubs
from bot.db.jobs import StoredJobs
from bot.db.migrate import upgrade
from bot.db.session import Address, Sessions, engine_for
from bot.features.ask.store import StoredChoices, StoredConversations, StoredNotes, StoredUsage
from bot.features.ceilings.store import StoredCeilings
from bot.features.my_data.store import StoredPersonalData
from bot.features.progress.store import StoredPositions
from bot.features.prompts.store import StoredPrompts
from bot.features.reviews.store import StoredReviews
from bot.features.schedules.store import StoredSchedules
from bot.features.shelf.store import StoredShelves
from bot.features.stats.store import StoredFigures
from bot.features.votes.store import StoredVotes
from bot.features.watch.store import StoredWatching
from bot.processes import StoredPresence
from bot.saved_questions import StoredQuestions


class StoredRecords:
    """All that a club keeps, subject by subject, in one database."""

    def __init__(self, sessions: Sessions) -> None:
        self.positions = StoredPositions(sessions)
        self.ceilings = StoredCeilings(sessions)
        self.shelves = StoredShelves(sessions)
        self.reviews = StoredReviews(sessions)
        self.conversations = StoredConversations(sessions)
        self.questions = StoredQuestions(sessions)
        self.prompts = StoredPrompts(sessions)
        self.watching = StoredWatching(sessions)
        self.audit = StoredAudit(sessions)
        self.votes = StoredVotes(sessions)
        self.schedules = StoredSchedules(sessions)
        self.clubs = StoredClubs(sessions)
        self.figures = StoredFigures(sessions)
        self.usage = StoredUsage(sessions)
        self.choices = StoredChoices(sessions)
        self.notes = StoredNotes(sessions)
        self.personal = StoredPersonalData(sessions)
        self.jobs = StoredJobs(sessions)
        self.presence = StoredPresence(sessions)


@contextlib.asynccontextmanager
async def open_records(where: str | Path) -> AsyncIterator[StoredRecords]:
    """Open the club's data in a data folder, or in a database by its URL. Raises StorageUnavailable.

    A database that is not there is made, an older one upgraded, both in a thread. What is written is committed
    before the call returns; calls may overlap. Nothing may be under way any more when the records are closed.
    """
    await asyncio.to_thread(upgrade, where)
    address = Address.of(where)
    engine = engine_for(address)
    try:
        yield StoredRecords(Sessions(engine, address.name))
    finally:
        await engine.dispose()
