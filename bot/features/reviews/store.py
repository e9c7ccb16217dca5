"""Members' reviews: in the database first, then in the club's own part of the vector store; the database decides."""

import datetime as dt
import logging
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, Self

from pydantic import TypeAdapter
from sqlalchemy import Index, UniqueConstraint, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.app import App
from bot.db.base import BIG_KEY, Base, OfMember, Personal, belongs_to_member, note_member
from bot.db.sessions import Sessions
from bot.people import NO_CLUB, Member, Shards, club_name
from bot.processes import of_shards
from corpus.books import Book, Reveals, Slug
from corpus.errors import DogearError
from corpus.passages import ClubText
from corpus.positions import parse_position
from retrieval.gate import Audience
from retrieval.types import StoreUnavailable

log = logging.getLogger(__name__)

GONE = "review-gone"  # what is kept of a deleted review, to put it back

_KEPT = TypeAdapter(tuple[int, int, Slug, int | None, str, int, dict[Slug, int], dt.datetime, dt.datetime | None])


class ReviewProblem(DogearError):
    """A review cannot be kept as it is written, or there is none."""


class Review(OfMember, Base):
    """A member's review: `said` is how far it reveals by its author's word, `needs` what its readers need.

    Its id is never given out again: a button may still name it.
    """

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

    @property
    def at(self) -> dt.datetime:
        """When it got its words."""
        return self.edited or self.written

    def in_store(self) -> ClubText:
        """Return the review as the vector store keeps it."""
        club, text_id = str(self.club), str(self.id)
        return ClubText(club, text_id, self.book, self.text, self.needs, self.stars, self.at.date())

    def dump(self) -> str:
        """Return a deleted review as text that can be kept until it is put back."""
        said = (self.club, self.member, self.book, self.stars, self.text, self.said, dict(self.needs.marks))
        return _KEPT.dump_json((*said, self.written, self.edited)).decode()

    @classmethod
    def load(cls, text: str) -> Self:
        """Return a deleted review that was kept as text."""
        names = ("club", "member", "book", "stars", "text", "said", "needs", "written", "edited")
        values: dict[str, Any] = dict(zip(names, _KEPT.validate_json(text), strict=True))
        return cls(**values | {"needs": Reveals.of(values["needs"])})


class Reviews:
    """Members' reviews: one by each member of each book."""

    def __init__(self, app: App) -> None:
        self._database, self._books, self._workers, self._now = app.database, app.books, app.workers, app.now
        self._texts, self._behind, self._shards = app.discussion.retriever, app.store_behind, app.shards

    async def write(self, member: Member, book: Book, stars: int | None, text: str, said: str) -> Review:
        """Keep a member's review of a book, in place of their earlier one. Raises ReviewProblem or PositionError.

        It needs readers as far as its author says, and further where its text matches later pages: better too late
        than too early. Its author is not told which: they may only be guessing at what is to come.
        """
        self.check(member)
        text = "\n".join(" ".join(line.split()) for line in text.splitlines() if line.strip())
        if not text and stars is None:
            raise ReviewProblem("The review is empty. Give stars, a text, or both.")
        marks, club = parse_position(said, book), club_name(member.club)
        placed = [await self._workers.do(lambda: self._texts.place(text, [book.slug], club))] if text else []
        needs = Reveals.of({book.slug: marks}).joined(placed)
        return await self._keep(
            Review(
                club=member.club, member=member.id, book=book.slug, stars=stars, text=text, said=marks, needs=needs,
                written=self._now(), edited=None,
            )
        )  # fmt: skip

    def check(self, member: Member) -> None:
        """Raise ReviewProblem where somebody has no club whose readers a review could be for."""
        if member.club == NO_CLUB:
            raise ReviewProblem("Reviews belong to a club. Write yours in your club’s server.")

    async def mine(self, member: Member, book: Book) -> Review | None:
        """Return a member's own review of a book."""
        async with self._database.reading() as session:
            return await _of(session, member.club, member.id, book.slug)

    async def needed(self, member: Member, book: Book) -> Review:
        """Return a member's own review of a book. Raises ReviewProblem where there is none."""
        return _there(await self.mine(member, book), book)

    async def read(self, member: Member, book: Book, audience: Audience) -> list[Review]:
        """Return the club's reviews that an audience may read, and the member's own however far it was placed."""
        query = select(Review).filter_by(club=member.club, book=book.slug).order_by(Review.written.desc(), Review.id)
        async with self._database.reading() as session:
            every = (await session.scalars(query)).all()
        return [review for review in every if review.member == member.id or audience.may_see(review.needs)]

    async def stars(self, club: int) -> dict[Slug, tuple[float, int]]:
        """Return for each book that a club has reviewed the mean of its stars, and how many gave some."""
        rated = select(Review.book, func.avg(Review.stars), func.count(Review.stars)).where(Review.club == club)
        async with self._database.reading() as session:
            rows = await session.execute(rated.group_by(Review.book))
            return {book: (float(mean or 0), number) for book, mean, number in rows}

    async def delete(self, member: Member, book: Book) -> Review:
        """Delete a member's own review of a book, and return what it was. Raises ReviewProblem."""
        async with self._database.writing() as session:
            review = _there(await _of(session, member.club, member.id, book.slug), book)
            await session.delete(review)
        await self.gone([review])
        return review

    async def put_back(self, review: Review) -> Review:
        """Keep a deleted review again. Raises ReviewProblem where its author has written another one since."""
        return await self._keep(review, instead=False)

    async def gone(self, reviews: Iterable[Review]) -> None:
        """Remove deleted reviews from the vector store."""
        for review in reviews:
            await self._change(partial(self._texts.drop, str(review.club), str(review.id)))

    async def reconcile(self) -> int:
        """Bring the vector store in line with the database, as at a start; return how many texts were changed."""
        since = await self._workers.do(self._texts.moment)  # first: what comes after it is no part of the records
        every = await every_review(self._database, self._shards)
        texts = [review.in_store() for review in every if self._indexed(review)]
        return await self._workers.do(
            lambda: self._texts.reconcile(texts, since, lambda club: self._shards.holds(int(club)))
        )

    async def version(self) -> tuple[object, ...]:
        """Return a value that is another one after any process wrote, edited or deleted a review."""
        query = select(func.count(), func.sum(Review.id), func.max(Review.edited))
        async with self._database.reading() as session:
            return tuple((await session.execute(query)).one())

    async def _keep(self, review: Review, *, instead: bool = True) -> Review:
        async with self._database.writing() as session:
            kept = await save(session, review, instead=instead)
        if self._indexed(kept):
            await self._change(lambda: self._texts.keep(kept.in_store()))
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
    query = select(Review).order_by(Review.id)
    mine = None if shards.direct else of_shards(Review.club, shards)
    async with database.reading() as session:
        return list(await session.scalars(query if mine is None else query.where(mine)))


async def save(session: AsyncSession, review: Review, *, instead: bool = True) -> Review:
    """Keep a review, and return it with its id. Raises ReviewProblem where there is one that it may not replace.

    An earlier one keeps its id and its day of writing; it was edited when the new one says, or was written.
    """
    await note_member(session, review.club, review.member)
    earlier = await _of(session, review.club, review.member, review.book)
    if earlier is None:
        session.add(review)
        await session.flush()
        return review
    if not instead:
        raise ReviewProblem("You have written a new review of that book since, so I’ve kept that one.")
    earlier.edited, earlier.needs = review.at, review.needs
    earlier.stars, earlier.text, earlier.said = review.stars, review.text, review.said
    return earlier


async def _of(session: AsyncSession, club: int, member: int, book: Slug) -> Review | None:
    return await session.scalar(select(Review).filter_by(club=club, member=member, book=book))


def _there(review: Review | None, book: Book) -> Review:
    if review is None:
        raise ReviewProblem(f"You haven’t reviewed {book.title} yet. You can from its card: /book show.")
    return review
