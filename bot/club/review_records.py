"""What is asked of whoever keeps reviews."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Protocol

from bot.club.people import Member
from bot.club.shards import Shards
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


class ReviewRecords(Protocol):
    """Members' reviews: one by each member of each book."""

    async def by(self, member: Member) -> list[Review]:
        """Return a member's reviews, the latest first."""
        ...

    async def of_book(self, club: int, book: Slug) -> list[Review]:
        """Return a club's reviews of a book, the latest first."""
        ...

    async def save(self, review: Review) -> Review:
        """Keep a review in place of its author's earlier one of that book, and return it with its id.

        `id` is 0 in a new one; an earlier review keeps its id and its day of writing.
        """
        ...

    async def delete(self, club: int, review_id: int) -> bool:
        """Delete a review; return whether there was one."""
        ...

    async def every(self, shards: Shards) -> list[Review]:
        """Return the reviews that a process keeps in its vector store: of its shards' clubs.

        They are those of every club where direct messages come here, too, as these may be about any.
        """
        ...

    async def version(self) -> tuple[object, ...]:
        """Return a value that is another one after any review was written, edited or deleted."""
        ...


# Conversation
