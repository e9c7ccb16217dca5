"""Clubs' own books: in the database first, then in folders, the running library and the vector store."""

import asyncio
import contextlib
import datetime as dt
import logging
import shutil
import tempfile
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

from sqlalchemy import ColumnElement, ForeignKeyConstraint, Index, PrimaryKeyConstraint, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped
from tenacity import AsyncRetrying, retry_if_exception_type, wait_exponential

from bot.app import App
from bot.club_settings import lock_club
from bot.db.base import Base, Personal
from bot.db.sessions import Sessions
from bot.features.books.rules import BookText
from bot.features.reviews.store import Reviews
from bot.people import Member, club_name
from bot.workers import in_daemon_thread
from corpus.book_file import BOOK_FILE, read_book
from corpus.books import Book, Reveals, Slug
from corpus.errors import DogearError, LibraryProblem
from corpus.library import MAX_BOOK_BYTES
from retrieval.gate import Audience
from retrieval.retriever import Outlook, Part

log = logging.getLogger(__name__)

MOST_BOOKS, MOST_BYTES = 50, 200_000_000  # of one club: books, and bytes of all of their documents together
COMPARED = 500  # books of the library, at most, whose text an import keeps out
UNDONE_WITHIN, DRAFT_LASTS = dt.timedelta(days=1), dt.timedelta(days=7)
FOLDER = "clubs"  # where books of clubs are, in a data folder

LIVE, REMOVED = "live", "removed"
"""States of a book: in use; and removed, until nobody can undo that any more. Any other is a draft, by its token."""


class ClubBookProblem(DogearError):
    """A book cannot be added, changed or removed; the message says why, and what can be done."""


class ClubBookRow(Base):
    """A book that a club has added: its `book.toml`, and a digest and the size of all that it says."""

    personal = (
        Personal(
            "books", "books that you added for the club (kept, but without your name)", "added_by", stays=True,
            hidden=("slug", "state", "digest"),
        ),
    )  # fmt: skip

    __tablename__ = "club_books"
    __table_args__ = (PrimaryKeyConstraint("slug", "state"), Index(None, "club"), Index(None, "added_by"))

    slug: Mapped[str]
    state: Mapped[str]
    club: Mapped[int]
    toml: Mapped[str]
    digest: Mapped[str]
    size: Mapped[int]
    added_by: Mapped[int]
    at: Mapped[dt.datetime]


class ClubDocumentRow(Base):
    """A document of such a book, as a file of a library holds it."""

    __tablename__ = "club_documents"
    __table_args__ = (
        PrimaryKeyConstraint("slug", "state", "name"),
        ForeignKeyConstraint(
            ["slug", "state"], ["club_books.slug", "club_books.state"], onupdate="CASCADE", ondelete="CASCADE"
        ),
    )

    slug: Mapped[str]
    state: Mapped[str]
    name: Mapped[str]
    text: Mapped[str]


class ClubBooks:
    """The books that clubs have added, and the running library's part in them.

    The database decides. From it, each process writes a book into `clubs/<club>/<digest>/<slug>/` in its data folder.
    A folder appears whole, by a renaming, and is never changed: another text has another digest.
    """

    def __init__(self, app: App) -> None:
        self._app, self._database, self._library = app, app.database, app.discussion.library
        self._data = app.discussion.retriever.data
        self._known: dict[Slug, str] = {}
        self._seen: dict[Slug, tuple[int, str]] = {}
        self._following = asyncio.Lock()
        self.importing = asyncio.Semaphore(1)  # a long file takes a core for a minute: members ask meanwhile
        self._index: asyncio.Task[None] | None = None
        self._changed = False
        self.was_read = self.to_read = 0  # passages of the texts that are being read, or were last
        self._outdated: set[str] = set()
        self._first = True

    async def read(self, slug: Slug, state: str = LIVE) -> BookText:
        """Return what a book says. Raises ClubBookProblem where it is not there any more."""
        async with self._database.reading() as session:
            return await _read(session, slug, state)

    async def current(self, slug: Slug) -> BookText | None:
        """Return what a book says now; None where the club has none."""
        try:
            return await self.read(slug)
        except ClubBookProblem:
            return None

    async def others(self, club: int, slug: Slug) -> dict[Slug, str]:
        """Return the `book.toml` of the other books that a club knows, as many as an import compares with."""
        row = ClubBookRow
        query = select(row.slug, row.toml).where(row.club == club, row.state == LIVE, row.slug != slug)
        async with self._database.reading() as session:
            found = {each.slug: each.toml for each in await session.execute(query)}
        shared = list(self._library.books.of(""))[:COMPARED]
        files = {name: self._library.folder / name / BOOK_FILE for name in shared}
        return await self._app.workers.do(
            lambda: found | {name: file.read_text(encoding="utf-8-sig") for name, file in files.items()}
        )

    def looked_at(self, text: BookText, audience: Audience) -> Outlook:
        """Return what readers would see of a book, for an audience. This blocks."""
        with tempfile.TemporaryDirectory(prefix="dogear-") as folder:
            return self._app.discussion.retriever.outlook(text.write(Path(folder)), audience)

    def parts(self, text: BookText, audience: Audience, name: str) -> list[Part]:
        """Return the texts of one document, with the words that an audience has read. This blocks."""
        only = replace(text, documents={name: text.documents[name]})
        with tempfile.TemporaryDirectory(prefix="dogear-") as folder:
            return self._app.discussion.retriever.parts(only.write(Path(folder)), audience, name)

    async def draft(self, by: Member, text: BookText, token: str) -> None:
        """Keep what an organiser is about to add, under a token, until it is confirmed. Raises ClubBookProblem."""
        if text.size > MAX_BOOK_BYTES:
            raise ClubBookProblem(f"A book can have {MAX_BOOK_BYTES // 1_000_000} MB of text. Attach less of it.")
        try:
            await self._app.workers.do(lambda: self.book_of(by.club, text))
        except LibraryProblem as problem:
            raise ClubBookProblem(f"I can’t make a book of that: {problem.what} {problem.cure}") from problem
        async with self._database.writing() as session:
            await self._fits(session, by.club, text)
            row = ClubBookRow
            earlier = (row.slug == text.slug, row.added_by == by.id, row.state.not_in((LIVE, REMOVED)))
            await session.execute(delete(row).where(*earlier, row.state.not_like(_before("%"))))
            await _put(session, text, token, by, self._app.now())

    async def add(self, by: Member, slug: Slug, token: str, before: str = "") -> Book:
        """Put a draft in use, in place of the book with the digest `before`; without it, as a new one.

        Raises ClubBookProblem where somebody else has added or changed the book meanwhile.
        """
        async with self._changing(by.club) as session:
            text = await _read(session, slug, token)
            now = await session.scalar(select(ClubBookRow.digest).where(*_of(slug, LIVE)))
            if (now or "") != before and now != text.digest:
                raise ClubBookProblem(
                    "Somebody has changed that book meanwhile. Look at it with /book sources, and change it from there."
                    if before
                    else "Your club has that book already. You can change it with /book add."
                )
            await self._fits(session, by.club, text)
            at = self._app.now()
            await session.execute(update(ClubBookRow).where(*_of(slug, LIVE)).values(state=_before(token), at=at))
            moved = {"state": LIVE, "at": at, "added_by": by.id}
            await session.execute(update(ClubBookRow).where(*_of(slug, token)).values(moved))
            if now:
                earlier = await _read(session, slug, _before(token))
                await _move_along(session, by.club, slug, earlier.marks, text.marks)
        return self._library.books[slug]

    async def undo(self, by: Member, slug: Slug, token: str, added: str) -> None:
        """Undo the adding of a draft with the digest `added`: the book is as it was before, or gone.

        Raises ClubBookProblem where it was changed since.
        """
        async with self._database.reading() as session:
            earlier = await session.scalar(select(ClubBookRow.slug).where(*_of(slug, _before(token))))
            now = await session.scalar(select(ClubBookRow.digest).where(*_of(slug, LIVE)))
        if now != added:
            raise ClubBookProblem("The book has been changed since, so I leave it as it is. See /book sources.")
        if earlier is None:
            await self.remove(by, slug)
        else:
            await self.add(by, slug, _before(token), added)

    async def remove(self, by: Member, slug: Slug) -> None:
        """Remove a book; for a day it can be put back. Raises ClubBookProblem where it is not there any more."""
        async with self._changing(by.club) as session:
            await session.execute(delete(ClubBookRow).where(*_of(slug, REMOVED), ClubBookRow.club == by.club))
            if not await self._turn(session, by.club, slug, LIVE, REMOVED):
                raise ClubBookProblem("That book is not one that your club has added, so there is nothing to remove.")

    async def put_back(self, by: Member, slug: Slug) -> Book:
        """Undo a removal. Raises ClubBookProblem where the book was added again since, or has been deleted."""
        async with self._changing(by.club) as session:
            if await session.scalar(select(ClubBookRow.slug).where(*_of(slug, LIVE))):
                raise ClubBookProblem("That book has been added again since.")
            if not await self._turn(session, by.club, slug, REMOVED, LIVE):
                raise ClubBookProblem("It is too late to undo that: a removed book is deleted after a day.")
            await self._fits(session, by.club, await _read(session, slug, LIVE))
        return self._library.books[slug]

    @contextlib.asynccontextmanager
    async def _changing(self, club: int) -> AsyncIterator[AsyncSession]:
        """Change books of a club with nobody else between, and let the running library follow."""
        async with self._database.writing() as session:
            await lock_club(session, club)
            yield session
        await self.follow()

    async def _turn(self, session: AsyncSession, club: int, slug: Slug, before: str, after: str) -> bool:
        """Bring a club's book from one state into another; return whether it was there."""
        turned = update(ClubBookRow).where(*_of(slug, before), ClubBookRow.club == club)
        turned = turned.values(state=after, at=self._app.now())
        return await session.scalar(turned.returning(ClubBookRow.slug)) is not None

    async def look(self) -> None:
        """Take over what other processes have changed."""
        if await self._live() != self._seen:
            await self.follow()

    async def follow(self) -> None:
        """Load clubs' books from the database into the library, then update the vector store in the background."""
        async with self._following:
            seen = await self._live()
            await self._forget_old()
            known, homes = {}, {}
            for slug, (club, digest) in seen.items():
                if self._known.get(slug) == digest:
                    known[slug] = digest
                elif home := await self._written(club, slug, digest):
                    known[slug], homes[home] = home.parent.name, club_name(club)
            gone = self._known.keys() - known.keys()
            left_over = self._first and self._data is not None and (self._data / FOLDER).exists()
            self._seen, self._first = seen, False
            if gone or homes or left_over:
                for problem in await self._app.workers.do(lambda: self._library.change(homes, gone)):
                    log.warning("%s", problem)
                self._outdated |= {*self._known.values()} - {*known.values()}
                self._known = known
                self._request_index()

    @property
    def progress(self) -> int:
        """How much of the text that is being read is read, from 1 to 99 percent; 0 where nothing is being read."""
        if self._index is None or self._index.done():
            return 0
        return min(99, max(1, 100 * self.was_read // max(1, self.to_read)))

    async def indexed(self) -> None:
        """Wait until the vector store has what the database had when this was called."""
        if self._index is not None:
            await asyncio.shield(self._index)

    async def close(self) -> None:
        """Stop updating the vector store; the next start continues."""
        if self._index is not None:
            self._index.cancel()
            await asyncio.gather(self._index, return_exceptions=True)

    async def _live(self) -> dict[Slug, tuple[int, str]]:
        """Return the club and the digest of every book in use."""
        row = ClubBookRow
        async with self._database.reading() as session:
            found = await session.execute(select(row.slug, row.club, row.digest).where(row.state == LIVE))
            return {slug: (club, digest) for slug, club, digest in found}

    async def _forget_old(self) -> None:
        """Delete drafts that nobody confirmed, and removed books that nobody can put back any more."""
        row, now = ClubBookRow, self._app.now()
        old = (row.state != LIVE) & (row.at < now - DRAFT_LASTS)
        removed = (row.state == REMOVED) & (row.at < now - UNDONE_WITHIN)
        async with self._database.writing() as session:
            await session.execute(delete(row).where(old | removed))

    async def _fits(self, session: AsyncSession, club: int, text: BookText) -> None:
        """See whether a club has room for a book. Raises ClubBookProblem."""
        row = ClubBookRow
        others = select(func.count(), func.sum(row.size)).where(row.club == club, row.state == LIVE)
        count, size = (await session.execute(others.where(row.slug != text.slug))).one()
        if count >= MOST_BOOKS:
            raise ClubBookProblem(
                f"A club can have {MOST_BOOKS} books of its own. Remove one that you have finished with /book remove."
            )
        if (size or 0) + text.size > MOST_BYTES:
            raise ClubBookProblem(
                f"A club’s books can hold {MOST_BYTES // 1_000_000} MB of text together, and this would be more. "
                "Remove something that you no longer need, with /book sources or /book remove."
            )

    def book_of(self, club: int, text: BookText) -> Book:
        """Return a club's book as its text says it. This blocks. Raises LibraryProblem."""
        with tempfile.TemporaryDirectory(prefix="dogear-") as folder:
            return read_book(text.write(Path(folder)), [], club_name(club))

    async def _written(self, club: int, slug: Slug, digest: str) -> Path | None:
        """Return the folder of a book, which is written where it is not there; None where the book is gone by now."""
        folder = self._folder() / str(club)
        home = folder / digest / slug
        if await self._app.workers.do(home.exists):
            return home
        text = await self.current(slug)
        return None if text is None else await self._app.workers.do(lambda: text.write(folder))

    def _folder(self) -> Path:
        if self._data is None:  # a library without a data folder
            self._data = Path(tempfile.mkdtemp(prefix="dogear-"))
        return self._data / FOLDER

    def _request_index(self) -> None:
        self._changed, self.was_read, self.to_read = True, 0, 0
        if self._index is None or self._index.done():
            self._index = asyncio.create_task(self._indexing())

    async def _indexing(self) -> None:
        """Update the vector store from the library; if that fails, try again."""
        while self._changed:
            self._changed = False
            async for attempt in AsyncRetrying(
                retry=retry_if_exception_type(Exception), wait=wait_exponential(2, 60),
                before_sleep=lambda state: log.warning(
                    "a club’s book is not in the vector store yet: %s", state.outcome and state.outcome.exception()
                ),
            ):  # fmt: skip
                with attempt:
                    await in_daemon_thread(self._bring_in_line)
                    await self._app.get(Reviews).reconcile()

    def _note_read(self, done: int, whole: int) -> None:
        self.was_read, self.to_read = done, whole

    def _bring_in_line(self) -> None:
        known = dict(self._known)
        retriever = self._app.discussion.retriever
        retriever.keep_books_of_clubs(known.keys())
        retriever.refresh(self._note_read)
        for folder in self._folder().glob("*/*"):  # others are of processes that may be a step ahead
            if folder.name in self._outdated - set(self._known.values()):
                shutil.rmtree(folder, ignore_errors=True)


async def every_book(database: Sessions) -> list[BookText]:
    """Return the books of all clubs that are in use."""
    query = select(ClubBookRow.slug).where(ClubBookRow.state == LIVE).order_by(ClubBookRow.slug)
    async with database.reading() as session:
        return [await _read(session, slug, LIVE) for slug in list(await session.scalars(query))]


def _before(token: str) -> str:
    """Return the state of what a draft has replaced, as long as that can be undone."""
    return f"{token}-before"


def _of(slug: Slug, state: str) -> tuple[ColumnElement[bool], ...]:
    return ClubBookRow.slug == slug, ClubBookRow.state == state


async def _read(session: AsyncSession, slug: Slug, state: str) -> BookText:
    toml = await session.scalar(select(ClubBookRow.toml).where(*_of(slug, state)))
    if toml is None:
        raise ClubBookProblem("That book is not there any more. Start again with /book add.")
    row = ClubDocumentRow
    found = await session.execute(select(row.name, row.text).where(row.slug == slug, row.state == state))
    return BookText(slug, toml, {each.name: each.text for each in found})


async def _move_along(session: AsyncSession, club: int, slug: Slug, before: int, after: int) -> None:
    """Move what the texts of members need along by share, rounded up, where a book has another number of marks now.

    Positions and ceilings need no moving: they are kept with the number that they are out of (`Reached`).
    """
    if before == after:
        return

    def moved(marks: int) -> int:
        return -(-marks * after // before)

    for mapper in Base.registry.mappers:
        columns = mapper.columns.keys()
        if not {"club", "needs"} <= set(columns):
            continue
        for row in await session.scalars(select(mapper.class_).where(mapper.columns["club"] == club)):
            if row.needs and slug in row.needs.marks:
                row.needs = Reveals.of({**row.needs.marks, slug: moved(row.needs.marks[slug])})
            for name in {"said", "mark"}.intersection(columns):
                if row.book == slug and (marks := getattr(row, name)) is not None:
                    setattr(row, name, moved(marks))


async def _put(session: AsyncSession, text: BookText, state: str, by: Member, at: dt.datetime) -> None:
    """Write a book in a state, in place of what was there."""
    await session.execute(delete(ClubBookRow).where(*_of(text.slug, state)))
    session.add(
        ClubBookRow(
            slug=text.slug, state=state, club=by.club, toml=text.toml, digest=text.digest, size=text.size,
            added_by=by.id, at=at,
        )
    )  # fmt: skip
    await session.flush()
    session.add_all(
        ClubDocumentRow(slug=text.slug, state=state, name=name, text=words) for name, words in text.documents.items()
    )
    await session.flush()
