"""What members of one club wrote of a book, and cutting it into passages that are that club's alone."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import unicodedata
from collections import Counter
from dataclasses import dataclass

from corpus.passages import Passage, pieces
from corpus.reveals import Reveals, Slug

AFTER_THE_LIBRARY = 1 << 33
"""Groups of club texts start here; a book of the library has a few hundred."""

PASSAGES_A_GROUP = 1 << 16
"""Numbers between the orders of two groups: more passages than the longest review has."""


@dataclass(frozen=True, slots=True)
class ClubText:
    """A member's review as retrieval needs it: whose club it is of, what it says, and how far readers must be.

    `club` and `id` name it for good; `explicit` texts are for adults alone. Who wrote it is no part of it.
    """

    club: str
    id: str
    book: Slug
    text: str
    reveals: Reveals
    rating: int | None = None
    date: dt.date | None = None
    explicit: bool = False

    def __post_init__(self) -> None:
        """Refuse a text of no club: everybody would see it."""
        if not self.club:
            raise ValueError("a club text belongs to a club")

    @property
    def fingerprint(self) -> str:
        """Return a digest of all that the text holds: it changes when any of it does."""
        date = self.date.isoformat() if self.date else None
        marks = sorted(self.reveals.marks.items())
        return _digest(self.club, self.id, self.book, self.text, marks, self.rating, date, self.explicit)[:24]


def cut_review(review: ClubText) -> list[Passage]:
    """Cut a member's review into passages; they come after the library's, and each review is a stretch of its own.

    Ids are made of club, review and words. They are longer than a library's, so none is ever both.
    """
    group = AFTER_THE_LIBRARY + int(_digest(review.club, review.id)[:8], 16)
    seen: Counter[str] = Counter()
    found: list[Passage] = []
    for number, piece in enumerate(pieces(_clean(line) for line in review.text.splitlines())):
        key = f"club/{_digest(review.club, review.id, *piece)}"
        seen[key] += 1
        found.append(
            Passage(
                id=f"{key}-{seen[key]}" if seen[key] > 1 else key,
                book=review.book,
                kind="review",
                document=f"review-{review.id}",
                sentences=piece,
                reveals=review.reveals,
                inferred=False,
                order=group * PASSAGES_A_GROUP + number,
                group=group,
                rating=review.rating,
                date=review.date,
                explicit=review.explicit,
                club=review.club,
            )
        )
    return found


def _clean(line: str) -> str:
    """Return a line without what no store keeps: control characters, and halves of characters."""
    return "".join(" " if unicodedata.category(sign) in ("Cc", "Cs") else sign for sign in line)


def _digest(*parts: object) -> str:
    return hashlib.sha256(json.dumps(parts).encode("ascii")).hexdigest()
