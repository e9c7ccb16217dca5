"""Reviews on their way: what is typed and not yet kept, and what is deleted and can still be put back."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from typing import Self

from bot.club.review_records import Review
from corpus.books import Book, Reveals
from corpus.positions import describe_position

GONE = "review-gone"
"""What is kept of a deleted review, to put it back."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody types as a review: stars, a text, and how far it reveals, in their own words."""

    stars: str = ""
    text: str = ""
    said: str = ""

    @classmethod
    def begun(cls, book: Book, earlier: Review | None, marks: int) -> Self:
        """Return what stands in the fields at first: the earlier review, or where its author is in the book."""
        if earlier is None:
            return cls(said=describe_position(marks, book))
        return cls(str(earlier.stars or ""), earlier.text, describe_position(min(earlier.said, book.marks), book))

    def written(self) -> str:
        """Return the draft as text that can be kept."""
        return json.dumps([self.stars, self.text, self.said], ensure_ascii=False)

    @classmethod
    def read(cls, text: str) -> Self:
        """Return a draft that was kept as text."""
        return cls(*json.loads(text))


def written_review(review: Review) -> str:
    """Return a deleted review as text that can be kept until it is put back."""
    edited = review.edited.isoformat() if review.edited else None
    fields = [review.stars, review.text, review.said, dict(review.needs.marks), review.written.isoformat(), edited]
    return json.dumps([review.club, review.member, review.book, *fields], ensure_ascii=False)


def read_review(text: str) -> Review:
    """Return a deleted review that was kept as text."""
    club, member, book, stars, words, said, needs, written, edited = json.loads(text)
    return Review(
        0, club, member, book, stars, words, said, Reveals.of(needs),
        dt.datetime.fromisoformat(written), dt.datetime.fromisoformat(edited) if edited else None,
    )  # fmt: skip
