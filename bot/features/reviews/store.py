"""Members' reviews: in the database first, then in the club's own part of the vector store; the database decides."""

import datetime as dt
import logging
from collections.abc import Callable, Iterable

from sqlalchemy import ColumnElement, Index, UniqueConstraint, delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.app import App
from bot.db.base import BIG_KEY, Base, OfMember, Personal, belongs_to_member, note_member
from bot.db.sessions import Sessions
from bot.features.reviews.rules import MAX_TEXT, ClubTexts, Review, ReviewProblem, Wanted, club_text, stars_of, tidied
from bot.people import NO_CLUB, Member, Shards, club_name
from bot.processes import of_shards
from corpus.books import Book, Reveals, Slug
from corpus.positions import parse_position
from retrieval.gate import Audience
from retrieval.types import StoreUnavailable

log = logging.getLogger(__name__)


class ReviewRow(OfMember, Base):
    """A member's review. Its id is never given out again: a button may still name it."""

    personal = (Personal("reviews", "reviews", hidden=("needs",)),)

    __tablename__ = "reviews"
    __table_args__ = (
        UniqueConstraint("club", "member", "book"),
        Index(None, "club", "book"),
        belongs_to_member(),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(BIG_KEY, primary_key=True)
    book: Mapped[str]
    stars: Mapped[int | None]
    text: Mapped[str]
    said: Mapped[int]
    needs: Mapped[Reveals]
    written: Mapped[dt.datetime]
    edited: Mapped[dt.datetime | None]


class Reviews:
    """Members' reviews: one by each member of each book."""

    def __init__(self, app: App) -> None:
        self._database, self._books, self._workers, self._now = app.database, app.books, app.workers, app.now
        self._texts: ClubTexts = app.discussion.retriever
        self._behind, self._shards = app.store_behind, app.shards

    async def write(self, member: Member, book: Book, stars: str, text: str, said: str) -> Review:
        """Keep a member's review of a book, in place of their earlier one. Raises ReviewProblem or PositionError.

        It needs readers as far as its author says, and further where its text matches later pages: better too late
        than too early. Its author is not told which: they may only be guessing at what is to come.
        """
        self.check(member)
        text, given = tidied(text), stars_of(stars)
        if not text and given is None:
            raise ReviewProblem("The review is empty. Give stars, a text, or both.")
        if len(text) > MAX_TEXT:
            raise ReviewProblem(f"A review can have at most {MAX_TEXT:,} characters. Please shorten it.")
        marks = parse_position(said, book)
        placed = (
            await self._workers.do(lambda: self._texts.place(text, [book.slug], club_name(member.club)))
            if text
            else Reveals()
        )
        needs = Reveals.of({book.slug: marks}).joined([placed])
        return await self._keep(Review(0, member.club, member.id, book.slug, given, text, marks, needs, self._now()))

    def check(self, member: Member) -> None:
        """Raise ReviewProblem where somebody has no club whose readers a review could be for."""
        if member.club == NO_CLUB:
            raise ReviewProblem("Reviews belong to a club. Write yours in your club’s server.")

    async def mine(self, member: Member, book: Book) -> Review | None:
        """Return a member's own review of a book."""
        async with self._database.reading() as session:
            row = await session.scalar(select(ReviewRow).where(*_of(member.club, member.id, book.slug)))
            return None if row is None else as_review(row)

    async def needed(self, member: Member, book: Book) -> Review:
        """Return a member's own review of a book. Raises ReviewProblem where there is none."""
        return _there(await self.mine(member, book), book)

    async def read(self, club: int, book: Book, audience: Audience, wanted: Wanted = Wanted()) -> list[Review]:
        """Return the club's reviews that an audience may read, the latest first."""
        query = select(ReviewRow).where(ReviewRow.club == club, ReviewRow.book == book.slug)
        async with self._database.reading() as session:
            rows = await session.scalars(query.order_by(ReviewRow.written.desc(), ReviewRow.id.desc()))
            return [
                review
                for review in map(as_review, rows)
                if club != NO_CLUB
                and audience.may_see(review.needs)
                and wanted.allows(review.stars, review.edited or review.written)
            ]

    async def delete(self, member: Member, book: Book) -> Review:
        """Delete a member's own review of a book, and return what it was. Raises ReviewProblem."""
        away = delete(ReviewRow).where(*_of(member.club, member.id, book.slug)).returning(ReviewRow)
        async with self._database.writing() as session:
            row = await session.scalar(away)
            review = _there(None if row is None else as_review(row), book)
        await self.gone([review])
        return review

    async def put_back(self, review: Review) -> Review:
        """Keep a deleted review again. Raises ReviewProblem where its author has written another one since."""
        return await self._keep(review, instead=False)

    async def gone(self, reviews: Iterable[Review]) -> None:
        """Remove deleted reviews from the vector store."""
        for review in reviews:
            club, text_id = str(review.club), str(review.id)
            await self._change(lambda club=club, text_id=text_id: self._texts.drop(club, text_id))  # type: ignore[misc]

    async def reconcile(self) -> int:
        """Bring the vector store in line with the database, as at a start; return how many texts were changed."""
        since = await self._workers.do(self._texts.moment)  # first: what comes after it is no part of the records
        every = await every_review(self._database, self._shards)
        texts = [club_text(review) for review in every if self._indexed(review)]
        return await self._workers.do(
            lambda: self._texts.reconcile(texts, since, lambda club: self._shards.holds(int(club)))
        )

    async def version(self) -> tuple[object, ...]:
        """Return a value that is another one after any process wrote, edited or deleted a review."""
        row = ReviewRow
        ids, texts = (func.count(), func.max(row.id), func.sum(row.id)), (func.sum(func.length(row.text)),)
        query = select(*ids, *texts, func.max(row.written), func.max(row.edited))
        async with self._database.reading() as session:
            return tuple((await session.execute(query)).one())

    async def _keep(self, review: Review, *, instead: bool = True) -> Review:
        async with self._database.writing() as session:
            kept = await save(session, review, instead=instead)
        if self._indexed(kept):
            await self._change(lambda: self._texts.keep(club_text(kept)))
        else:
            await self.gone([kept])
        return kept

    async def _change(self, change: Callable[[], None]) -> None:
        """Change the vector store as the database was changed; where it cannot be, that is made up for once it can.

        A text that was to go is out of sight at once, whatever the store can do.
        """
        try:
            await self._workers.do(change)
        except StoreUnavailable as error:
            log.error("%s A review is kept, or gone, all the same; the store is brought in line with it.", error)
            self._behind()

    def _indexed(self, review: Review) -> bool:
        return bool(review.text) and review.book in self._books


async def every_review(database: Sessions, shards: Shards) -> list[Review]:
    """Return the reviews of the shards' clubs, or of all where direct messages come here, too."""
    query = select(ReviewRow).order_by(ReviewRow.id)
    mine = None if shards.direct else of_shards(ReviewRow.club, shards)
    async with database.reading() as session:
        return [as_review(row) for row in await session.scalars(query if mine is None else query.where(mine))]


async def save(session: AsyncSession, review: Review, *, instead: bool = True) -> Review:
    """Keep a review, and return it with its id. Raises ReviewProblem where there is one that it may not replace.

    An earlier one keeps its id and its day of writing; it was edited when the new one says, or was written.
    """
    await note_member(session, review.club, review.member)
    row = await session.scalar(select(ReviewRow).where(*_of(review.club, review.member, review.book)))
    if row is None:
        row = ReviewRow(club=review.club, member=review.member, book=review.book)
        row.written, row.edited = review.written, review.edited
        session.add(row)
    elif instead:
        row.edited = review.edited or review.written
    else:
        raise ReviewProblem("You have written a new review of that book since, so I’ve kept that one.")
    row.stars, row.text, row.said, row.needs = review.stars, review.text, review.said, review.needs
    await session.flush()
    return as_review(row)


def _of(club: int, member: int, book: Slug) -> tuple[ColumnElement[bool], ...]:
    return ReviewRow.club == club, ReviewRow.member == member, ReviewRow.book == book


def _there(review: Review | None, book: Book) -> Review:
    if review is None:
        raise ReviewProblem(f"You haven’t reviewed {book.title} yet. You can with /review write.")
    return review


def as_review(row: ReviewRow) -> Review:
    """Return the review that a row holds."""
    return Review(
        row.id, row.club, row.member, row.book, row.stars, row.text, row.said, row.needs, row.written, row.edited
    )
