"""How much a member and a club may ask: so that one of them cannot keep the bot from all others."""

import datetime as dt
from collections import deque

from cachetools import LRUCache
from sqlalchemy import PrimaryKeyConstraint
from sqlalchemy.orm import Mapped

from bot.app import App
from bot.db.base import Base, Personal, insert_into
from bot.people import NO_CLUB, Member
from corpus.errors import DogearError

WINDOW = dt.timedelta(minutes=10)

WATCHED = 50_000
"""Members and clubs whose questions are counted at a time; the ones that asked longest ago are let go first."""


class AskedTooMuch(DogearError):
    """Somebody has to wait; `again` is the moment from which they can ask once more."""

    def __init__(self, who: str, again: dt.datetime) -> None:
        super().__init__(f"{who} asked a lot in a short time. You can ask again <t:{int(again.timestamp()) + 1}:R>.")
        self.again = again


class UsageRow(Base):
    """Tokens of the chat model that a club has used on a day (UTC); outside of one, a person by their own id."""

    personal = (Personal("usage", "days on which you used the AI outside of a club", by="club"),)

    __tablename__ = "usage"
    __table_args__ = (PrimaryKeyConstraint("club", "day"),)

    club: Mapped[int]
    day: Mapped[dt.date]
    tokens: Mapped[int]


class Allowance:
    """Counts questions in memory, in a window that slides, and tokens in the database, by day."""

    def __init__(self, app: App) -> None:
        self._settings, self._database, self._now, self._meter = app.settings, app.database, app.now, app.meter
        self._asked: LRUCache[tuple[int, int], deque[dt.datetime]] = LRUCache(WATCHED)

    def take(self, member: Member) -> None:
        """Count a question. Raises AskedTooMuch where the member or their club has to wait."""
        own, club = self._recent((member.club, member.id)), self._recent((member.club, 0))
        if len(own) >= self._settings.member_questions:
            self._meter.count("refused", "member")
            raise AskedTooMuch("You", own[0] + WINDOW)
        if member.club != NO_CLUB and len(club) >= self._settings.club_questions:
            self._meter.count("refused", "club")
            raise AskedTooMuch("Your club", club[0] + WINDOW)
        own.append(self._now())
        club.append(self._now())

    async def has_tokens(self, member: Member) -> bool:
        """Return whether a club, or somebody outside of one, may still ask the chat model today."""
        return await self.spent(member.club or member.id) < self._settings.club_tokens

    async def spent(self, club: int) -> int:
        """Return the tokens that a club has used today."""
        async with self._database.reading() as session:
            row = await session.get(UsageRow, (club, self._today))
            return 0 if row is None else row.tokens

    async def spend(self, member: Member, tokens: int) -> None:
        """Count the tokens of an answer, for a club or for somebody outside of one."""
        if not tokens:
            return
        async with self._database.writing() as session:
            insert = insert_into(session, UsageRow).values(
                club=member.club or member.id, day=self._today, tokens=tokens
            )
            more = {"tokens": UsageRow.tokens + insert.excluded.tokens}
            await session.execute(insert.on_conflict_do_update(index_elements=["club", "day"], set_=more))

    @property
    def tomorrow(self) -> dt.datetime:
        """The moment from which there are new tokens."""
        return dt.datetime.combine(self._today + dt.timedelta(days=1), dt.time(), dt.UTC)

    @property
    def _today(self) -> dt.date:
        return self._now().astimezone(dt.UTC).date()

    def _recent(self, who: tuple[int, int]) -> deque[dt.datetime]:
        asked = self._asked.setdefault(who, deque())
        now = self._now()
        while asked and not now - WINDOW < asked[0] <= now:  # what lies ahead was asked before the clock was set back
            asked.popleft()
        return asked
