"""Members' reviews: stars, a text, and how far it reveals; kept in the club's own part of the vector store, too."""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol, Self

from pydantic import TypeAdapter

from corpus.books import Book, Reveals, Slug
from corpus.errors import DogearError
from corpus.passages import ClubText
from corpus.positions import describe_position

GONE = "review-gone"
"""What is kept of a deleted review, to put it back."""

_DRAFT = TypeAdapter(tuple[str, str, str])
_REVIEW = TypeAdapter(tuple[int, int, Slug, int | None, str, int, dict[Slug, int], dt.datetime, dt.datetime | None])


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


@dataclass(frozen=True, slots=True)
class ReviewDraft:
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
        return _DRAFT.dump_json((self.stars, self.text, self.said)).decode()

    @classmethod
    def read(cls, text: str) -> Self:
        """Return a draft that was kept as text."""
        return cls(*_DRAFT.validate_json(text))


def written_review(review: Review) -> str:
    """Return a deleted review as text that can be kept until it is put back."""
    return _REVIEW.dump_json(
        (
            review.club, review.member, review.book, review.stars, review.text, review.said,
            dict(review.needs.marks), review.written, review.edited,
        )
    ).decode()  # fmt: skip


def read_review(text: str) -> Review:
    """Return a deleted review that was kept as text."""
    club, member, book, stars, words, said, needs, written, edited = _REVIEW.validate_json(text)
    return Review(0, club, member, book, stars, words, said, Reveals.of(needs), written, edited)


MAX_TEXT = 4_000
"""Characters of a review: what Discord lets anybody write into one field."""

STARS = range(1, 6)


class ReviewProblem(DogearError):
    """A review cannot be kept as it is written, or there is none."""


class ClubTexts(Protocol):
    """The part of the vector store that belongs to clubs; calls take a while and are made off the event loop."""

    def place(self, text: str, books: Sequence[Slug] = (), club: str = "") -> Reveals:
        """Return how far readers must be for a text to be no spoiler."""
        ...

    def keep(self, text: ClubText) -> None:
        """Write a text, in place of the earlier one of its club and id."""
        ...

    def drop(self, club: str, id: str) -> None:  # noqa: A002 (the name of the field)
        """Remove a text."""
        ...

    def moment(self) -> int:
        """Return a number for now."""
        ...

    def reconcile(self, texts: Iterable[ClubText], since: int | None = None, ours: Callable[[str], bool] = ...) -> int:
        """Bring all texts in line with these, which were read after `since`; return how many had to be changed.

        `ours` says which clubs are this process's: where others keep texts in the same store, theirs stay.
        """
        ...


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which reviews somebody wants to read."""

    stars: int = 1
    since: dt.datetime | None = None

    def allows(self, stars: int | None, at: dt.datetime | None) -> bool:
        """Return whether a review of so many stars and of that moment is wanted."""
        enough = self.stars <= 1 or (stars or 0) >= self.stars
        return enough and (self.since is None or (at is not None and at >= self.since))


def tidied(text: str) -> str:
    """Return a text with single spaces and without empty lines."""
    return "\n".join(" ".join(line.split()) for line in text.splitlines() if line.strip())


def stars_of(written: str) -> int | None:
    """Return a number of stars as people write it: 4, 4/5, ★★★★; None where none are given."""
    bare = written.strip().removesuffix("/5").strip()
    if not bare or bare == "-":
        return None
    number = len(bare) if set(bare) <= {"★", "*", "⭐"} else int(bare) if bare.isdecimal() and len(bare) < 3 else 0
    if number not in STARS:
        raise ReviewProblem("Give 1 to 5 stars as a number, such as 4, or none at all.")
    return number


def club_text(review: Review) -> ClubText:
    """Return a review as the vector store keeps it."""
    day = (review.edited or review.written).date()
    return ClubText(str(review.club), str(review.id), review.book, review.text, review.needs, review.stars, day)
