"""Drafts of discussion prompts, for readers who are where a section ends, or where the place is."""

from __future__ import annotations

import math
from dataclasses import replace

from bot.answers.drafting import DRAFTS, Draft
from bot.club.allowance import Allowance
from bot.club.audiences import Audiences
from bot.club.people import Member, Place
from bot.club.working import Workers
from bot.discussion import Discussion
from corpus.books import Book
from corpus.errors import DogearError
from corpus.positions import parse_position
from retrieval.gate import Audience

BOOKS_OWN = "the book’s own"
"""The kind of the questions for discussion that a book comes with."""


class TooFarAhead(DogearError):
    """A section that neither the place nor who asks has reached."""

    def __init__(self, book: Book, mark: int) -> None:
        super().__init__(
            "That is further than this place goes, and than you have read. /ceiling set moves the place on, "
            f"/progress set moves you; then I draft up to {book.reading_name(mark)}."
        )


class Drafts:
    """Drafts discussion prompts. Who is a moderator is for the door to check."""

    def __init__(self, discussion: Discussion, audiences: Audiences, allowance: Allowance, workers: Workers) -> None:
        self._discussion, self._audiences = discussion, audiences
        self._allowance, self._workers = allowance, workers

    async def of(
        self, member: Member, place: Place, book: Book, kind: str, *, where: str = "", turn: int = 0,
        library: bool = False,
    ) -> list[Draft]:  # fmt: skip
        """Return a few drafts of a kind, which may be BOOKS_OWN; another `turn` gives others.

        From the library, no model is asked. Raises PositionError, TooFarAhead, AskedTooMuch.
        """
        self._allowance.take(member)
        audience = await self._audience(member, place, book, where)
        if kind == BOOKS_OWN:
            own = await self._workers.do(lambda: self._discussion.asked_already(audience, book.slug))
            turns = max(1, math.ceil(len(own) / DRAFTS))
            return own[turn % turns * DRAFTS :][:DRAFTS]
        quote_only = library or not await self._allowance.has_tokens(member.club)
        found, tokens = await self._workers.do(
            lambda: self._discussion.drafts(audience, book.slug, kind, turn, quote_only=quote_only)
        )
        await self._allowance.spend(member.club, tokens)
        return found

    async def _audience(self, member: Member, place: Place, book: Book, where: str) -> Audience:
        """Return the readers: no further than the place goes, or than who asks has read."""
        there = await self._audiences.public(place)
        own = (await self._audiences.positions(member)).get(book.slug, 0)
        mark = parse_position(where, book) if where.strip() else there.at(book.slug)
        if mark > max(there.at(book.slug), own):
            raise TooFarAhead(book, mark)
        return replace(there, positions={**there.positions, book.slug: mark})
