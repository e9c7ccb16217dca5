"""What a club keeps, and what is asked of whoever keeps it: values, and one protocol for each subject.

`bot/storage` keeps them in a database; nothing here knows how. Everything is asked for by member or by place, which
carry their club, so that nothing crosses from one club to another.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, Protocol

from bot.audit import AuditRecords
from bot.club_settings import ClubRecords
from bot.features.prompts.store import PromptRecords
from bot.features.reviews.store import Review, ReviewRecords
from bot.features.schedules.store import ScheduleRecords
from bot.features.stats.rules import FigureRecords
from bot.features.votes.store import VoteRecords
from bot.features.watch.store import WatchRecords
from bot.records import CeilingRecords, PositionRecords, ShelfRecords
from bot.saved_questions import AskedRecords, ConversationRecords
from bot.sharding import LeftClubs

# Where members are


class UsageRecords(Protocol):
    """Tokens of the chat model that a club has used, by day (UTC)."""

    async def spent(self, club: int, day: dt.date) -> int:
        """Return a club's tokens of a day."""
        ...

    async def spend(self, club: int, day: dt.date, tokens: int) -> None:
        """Add to a club's tokens of a day."""
        ...


class ClubChoices(Protocol):
    """Which club a direct message is about."""

    async def clubs(self, member_id: int) -> list[int]:
        """Return the clubs in which a person has told anything."""
        ...

    async def chosen(self, member_id: int) -> int | None:
        """Return the club that a person chose for direct messages."""
        ...

    async def choose(self, member_id: int, club: int) -> None:
        """Note the club that a person chose for direct messages."""
        ...


class Notes(Protocol):
    """Small facts that the bot itself remembers, such as which commands Discord has."""

    async def note(self, name: str) -> str | None:
        """Return a note."""
        ...

    async def write_note(self, name: str, value: str) -> None:
        """Write a note in place of the earlier one of that name."""
        ...


class PersonalData(Protocol):
    """Everything that is held about one person."""

    async def export(self, member_id: int, club: int | None = None) -> dict[str, Any]:
        """Return all of it as plain values for JSON, of one club or of all, under a name for each subject."""
        ...

    async def forget(self, member_id: int, club: int | None = None) -> Sequence[Review]:
        """Delete all of it, in one club or in all, and return the reviews that went with it."""
        ...


class Records(Protocol):
    """All that is kept, subject by subject."""

    @property
    def positions(self) -> PositionRecords:
        """Members' positions."""
        ...

    @property
    def ceilings(self) -> CeilingRecords:
        """How far places go."""
        ...

    @property
    def shelves(self) -> ShelfRecords:
        """Members' shelves."""
        ...

    @property
    def reviews(self) -> ReviewRecords:
        """Members' reviews."""
        ...

    @property
    def conversations(self) -> ConversationRecords:
        """What was said in places."""
        ...

    @property
    def questions(self) -> AskedRecords:
        """Questions that buttons come back to."""
        ...

    @property
    def prompts(self) -> PromptRecords:
        """Discussion prompts."""
        ...

    @property
    def watching(self) -> WatchRecords:
        """Watched places, and what was found there."""
        ...

    @property
    def audit(self) -> AuditRecords:
        """What was posted and decided."""
        ...

    @property
    def votes(self) -> VoteRecords:
        """Nominations, votes and ballots."""
        ...

    @property
    def schedules(self) -> ScheduleRecords:
        """Schedules, and who wants to be reminded."""
        ...

    @property
    def clubs(self) -> ClubRecords:
        """What clubs chose for themselves."""
        ...

    @property
    def figures(self) -> FigureRecords:
        """Where clubs are in books, in numbers."""
        ...

    @property
    def usage(self) -> UsageRecords:
        """Tokens used."""
        ...

    @property
    def choices(self) -> ClubChoices:
        """Clubs chosen for direct messages."""
        ...

    @property
    def notes(self) -> Notes:
        """What the bot itself remembers."""
        ...

    @property
    def personal(self) -> PersonalData:
        """Everything about one person."""
        ...

    @property
    def presence(self) -> LeftClubs:
        """Clubs that the bot has left."""
        ...
