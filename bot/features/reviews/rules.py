"""Members' reviews: stars, a text, and how far it reveals; kept in the club's own part of the vector store, too."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, Self

from pydantic import TypeAdapter

from bot.app import App
from bot.features.reviews.store import Review, StoredReviews
from bot.people import EVERY, NO_CLUB, Member, Shards
from bot.workers import Workers
from corpus.books import Book, Reveals, Slug
from corpus.errors import DogearError
from corpus.passages import ClubText
from corpus.positions import describe_position, parse_position
from retrieval.gate import Audience
from retrieval.types import StoreUnavailable

GONE = "review-gone"
"""What is kept of a deleted review, to put it back."""

_DRAFT = TypeAdapter(tuple[str, str, str])
_REVIEW = TypeAdapter(tuple[int, int, Slug, int | None, str, int, dict[Slug, int], dt.datetime, dt.datetime | None])


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


log = logging.getLogger(__name__)

MAX_TEXT = 4_000
"""Characters of a review: what Discord lets anybody write into one field."""

STARS = range(1, 6)


class ReviewProblem(DogearError):
    """A review cannot be kept as it is written, or there is none."""


class ClubTexts(Protocol):
    """The part of the vector store that belongs to clubs; calls take a while and are made off the event loop."""

    def place(self, text: str, books: Sequence[Slug] = ()) -> Reveals:
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


class Reviews:
    """Keeps members' reviews in the database first, then in the vector store; the database decides."""

    def __init__(
        self, records: StoredReviews, texts: ClubTexts, books: Mapping[Slug, Book], workers: Workers,
        now: Callable[[], dt.datetime], behind: Callable[[], None] = lambda: None, shards: Shards = EVERY,
    ) -> None:  # fmt: skip
        """`behind` is called where the vector store could not be changed; it then has to be brought in line."""
        self._behind = behind
        self._records, self._texts, self._books, self._workers, self._now = records, texts, books, workers, now
        self._shards = shards

    @classmethod
    def build(cls, app: App) -> Self:
        """Build it from the app."""
        return cls(
            StoredReviews(app.database),
            app.discussion.retriever,
            app.books,
            app.workers,
            app.now,
            app.store_behind,
            app.shards,
        )

    async def write(self, member: Member, book: Book, stars: str, text: str, said: str) -> Review:
        """Keep a member's review of a book, in place of their earlier one. Raises ReviewProblem or PositionError.

        It needs readers as far as its author says, and further where its text matches later pages: better too late
        than too early. Its author is not told which: they may only be guessing at what is to come.
        """
        self.check(member)
        text, given = _tidied(text), _stars(stars)
        if not text and given is None:
            raise ReviewProblem("There is nothing to keep. Give stars, a text, or both.")
        if len(text) > MAX_TEXT:
            raise ReviewProblem(f"That is longer than {MAX_TEXT:,} characters. Please shorten it.")
        marks = parse_position(said, book)
        placed = await self._workers.do(lambda: self._texts.place(text, [book.slug])) if text else Reveals()
        needs = Reveals.of({book.slug: marks}).joined([placed])
        review = Review(0, member.club, member.id, book.slug, given, text, marks, needs, self._now())
        kept = await self._records.save(review)
        await self._index(kept)
        return kept

    def check(self, member: Member) -> None:
        """Raise ReviewProblem where somebody has no club whose readers a review could be for."""
        if member.club == NO_CLUB:
            raise ReviewProblem("A review is for the readers of a club. Write it in your club’s server.")

    async def mine(self, member: Member, book: Book) -> Review | None:
        """Return a member's own review of a book."""
        return next((r for r in await self._records.by(member) if r.book == book.slug), None)

    async def needed(self, member: Member, book: Book) -> Review:
        """Return a member's own review of a book. Raises ReviewProblem where there is none."""
        review = await self.mine(member, book)
        if review is None:
            raise ReviewProblem(f"You have written no review of {book.title}. /review write is for that.")
        return review

    async def read(self, club: int, book: Book, audience: Audience, wanted: Wanted = Wanted()) -> list[Review]:
        """Return the club's reviews that an audience may read, the latest first."""
        return [
            review
            for review in await self._records.of_book(club, book.slug)
            if club != NO_CLUB
            and audience.may_see(review.needs)
            and wanted.allows(review.stars, review.edited or review.written)
        ]

    async def delete(self, member: Member, book: Book) -> Review:
        """Delete a member's own review of a book, and return what it was. Raises ReviewProblem."""
        review = await self.needed(member, book)
        await self._records.delete(member.club, review.id)
        await self.gone([review])
        return review

    async def put_back(self, review: Review) -> Review:
        """Keep a deleted review again. Raises ReviewProblem where its author has written another one since."""
        if any(other.book == review.book for other in await self._records.by(Member(review.club, review.member))):
            raise ReviewProblem("You have written another review of that book since, so I leave it.")
        kept = await self._records.save(replace(review, id=0))
        await self._index(kept)
        return kept

    async def gone(self, reviews: Iterable[Review]) -> None:
        """Remove deleted reviews from the vector store."""
        for review in reviews:
            club, text_id = str(review.club), str(review.id)
            await self._change(lambda club=club, text_id=text_id: self._texts.drop(club, text_id))  # type: ignore[misc]

    async def reconcile(self) -> int:
        """Bring the vector store in line with the database, as at a start; return how many texts were changed."""
        since = await self._workers.do(self._texts.moment)  # first: what comes after it is no part of the records
        texts = [club_text(review) for review in await self._records.every(self._shards) if self._indexed(review)]
        return await self._workers.do(lambda: self._texts.reconcile(texts, since, self._is_ours))

    def _is_ours(self, club: str) -> bool:
        return self._shards.holds(int(club))

    async def version(self) -> tuple[object, ...]:
        """Return a value that is another one after any process changed a review."""
        return await self._records.version()

    async def _index(self, review: Review) -> None:
        if self._indexed(review):
            await self._change(lambda: self._texts.keep(club_text(review)))
        else:
            await self.gone([review])

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


def _tidied(text: str) -> str:
    """Return a text with single spaces and without empty lines."""
    return "\n".join(" ".join(line.split()) for line in text.splitlines() if line.strip())


def _stars(written: str) -> int | None:
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
