"""Members' shelves in the database: want to read, reading, finished, set aside."""

import datetime as dt
from dataclasses import replace as changed

from sqlalchemy import PrimaryKeyConstraint, delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped

from bot.app import App
from bot.db.base import Base, OfMember, Personal, belongs_to_member, note_member, upsert
from bot.features.shelf.rules import MAX_BOOKS, ShelfChange, ShelfName, ShelfProblem, Shelved, find_on, named
from bot.people import Member, club_name
from corpus.books import Book


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


class Shelves:
    """Members' shelves. Books of the library are known by name; any other title is kept as it is typed."""

    def __init__(self, app: App) -> None:
        self._database, self._books, self._now = app.database, app.books, app.now

    async def show(self, member: Member) -> list[Shelved]:
        """Return a member's books, the latest first."""
        async with self._database.reading() as session:
            return list((await _shelf(session, member)).values())

    async def add(self, member: Member, typed: str, shelf: ShelfName = ShelfName.WANT) -> ShelfChange:
        """Put a book on a member's shelf; one that is there already is moved. Raises ShelfProblem."""
        after = named(typed, shelf, self._books.of(club_name(member.club)), self._now())
        async with self._database.writing() as session:
            await note_member(session, member.club, member.id)
            there = await _shelf(session, member)
            if len(there) >= MAX_BOOKS and after.key not in there:
                raise ShelfProblem(f"A shelf holds {MAX_BOOKS} books. Take one off with /shelf remove first.")
            await put(session, member, after)
            return ShelfChange(there.get(after.key), after)

    async def move(self, member: Member, typed: str, shelf: ShelfName) -> ShelfChange:
        """Move a book that is on a member's shelf. Raises ShelfProblem."""
        wanted = named(typed, shelf, self._books.of(club_name(member.club)), self._now())
        async with self._database.writing() as session:
            await note_member(session, member.club, member.id)
            before = find_on(await _shelf(session, member), wanted)
            after = changed(before, shelf=shelf, at=wanted.at)
            await put(session, member, after)
            return ShelfChange(before, after)

    async def remove(self, member: Member, typed: str) -> ShelfChange:
        """Take a book off a member's shelf. Raises ShelfProblem."""
        wanted = named(typed, ShelfName.WANT, self._books.of(club_name(member.club)), self._now())
        async with self._database.writing() as session:
            await note_member(session, member.club, member.id)
            found = find_on(await _shelf(session, member), wanted)
            await _take(session, member, found.key)
            return ShelfChange(found, None)

    async def undo(self, member: Member, change: ShelfChange) -> None:
        """Take a change back. Raises ShelfProblem if the book was moved since: that is not to be lost."""
        known = change.after or change.before
        if known is None:
            return
        async with self._database.writing() as session:
            await note_member(session, member.club, member.id)
            if (await _shelf(session, member)).get(known.key) != change.after:
                raise ShelfProblem(f"“{known.title}” has been moved since. Use /shelf move to move it again.")
            if change.before is None:
                await _take(session, member, known.key)
            else:
                await put(session, member, change.before)

    async def follow(self, member: Member, book: Book, marks: int) -> None:
        """Move a book on the shelf as its reader gets on: begun is reading, the end is finished."""
        if not marks:
            return
        shelf = ShelfName.FINISHED if marks >= book.marks else ShelfName.READING
        async with self._database.writing() as session:
            await note_member(session, member.club, member.id)
            known = (await _shelf(session, member)).get(book.slug)
            if known is None or known.shelf is not shelf:
                await put(session, member, Shelved(book.slug, book.title, shelf, self._now(), book.slug))


async def put(session: AsyncSession, member: Member, shelved: Shelved) -> None:
    """Put a book on the shelf of a member who is noted, in place of the one of its key."""
    key = {"club": member.club, "member": member.id, "key": shelved.key}
    values = {"title": shelved.title, "shelf": shelved.shelf.value, "book": shelved.book, "at": shelved.at}
    await upsert(session, ShelfRow, key, values)


async def _shelf(session: AsyncSession, member: Member) -> dict[str, Shelved]:
    """Return a member's books by key, the latest first."""
    query = select(ShelfRow).where(ShelfRow.club == member.club, ShelfRow.member == member.id)
    rows = await session.scalars(query.order_by(ShelfRow.at.desc(), ShelfRow.key))
    return {row.key: Shelved(row.key, row.title, ShelfName(row.shelf), row.at, row.book) for row in rows}


async def _take(session: AsyncSession, member: Member, key: str) -> None:
    mine = (ShelfRow.club == member.club, ShelfRow.member == member.id, ShelfRow.key == key)
    await session.execute(delete(ShelfRow).where(*mine))
