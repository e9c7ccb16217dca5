"""What a club has read, when, and how many stars its members gave."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import func, select

from bot.app import App
from bot.features.reviews.store import Review
from bot.features.schedules.rules import Schedule, SectionState
from bot.features.schedules.store import Schedules


@dataclass(frozen=True, slots=True)
class ReadBook:
    """What a club has read by a schedule: when it first and last met, up to which mark, and the club's stars."""

    schedule: Schedule
    began: dt.datetime
    until: dt.datetime
    last: int
    stars: float = 0.0
    ratings: int = 0

    @property
    def finished(self) -> bool:
        """Whether the club has met for its last section."""
        return self.last >= self.schedule.whole.of


class ClubHistory:
    """Looks up what clubs have read."""

    def __init__(self, app: App) -> None:
        self._database, self._schedules = app.database, app.get(Schedules)

    async def of(self, club: int) -> list[ReadBook]:
        """Return what a club has read or reads now, the latest first."""
        rated = select(Review.book, func.avg(Review.stars), func.count(Review.stars)).where(Review.club == club)
        async with self._database.reading() as session:
            rows = await session.execute(rated.group_by(Review.book))
            stars = {book: (float(mean or 0), number) for book, mean, number in rows}
        found = []
        for schedule in await self._schedules.of_club(club):
            if met := [section for section in schedule.sections if section.state is SectionState.OPENED]:
                given = stars.get(schedule.book, (0.0, 0))
                found.append(ReadBook(schedule, met[0].meets, met[-1].meets, met[-1].last, *given))
        return sorted(found, key=lambda read: read.until, reverse=True)
