"""Reading reviews: the library's and the club's own together, as far as their reader has read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from bot.club.people import Member, Place
from bot.club.review_records import Review
from bot.club.reviews import Wanted
from bot.club.services import Services
from corpus.books import Book
from corpus.passages import Passage

SINCE = {"week": 7, "month": 31, "year": 366}
"""Days that a review may be old."""


@dataclass(frozen=True, slots=True)
class ReadReview:
    """A review as somebody reads it; `member` wrote it, or a reader outside of the club where that is None."""

    stars: int | None
    text: str
    at: dt.datetime | None = None
    likes: int = 0
    member: int | None = None
    own: bool = False


def wanted(stars: int, since: str, now: dt.datetime) -> Wanted:
    """Return which reviews are wanted: of at least so many stars, and of the last week, month, year, or any day."""
    days = SINCE.get(since)
    return Wanted(stars, now - dt.timedelta(days=days) if days else None)


async def reviews_for(services: Services, member: Member, place: Place, book: Book, which: Wanted) -> list[ReadReview]:
    """Return the reviews that a member may read in private: their own first, then the latest first.

    Their own is always among them, however far its text was placed: they wrote it.
    """
    audience = await services.audiences.private(member, place)
    club = await services.reviews.read(member.club, book, audience, which)
    told = await services.workers.do(lambda: services.discussion.texts(book.slug, audience, "review"))
    mine = await services.reviews.mine(member, book)
    own = [_read(mine, own=True)] if mine and which.allows(mine.stars, mine.edited or mine.written) else []
    others = [_read(review) for review in club if review.member != member.id]
    found = [*others, *(review for review in _from_library(told) if which.allows(review.stars, review.at))]
    return own + sorted(found, key=_newest_first)


def _read(review: Review, *, own: bool = False) -> ReadReview:
    return ReadReview(review.stars, review.text, review.edited or review.written, member=review.member, own=own)


def _from_library(passages: Iterable[Passage]) -> Iterator[ReadReview]:
    """Yield the library's reviews: what may be seen of one stands together."""
    in_order = sorted(passages, key=lambda passage: passage.order)
    for _, group in groupby(in_order, key=lambda passage: (passage.document, passage.group)):
        parts = list(group)
        first = parts[0]
        at = dt.datetime.combine(first.date, dt.time(), dt.UTC) if first.date else None
        yield ReadReview(first.rating, " ".join(part.text for part in parts), at, first.likes)


def _newest_first(review: ReadReview) -> float:
    return -review.at.timestamp() if review.at else float("inf")
