"""The way in to the club's data."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from bot.storage.address import Address
from bot.storage.auditing import StoredAudit
from bot.storage.ceilings import StoredCeilings
from bot.storage.choices import StoredChoices, StoredNotes
from bot.storage.clubs import StoredClubs
from bot.storage.conversations import StoredConversations
from bot.storage.engines import engine_for
from bot.storage.figures import StoredFigures
from bot.storage.personal import StoredPersonalData
from bot.storage.positions import StoredPositions
from bot.storage.prompts import StoredPrompts
from bot.storage.questions import StoredQuestions
from bot.storage.reviews import StoredReviews
from bot.storage.schedules import StoredSchedules
from bot.storage.served import StoredPresence
from bot.storage.sessions import Sessions
from bot.storage.shelves import StoredShelves
from bot.storage.upgrading import upgrade
from bot.storage.usage import StoredUsage
from bot.storage.votes import StoredVotes
from bot.storage.watching import StoredWatching


class StoredRecords:
    """Implements `Records`: every subject, in one database."""

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
