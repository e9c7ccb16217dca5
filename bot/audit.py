"""What was posted, by whom, and from which sources: for moderators. Never where anybody is in a book."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from sqlalchemy import JSON, Index, UniqueConstraint, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from bot.app import App
from bot.db.base import BIG_KEY, Base, Personal, Sessions, insert_into
from bot.people import Place

KEPT = dt.timedelta(days=180)
"""How long the audit goes back."""

MAX_ABOUT = 200
"""Characters of what an entry is about."""

SOURCES = 12
"""Sources of an answer that are noted; an answer quotes no more."""

NOBODY = 0
"""By whom an entry is that nobody caused, or whose person's data was deleted."""


class Did(StrEnum):
    """What can be in the audit."""

    ANSWER = "answer"
    SHARE = "share"
    PROMPT = "prompt"
    OVERRIDE = "override"
    SCHEDULE = "schedule"
    VOTE = "vote"
    WATCH = "watch"


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that was posted or decided; `message` is where it stands, or 0."""

    place: Place
    by: int
    did: Did
    at: dt.datetime
    message: int = 0
    about: str = ""
    sources: tuple[str, ...] = ()


class Audit:
    """StoredNotes what the bot posts for everybody. What it tells people in private is never noted."""

    def __init__(self, records: StoredAudit, now: Callable[[], dt.datetime]) -> None:
        self._records, self._now = records, now

    @classmethod
    def build(cls, app: App) -> Self:
        """Build it from the app."""
        return cls(StoredAudit(app.database), app.now)

    async def note(
        self, did: Did, place: Place, by: int = NOBODY, *, message: int = 0, about: str = "",
        sources: Sequence[str] = (),
    ) -> None:  # fmt: skip
        """Note one thing that was posted or decided. `about` must not say where anybody is."""
        about = " ".join(about.split())[:MAX_ABOUT]
        await self._records.add(Entry(place, by, did, self._now(), message, about, tuple(sources)[:SOURCES]))

    async def since(self, club: int, days: int, did: Collection[Did] = tuple(Did)) -> list[Entry]:
        """Return what was noted in a club in the last days, the latest first."""
        return await self._records.since(club, self._now() - dt.timedelta(days=days), did)

    async def forget_old(self) -> int:
        """Forget what is older than the audit goes back; return how many entries."""
        return await self._records.forget_before(self._now() - KEPT)


class AuditRow(Base):
    """Something that was posted or decided; `by` is 0 where nobody did it, or that person's data was deleted.

    `message` is empty, not 0, where there is none: any number of rows may have none.
    """

    personal = (Personal("audit", "entries of the audit: they stay, without your name", by="by", stays=True),)

    __tablename__ = "audit"
    __table_args__ = (UniqueConstraint("club", "did", "message"), Index(None, "club", "at"), Index(None, "by"))

    id: Mapped[int] = mapped_column(BIG_KEY, primary_key=True)
    club: Mapped[int]
    place: Mapped[int]
    by: Mapped[int]
    did: Mapped[str]
    at: Mapped[dt.datetime]
    message: Mapped[int | None]
    about: Mapped[str]
    sources: Mapped[list[str]] = mapped_column(JSON)


class StoredAudit:
    """The audit of clubs."""

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
