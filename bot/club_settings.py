"""What a club chooses for itself: its book, its channels, its time zone and its roles."""

import datetime as dt
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, PrimaryKeyConstraint, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.app import App
from bot.db.base import Base, insert_into
from bot.people import club_name
from bot.times import find_zone
from corpus.books import Slug
from corpus.errors import DogearError


class Topic(StrEnum):
    """What a club chooses, in the order in which it is shown; each is the setting of its name."""

    BOOK = "book"
    TALK = "talk"
    SCHEDULE = "schedule"
    ZONE = "zone"
    MODERATORS = "moderators"
    ORGANISERS = "organisers"


UTC = "UTC"  # the zone of a club that chose none


@dataclass(frozen=True, slots=True)
class ClubSettings:
    """What a club chose: two roles, two channels (or a forum for the schedule) by their ids, a zone, and a book.

    Nothing says who chose it: it is the club's.
    """

    moderators: int | None = None
    organisers: int | None = None
    talk: int | None = None
    schedule: int | None = None
    zone: str = UTC
    book: Slug | None = None


class SetUpProblem(DogearError):
    """What was chosen is not there any more, or cannot be chosen."""


class ClubRow(Base):
    """What a club chose. `walk` was the step of a set-up in steps; earlier versions need it there."""

    __tablename__ = "clubs"

    club: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    moderators: Mapped[int | None]
    organisers: Mapped[int | None]
    talk: Mapped[int | None]
    schedule: Mapped[int | None]
    zone: Mapped[str]
    book: Mapped[str | None]
    walk: Mapped[str] = mapped_column(default="done")


class FigureRow(Base):
    """A figure that stands: its groups as lists of first part, last part and members."""

    __tablename__ = "figures"
    __table_args__ = (PrimaryKeyConstraint("club", "book"),)

    club: Mapped[int]
    book: Mapped[str]
    at: Mapped[dt.datetime]
    groups: Mapped[list[list[int]]] = mapped_column(JSON)


class SetUp:
    """Keeps what clubs choose. Who may choose, and which roles and channels there are, is for the door to check."""

    def __init__(self, app: App) -> None:
        self._database, self._books = app.database, app.books

    async def settings(self, club: int) -> ClubSettings:
        """Return what a club chose; a club that chose nothing yet has all at its beginning."""
        async with self._database.reading() as session:
            row = await session.get(ClubRow, club)
            return ClubSettings() if row is None else _settings(row)

    async def change(self, club: int, change: Callable[[ClubSettings], ClubSettings]) -> ClubSettings:
        """Change a club's settings as they are at that moment, with nobody else between, and return them."""
        async with self._database.writing() as session:
            row = await lock_club(session, club)
            changed = change(_settings(row))
            for column, value in asdict(changed).items():
                setattr(row, column, value)
            return changed

    async def choose_id(self, club: int, topic: Topic, chosen: int | None) -> ClubSettings:
        """Choose a role or a channel, or none."""
        changed: dict[str, Any] = {topic.value: chosen}
        return await self.change(club, lambda now: replace(now, **changed))

    async def choose_zone(self, club: int, typed: str) -> ClubSettings:
        """Choose a zone by its name or its city. Raises UnknownZone."""
        zone = find_zone(typed)
        return await self.change(club, lambda now: replace(now, zone=zone))

    async def choose_book(self, club: int, book: Slug) -> ClubSettings:
        """Choose the book that the club reads. Raises SetUpProblem where the library lacks it."""
        if book not in self._books.of(club_name(club)):
            raise SetUpProblem("That book is no longer in the library. Go back and pick another one.")
        return await self.change(club, lambda now: replace(now, book=book))


async def lock_club(session: AsyncSession, club: int) -> ClubRow:
    """Lock a club’s row until the transaction ends, and return it; it is made where it is not there."""
    new = insert_into(session, ClubRow).values(club=club, walk="done", **asdict(ClubSettings()))
    await session.execute(new.on_conflict_do_nothing())
    return (await session.scalars(select(ClubRow).where(ClubRow.club == club).with_for_update())).one()


def _settings(row: ClubRow) -> ClubSettings:
    return ClubSettings(row.moderators, row.organisers, row.talk, row.schedule, row.zone, row.book)
