"""How much a member and a club may ask: so that one of them cannot keep the bot from all others."""

import datetime as dt
from collections import deque
from collections.abc import Callable
from typing import Self

from cachetools import LRUCache

from bot.app import App, Rates
from bot.features.ask.store import StoredUsage
from bot.logs import Meter
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


class Allowance:
    """Counts questions in memory, in a window that slides, and tokens in the database, by day."""

    def __init__(
        self, rates: Rates, usage: StoredUsage, now: Callable[[], dt.datetime], meter: Meter | None = None
    ) -> None:
        self._rates, self._usage, self._now, self._meter = rates, usage, now, meter or Meter()
        self._asked: LRUCache[tuple[int, int], deque[dt.datetime]] = LRUCache(WATCHED)

    @classmethod
    def build(cls, app: App) -> Self:
        """Build it from the app."""
        return cls(app.rates, StoredUsage(app.database), app.now, app.meter)

    def take(self, member: Member) -> None:
        """Count a question. Raises AskedTooMuch where the member or their club has to wait."""
        own, club = self._recent((member.club, member.id)), self._recent((member.club, 0))
        if len(own) >= self._rates.member:
            self._meter.refused("member")
            raise AskedTooMuch("You", own[0] + WINDOW)
        if member.club != NO_CLUB and len(club) >= self._rates.club:
            self._meter.refused("club")
            raise AskedTooMuch("Your club", club[0] + WINDOW)
        own.append(self._now())
        club.append(self._now())

    async def has_tokens(self, club: int) -> bool:
        """Return whether a club may still ask the chat model today."""
        return await self._usage.spent(club, self._today) < self._rates.tokens

    async def spend(self, club: int, tokens: int) -> None:
        """Count the tokens of an answer."""
        if tokens:
            await self._usage.spend(club, self._today, tokens)

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
