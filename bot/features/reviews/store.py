"""Members' reviews."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import Index, Select, UniqueConstraint, delete, func, select
from sqlalchemy.orm import Mapped, mapped_column

from bot.db.base import BIG_KEY, Base, OfMember, Personal, Sessions, belongs_to_member, note_member
from bot.people import Member, Shards
from bot.processes import of_shards
from corpus.books import Reveals, Slug


@dataclass(frozen=True, slots=True)
class Review:
    """A member's review: `said` is how far it reveals by its author's word, `needs` what its readers need."""

    id: int
    club: int
    member: int
    book: Slug
    stars: int | None
    text: str
    said: int
    needs: Reveals
    written: dt.datetime
    edited: dt.datetime | None = None


# Conversation


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


class StoredReviews:
    """Members' reviews: one by each member of each book."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def by(self, member: Member) -> list[Review]:
        """Return a member's reviews, the latest first."""
        query = select(ReviewRow).where(ReviewRow.club == member.club, ReviewRow.member == member.id)
        return await self._found(query.order_by(ReviewRow.written.desc(), ReviewRow.id.desc()))

    async def of_book(self, club: int, book: Slug) -> list[Review]:
        """Return a club's reviews of a book, the latest first."""
        query = select(ReviewRow).where(ReviewRow.club == club, ReviewRow.book == book)
        return await self._found(query.order_by(ReviewRow.written.desc(), ReviewRow.id.desc()))

    async def every(self, shards: Shards) -> list[Review]:
        """Return the reviews of the shards' clubs, or of all where direct messages come here, too."""
        query = select(ReviewRow).order_by(ReviewRow.id)
        mine = None if shards.direct else of_shards(ReviewRow.club, shards)
        return await self._found(query if mine is None else query.where(mine))

    async def version(self) -> tuple[object, ...]:
        """Return a value that is another one after any review was written, edited or deleted."""
        row = ReviewRow
        ids, texts = (func.count(), func.max(row.id), func.sum(row.id)), (func.sum(func.length(row.text)),)
        query = select(*ids, *texts, func.max(row.written), func.max(row.edited))
        async with self._sessions.reading() as session:
            return tuple((await session.execute(query)).one())

    async def save(self, review: Review) -> Review:
        """Keep a review in place of its author's earlier one of that book, and return it with its id.

        An earlier one keeps its id and its day of writing; it was edited when the new one says, or was written.
        """
        mine = select(ReviewRow).where(
            ReviewRow.club == review.club, ReviewRow.member == review.member, ReviewRow.book == review.book
        )
        async with self._sessions.writing() as session:
            await note_member(session, review.club, review.member)
            row = await session.scalar(mine)
            if row is None:
                row = ReviewRow(club=review.club, member=review.member, book=review.book)
                row.written, row.edited = review.written, review.edited
                session.add(row)
            else:
                row.edited = review.edited or review.written
            row.stars, row.text, row.said, row.needs = review.stars, review.text, review.said, review.needs
            await session.flush()
            return as_review(row)

    async def delete(self, club: int, review_id: int) -> bool:
        """Delete a review; return whether there was one."""
        away = delete(ReviewRow).where(ReviewRow.club == club, ReviewRow.id == review_id)
        async with self._sessions.writing() as session:
            return await session.scalar(away.returning(ReviewRow.id)) is not None

    async def _found(self, query: Select[ReviewRow]) -> list[Review]:
        async with self._sessions.reading() as session:
            return [as_review(row) for row in await session.scalars(query)]


def as_review(row: ReviewRow) -> Review:
    """Return the review that a row holds."""
    return Review(
        id=row.id,
        club=row.club,
        member=row.member,
        book=row.book,
        stars=row.stars,
        text=row.text,
        said=row.said,
        needs=row.needs,
        written=row.written,
        edited=row.edited,
    )
