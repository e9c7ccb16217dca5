"""Members' shelves in the database: want to read, reading, finished, set aside."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import PrimaryKeyConstraint, delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped

from bot.app import App
from bot.db.base import Base, OfMember, Personal, belongs_to_member, note_member, upsert
from bot.features.shelf.rules import MAX_BOOKS, MAX_TITLE, ShelfChange, ShelfName, ShelfProblem, Shelved, known_or_typed
from bot.people import Member, club_name
from corpus.books import Book
from corpus.importing.exports import ListedBook


class ShelfRow(OfMember, Base):
    """A book on a member's shelf."""

    personal = (Personal("shelf", "books on your shelf"),)

    __tablename__ = "shelves"
    __table_args__ = (PrimaryKeyConstraint("club", "member", "key"), belongs_to_member())

    key: Mapped[str]
    title: Mapped[str]
    shelf: Mapped[str]
    book: Mapped[str | None]
    at: Mapped[dt.datetime]
    stars: Mapped[int | None]


class Shelves:
    """Members' shelves. Books of the library are known by name; any other title is kept as it is typed."""

    def __init__(self, app: App) -> None:
        self._database, self._books, self._now = app.database, app.books, app.now

    async def show(self, member: Member) -> list[Shelved]:
        """Return a member's books, the latest first."""
        async with self._database.reading() as session:
            return list((await _shelf(session, member)).values())

    async def put(
        self, member: Member, typed: str, shelf: ShelfName | None = ShelfName.WANT, *, there_already: bool = False
    ) -> ShelfChange:
        """Put a book on a part of a member's shelf, from another one if it is there; None takes it off.

        Raises NoTitle, or ShelfProblem where it has to be on the shelf and is not, or the shelf is full.
        """
        title, slug = known_or_typed(typed, self._books.of(club_name(member.club)))
        async with self._database.writing() as session:
            await note_member(session, member.club, member.id)
            there = await _shelf(session, member)
            typed_before = title.casefold()  # the library may have come to know the book since
            key = slug if slug and (slug in there or typed_before not in there) else typed_before
            before = there.get(key)
            if before is None and there_already:
                raise ShelfProblem(f"“{title}” is not on your shelf.")
            if before is None and len(there) >= MAX_BOOKS:
                raise ShelfProblem(f"A shelf holds {MAX_BOOKS} books. Take one off first.")
            stars = before.stars if before else None
            after = Shelved(key, before.title if before else title, shelf, self._now(), slug, stars) if shelf else None
            await write(session, member, key, after)
            return ShelfChange(before, after)

    async def take_in(self, member: Member, listed: Sequence[ListedBook], at: dt.datetime) -> int:
        """Put the books of a list on a shelf, beside those that are there, as far as they fit; return how many.

        A book that is there stays where it is, and gets the stars of the list where it has none. What is being read
        comes first, and what was finished last.
        """
        books, first = self._books.of(club_name(member.club)), (ShelfName.READING, ShelfName.WANT, ShelfName.ASIDE)
        added = 0
        async with self._database.writing() as session:
            await note_member(session, member.club, member.id)
            there = await _shelf(session, member)
            for one in sorted(listed, key=lambda one: one.shelf not in first):
                title, slug = known_or_typed(one.title[:MAX_TITLE], books)
                key = slug or title.casefold()
                known = there.get(key) or there.get(title.casefold())
                if known and known.stars is None and one.stars:
                    await write(session, member, known.key, known._replace(stars=one.stars))
                elif known is None and len(there) < MAX_BOOKS:
                    there[key] = Shelved(key, title, ShelfName(one.shelf), at, slug, one.stars)
                    await write(session, member, key, there[key])
                    added += 1
        return added

    async def undo(self, member: Member, change: ShelfChange) -> None:
        """Take a change back. Raises ShelfProblem if the book was moved since: that is not to be lost."""
        known = change.after or change.before
        if known is None:
            return
        async with self._database.writing() as session:
            await note_member(session, member.club, member.id)
            if (await _shelf(session, member)).get(known.key) != change.after:
                raise ShelfProblem(f"“{known.title}” has been moved since, so I left it there.")
            await write(session, member, known.key, change.before)

    async def follow(self, member: Member, book: Book, marks: int) -> None:
        """Move a book on the shelf as its reader gets on: begun is reading, the end is finished."""
        if not marks:
            return
        shelf = ShelfName.FINISHED if marks >= book.marks else ShelfName.READING
        async with self._database.writing() as session:
            await note_member(session, member.club, member.id)
            known = (await _shelf(session, member)).get(book.slug)
            if known is None or known.shelf is not shelf:
                shelved = Shelved(book.slug, book.title, shelf, self._now(), book.slug, known.stars if known else None)
                await write(session, member, book.slug, shelved)


async def write(session: AsyncSession, member: Member, key: str, shelved: Shelved | None) -> None:
    """Put a book on the shelf of a member who is noted, in place of the one of its key, or take that off."""
    mine = {"club": member.club, "member": member.id, "key": key}
    if shelved is None:
        await session.execute(delete(ShelfRow).filter_by(**mine))
    else:
        values: dict[str, Any] = {"title": shelved.title, "shelf": shelved.shelf.value, "book": shelved.book}
        values |= {"at": shelved.at, "stars": shelved.stars}
        await upsert(session, ShelfRow, mine, values)


async def _shelf(session: AsyncSession, member: Member) -> dict[str, Shelved]:
    """Return a member's books by key, the latest first."""
    query = select(ShelfRow).filter_by(club=member.club, member=member.id)
    rows = await session.scalars(query.order_by(ShelfRow.at.desc(), ShelfRow.key))
    return {row.key: Shelved(row.key, row.title, ShelfName(row.shelf), row.at, row.book, row.stars) for row in rows}
