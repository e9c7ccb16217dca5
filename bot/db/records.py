"""What is asked of whoever keeps a club's small things: a protocol for each subject.

`bot/storage` keeps them in a database; nothing here knows how. Everything is asked for by member or by place, which
carry their club, so that nothing crosses from one club to another.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, Protocol

from bot.features.reviews.store import Review

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
