"""Everything that is held about one person, to read and to delete."""

import datetime as dt
import json
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, delete, inspect, select, true, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from bot.app import App
from bot.db.base import Base, MemberRow, OfMember, Personal
from bot.db.sessions import Sessions
from bot.features.reviews.rules import GONE, Review, read_review, written_review
from bot.features.reviews.store import ReviewRow, Reviews, as_review
from bot.people import NO_CLUB, Member
from corpus.books import Reveals

NOBODY = 0
"""Who did something, once that person's data was deleted."""


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
            held[personal.name] = await _plain_rows(session, table, *whose, without=personal.hidden)
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
        reviews = select(ReviewRow).where(ReviewRow.club.in_(clubs), ReviewRow.member == member_id)
        gone = [as_review(row) for row in await session.scalars(reviews.order_by(ReviewRow.id))]
        for table, personal in personal_tables():
            columns = inspect(table).columns
            whose = (columns[personal.by] == member_id, _in(columns["club"], club))
            if personal.stays:
                await session.execute(update(table).where(*whose).values({personal.by: NOBODY}))
            elif not issubclass(table, OfMember):  # what belongs to a member goes with the member's own row
                await session.execute(delete(table).where(*whose))
        await session.execute(delete(MemberRow).where(*person))
    return gone


def _in(column: ColumnElement[Any] | InstrumentedAttribute[int], club: int | None) -> ColumnElement[bool]:
    return true() if club is None else column == club


async def _plain_rows(
    session: AsyncSession, table: type[Any], *which: ColumnElement[bool],
    without: Collection[str] = (),
) -> list[dict[str, Any]]:  # fmt: skip
    """Return the rows of a table in the order of their keys, column by column."""
    described = inspect(table)
    rows = await session.execute(select(*described.columns).where(*which).order_by(*described.primary_key))
    return [{name: _plain(value) for name, value in row.items() if name not in without} for row in rows.mappings()]


def _plain(value: object) -> object:
    if isinstance(value, dt.datetime):
        return value.isoformat()
    return dict(value.marks) if isinstance(value, Reveals) else value


class MyData:
    """Exports and deletes what is held about a person, in one club or, from a direct message, in all."""

    def __init__(self, app: App) -> None:
        self._database, self._reviews = app.database, app.get(Reviews)

    async def export(self, member: Member, *, everywhere: bool) -> bytes:
        """Return everything as a JSON file, readable for people; but not where in the book their own words belong."""
        found = await held_about(self._database, member.id, None if everywhere else member.club)
        for kept in found.get("questions", ()):
            if kept["do"] == GONE:
                kept["text"] = written_review(replace(read_review(kept["text"]), needs=Reveals()))
        return json.dumps(found, ensure_ascii=False, indent=2).encode()

    async def summary(self, member: Member, *, everywhere: bool) -> dict[str, int]:
        """Return how much is held, by what it is."""
        found: dict[str, Any] = await held_about(self._database, member.id, None if everywhere else member.club)
        rows = {subject: len(told) for subject, told in found.items() if isinstance(told, list) and subject != "clubs"}
        says = {personal.name: personal.says for _, personal in personal_tables()}
        return {says[subject]: count for subject, count in rows.items() if count}

    async def delete(self, member: Member, *, everywhere: bool) -> None:
        """Delete everything; it cannot be taken back."""
        whole = everywhere or member.club == NO_CLUB
        await self._reviews.gone(await forget_person(self._database, member.id, None if whole else member.club))
