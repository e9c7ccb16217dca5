"""What was posted, by whom, and from which sources: for moderators. Never where anybody is in a book."""

import datetime as dt
from collections.abc import Collection, Sequence
from enum import StrEnum

from sqlalchemy import JSON, Index, UniqueConstraint, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from bot.app import App
from bot.db.base import BIG_KEY, Base, Personal, insert_into
from bot.people import Place

KEPT = dt.timedelta(days=180)  # how long the audit goes back
MAX_ABOUT = 200  # characters of what an entry is about
SOURCES = 12  # sources of an answer that are noted; an answer quotes no more
NOBODY = 0  # by whom an entry is that nobody caused, or whose person's data was deleted


class Did(StrEnum):
    """What can be in the audit."""

    ANSWER = "answer"
    SHARE = "share"
    PROMPT = "prompt"
    OVERRIDE = "override"
    SCHEDULE = "schedule"
    VOTE = "vote"
    WATCH = "watch"
    HIDE = "hide"
    UNHIDE = "unhide"


class AuditRow(Base):
    """Something that was posted or decided; `by` is 0 where nobody did it, or that person's data was deleted.

    `message` is empty, not 0, where there is none: any number of rows may have none.
    """

    personal = (Personal("audit", "entries of the audit (kept, but without your name)", by="by", stays=True),)

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


class Audit:
    """Notes what the bot posts for everybody. What it tells people in private is never noted."""

    def __init__(self, app: App) -> None:
        self._database, self._now = app.database, app.now

    async def note(
        self, did: Did, place: Place, by: int = NOBODY, *, message: int = 0, about: str = "",
        sources: Sequence[str] = (),
    ) -> None:  # fmt: skip
        """Note what was posted or decided, once for a message. `about` must not say where anybody is."""
        async with self._database.writing() as session:
            insert = insert_into(session, AuditRow).values(
                club=place.club, place=place.id, by=by, did=did.value, at=self._now(), message=message or None,
                about=" ".join(about.split())[:MAX_ABOUT], sources=list(sources)[:SOURCES],
            )  # fmt: skip
            await session.execute(insert.on_conflict_do_nothing(index_elements=["club", "did", "message"]))

    async def since(self, club: int, days: int, did: Collection[Did] = tuple(Did)) -> list[AuditRow]:
        """Return what was noted in a club in the last days, the latest first."""
        row, begin = AuditRow, self._now() - dt.timedelta(days=days)
        query = select(row).where(row.club == club, row.at >= begin, row.did.in_(did))
        async with self._database.reading() as session:
            return list(await session.scalars(query.order_by(row.at.desc(), row.id.desc())))

    async def forget_old(self) -> int:
        """Forget what is older than the audit goes back; return how many entries."""
        away = delete(AuditRow).where(AuditRow.at < self._now() - KEPT).returning(AuditRow.id)
        async with self._database.writing() as session:
            return len((await session.scalars(away)).all())
