"""Members' shelves: want to read, reading, finished, set aside."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Self

from bot.app import App
from bot.features.shelf.store import StoredShelves
from bot.people import Member
from bot.records import ShelfName, Shelved
from corpus.books import Book, Slug
from corpus.errors import DogearError
from corpus.names import UnknownBook, find_book

MAX_TITLE = 100
"""Characters of a title that the library does not have."""

MAX_BOOKS = 200
"""Books on one shelf: enough for years, and little enough to be shown."""


class ShelfProblem(DogearError):
    """A book cannot be put on a shelf, or is not there."""


@dataclass(frozen=True, slots=True)
class ShelfChange:
    """One book as it stood on a shelf before and after; None where it was not on it."""

    before: Shelved | None
    after: Shelved | None


class Shelves:
    """Keeps members' shelves. Books of the library are known by name; any other title is taken as it is typed."""

    def __init__(self, records: StoredShelves, books: Mapping[Slug, Book], now: Callable[[], dt.datetime]) -> None:
        self._records, self._books, self._now = records, books, now

    @classmethod
    def build(cls, app: App) -> Self:
        """Build it from the app."""
        return cls(StoredShelves(app.database), app.books, app.now)

    async def show(self, member: Member) -> list[Shelved]:
        """Return a member's books, the latest put first."""
        return await self._records.shelf(member)

    async def add(self, member: Member, typed: str, shelf: ShelfName = ShelfName.WANT) -> ShelfChange:
        """Put a book on a member's shelf; one that is there already is moved. Raises ShelfProblem."""
        after = self._named(typed, shelf)
        there = {shelved.key: shelved for shelved in await self._records.shelf(member)}
        if len(there) >= MAX_BOOKS and after.key not in there:
            raise ShelfProblem(f"A shelf holds {MAX_BOOKS} books. Take one off with /shelf remove first.")
        await self._records.put(member, after)
        return ShelfChange(there.get(after.key), after)

    async def move(self, member: Member, typed: str, shelf: ShelfName) -> ShelfChange:
        """Move a book that is on a member's shelf. Raises ShelfProblem."""
        before = self._found(typed, await self._records.shelf(member))
        after = Shelved(before.key, before.title, shelf, self._now(), before.book)
        await self._records.put(member, after)
        return ShelfChange(before, after)

    async def remove(self, member: Member, typed: str) -> ShelfChange:
        """Take a book off a member's shelf. Raises ShelfProblem."""
        found = self._found(typed, await self._records.shelf(member))
        await self._records.take(member, found.key)
        return ShelfChange(found, None)

    async def undo(self, member: Member, change: ShelfChange) -> None:
        """Take a change back. Raises ShelfProblem where the book has been moved since: that is not to be lost."""
        known = change.after or change.before
        if known is None:
            return
        there = {shelved.key: shelved for shelved in await self._records.shelf(member)}
        if there.get(known.key) != change.after:
            raise ShelfProblem(f"“{known.title}” has been moved since. /shelf move puts it where you like.")
        if change.before is None:
            await self._records.take(member, known.key)
        else:
            await self._records.put(member, change.before)

    async def follow(self, member: Member, book: Book, marks: int) -> None:
        """Move a book on the shelf as its reader gets on: begun is reading, the end is finished."""
        if not marks:
            return
        shelf = ShelfName.FINISHED if marks >= book.marks else ShelfName.READING
        known = {shelved.key: shelved for shelved in await self._records.shelf(member)}.get(book.slug)
        if known is None or known.shelf is not shelf:
            await self._records.put(member, Shelved(book.slug, book.title, shelf, self._now(), book.slug))

    def _named(self, typed: str, shelf: ShelfName) -> Shelved:
        title = " ".join(typed.split())
        try:
            book = find_book(title, self._books)
        except UnknownBook:
            if not any(map(str.isalnum, title)):
                raise ShelfProblem("Which book? Write its title.") from None
            if len(title) > MAX_TITLE:
                raise ShelfProblem(f"A title has at most {MAX_TITLE} characters here. Please shorten it.") from None
            return Shelved(title.casefold(), title, shelf, self._now())
        return Shelved(book.slug, book.title, shelf, self._now(), book.slug)

    def _found(self, typed: str, there: list[Shelved]) -> Shelved:
        """Return the book on a shelf that is meant: by the library's names for it, or by its title."""
        wanted = self._named(typed, ShelfName.WANT)
        by_key = {shelved.key: shelved for shelved in there}
        if wanted.key in by_key:
            return by_key[wanted.key]
        near = [s for s in there if wanted.title.casefold() in s.title.casefold()]
        if len(near) == 1:
            return near[0]
        raise ShelfProblem(f"“{wanted.title}” is not on your shelf. /shelf show lists what is.")
