"""Where clubs are in books, in numbers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Self

from sqlalchemy import select

from bot.app import App
from bot.club_settings import FigureRow
from bot.db.base import Sessions, insert_into
from bot.features.progress.store import PositionRow
from bot.features.stats.rules import Figure, Group, Said, groups_of, outdated
from corpus.books import Book, Slug


class StoredFigures:
    """Figures that were shown, and what they are made of."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def said(self, club: int, book: Slug) -> list[Said]:
        """Return where each member is who said so, in one book."""
        query = select(PositionRow).where(PositionRow.club == club, PositionRow.book == book)
        async with self._sessions.reading() as session:
            return [Said(row.reached, row.at) for row in await session.scalars(query)]

    async def figure(self, club: int, book: Slug) -> Figure | None:
        """Return the figure that stands."""
        async with self._sessions.reading() as session:
            row = await session.get(FigureRow, (club, book))
            return None if row is None else _figure(row)

    async def keep_figure(self, club: int, book: Slug, figure: Figure, instead_of: Figure | None) -> Figure:
        """Keep a figure in place of the one before, if that still stands, and return the one that stands then.

        Two that are made at once may differ in one member, so that nobody may see both.
        """
        values = {"at": figure.at, "groups": [[group.first, group.last, group.members] for group in figure.groups]}
        async with self._sessions.writing() as session:
            insert = insert_into(session, FigureRow).values(club=club, book=book, **values)
            if instead_of is None:
                await session.execute(insert.on_conflict_do_nothing())
            else:
                still = FigureRow.at == instead_of.at
                await session.execute(
                    insert.on_conflict_do_update(index_elements=["club", "book"], set_=values, where=still)
                )
            row = (await session.scalars(select(FigureRow).where(FigureRow.club == club, FigureRow.book == book))).one()
            return _figure(row)


def _figure(row: FigureRow) -> Figure:
    return Figure(row.at, tuple(Group(*group) for group in row.groups))


class Figures:
    """Makes figures, and keeps each as long as it has to stand."""

    def __init__(self, records: StoredFigures, now: Callable[[], dt.datetime]) -> None:
        self._records, self._now = records, now

    @classmethod
    def build(cls, app: App) -> Self:
        """Build it from the app."""
        return cls(StoredFigures(app.database), app.now)

    async def of_book(self, club: int, book: Book) -> Figure:
        """Return where a club is in a book."""
        standing = await self._records.figure(club, book.slug)
        said = await self._records.said(club, book.slug)
        if standing is not None and not outdated(standing, said):
            return standing
        # The moment is taken last, so that nobody counts as having reported since who is in this figure already.
        new = Figure(self._now(), groups_of(each.reached for each in said))
        return await self._records.keep_figure(club, book.slug, new, standing)
