"""Everything that is held about one person, to read and to delete."""

import datetime as dt
import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, delete, inspect, select, true, update
from sqlalchemy.orm import InstrumentedAttribute

from bot.app import App
from bot.db.base import Base, MemberRow, OfMember, Personal
from bot.db.sessions import Sessions
from bot.features.books.store import ClubBooks
from bot.features.reviews.store import GONE, Review, Reviews
from bot.people import Member
from corpus.books import Reveals

NOBODY = 0  # who did something, once that person's data was deleted


def personal_tables() -> list[tuple[type[Base], Personal]]:
    """Return every table that holds something about members, with what it holds, by name."""
    tables = {mapper.class_ for mapper in Base.registry.mappers}
    return sorted(
        ((table, personal) for table in tables for personal in table.personal), key=lambda found: found[1].name
    )


async def held_about(database: Sessions, member_id: int, club: int | None = None) -> dict[str, Any]:
    """Return all of it as plain values for JSON, of one club or of all, under a name for each subject."""
    known = select(MemberRow.club).where(MemberRow.id == member_id, _in(MemberRow.club, club))
    async with database.reading() as session:
        clubs = list(await session.scalars(known.order_by(MemberRow.club)))
        held: dict[str, Any] = {"member": member_id, "clubs": clubs}
        for table, personal in personal_tables():
            columns = inspect(table).columns
            whose = [columns[personal.by] == member_id, _in(columns["club"], club)]
            if issubclass(table, OfMember) and not personal.stays:
                whose.append(columns["club"].in_(clubs))
            rows = await session.execute(select(*columns).where(*whose).order_by(*inspect(table).primary_key))
            held[personal.name] = [
                {name: _plain(value) for name, value in row.items() if name not in personal.hidden}
                for row in rows.mappings()
            ]
    return held


async def forget_person(database: Sessions, member_id: int, club: int | None = None) -> Sequence[Review]:
    """Delete all of it, in one club or in all, and return the reviews that went with it.

    The ceilings that a person set are the places', and stay, as do their decisions; who it was is forgotten.
    """
    person = (MemberRow.id == member_id, _in(MemberRow.club, club))
    async with database.writing() as session:
        # Locked in one order, so that two who do this at once do not wait for one another.
        mine = select(MemberRow.club).where(*person).order_by(MemberRow.club).with_for_update()
        clubs = list(await session.scalars(mine))
        reviews = select(Review).where(Review.club.in_(clubs), Review.member == member_id)
        gone = (await session.scalars(reviews.order_by(Review.id))).all()
        for table, personal in personal_tables():
            columns = inspect(table).columns
            whose = (columns[personal.by] == member_id, _in(columns["club"], club))
            if personal.stays:
                await session.execute(update(table).where(*whose).values({personal.by: NOBODY}))
            elif not issubclass(table, OfMember):  # what belongs to a member goes with the member's own row
                await session.execute(delete(table).where(*whose))
        await session.execute(delete(MemberRow).where(*person))
    return gone


async def forget_club(database: Sessions, club: int) -> Sequence[Review]:
    """Delete all that is kept of a club, and return the reviews that went with it."""
    async with database.writing() as session:
        gone = (await session.scalars(select(Review).where(Review.club == club).order_by(Review.id))).all()
        for table in reversed(Base.metadata.sorted_tables):
            if "club" in table.columns:
                await session.execute(delete(table).where(table.columns["club"] == club))
    return gone


def _in(column: ColumnElement[Any] | InstrumentedAttribute[int], club: int | None) -> ColumnElement[bool]:
    return true() if club is None else column == club


def _plain(value: object) -> object:
    if isinstance(value, dt.date):
        return value.isoformat()
    return dict(value.marks) if isinstance(value, Reveals) else value


class MyData:
    """Exports and deletes what is held about a person, in one club or, for a member of no club, in all."""

    def __init__(self, app: App) -> None:
        self._database, self._reviews, self._books = app.database, app.get(Reviews), app.get(ClubBooks)

    async def held(self, member: Member) -> tuple[dict[str, int], bytes]:
        """Return how much is held, by what it is, and all of it as a JSON file, readable for people.

        Where in the book their own words belong is not in it: that would tell whether a guess is right.
        """
        found = await held_about(self._database, member.id, member.club or None)
        for kept in found["questions"]:
            if kept["do"] == GONE:
                gone = Review.load(kept["text"])
                gone.needs = Reveals()
                kept["text"] = gone.dump()
        counts = {personal.says: len(found[personal.name]) for _, personal in personal_tables()}
        file = json.dumps(found, ensure_ascii=False, indent=2).encode()
        return {says: count for says, count in counts.items() if count}, file

    async def delete(self, member: Member) -> None:
        """Delete everything; it cannot be taken back."""
        await self._reviews.gone(await forget_person(self._database, member.id, member.club or None))

    async def delete_club(self, club: int) -> None:
        """Delete all that is kept of a club, its books in the library, in the vector store and as files too."""
        await self._reviews.gone(await forget_club(self._database, club))
        await self._books.follow()
