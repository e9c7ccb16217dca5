"""Nominations: which books members would like to read next."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.club.people import Member
from bot.club.votes.candidates import candidate
from bot.club.votes.problems import VoteProblem
from bot.club.votes.records import Candidate, Nomination, NominationRecords
from corpus.books import Book, Slug

MAX_OWN = 5
"""Books that a member may have nominated at a time, so that one of them cannot fill the list."""


@dataclass(frozen=True, slots=True)
class Nominated:
    """A book of the list, and the members who would like to read it."""

    candidate: Candidate
    by: frozenset[int]


class Nominations:
    """Keeps a club's list. The same book is one book, however it was typed."""

    def __init__(self, records: NominationRecords, books: Mapping[Slug, Book], now: Callable[[], dt.datetime]) -> None:
        self._records, self._books, self._now = records, books, now

    async def add(self, member: Member, typed: str) -> Nominated:
        """Nominate a book, or support one that is on the list already. Raises VoteProblem."""
        meant = candidate(typed, self._books)
        there = {nominated.candidate.key: nominated for nominated in await self.listed(member.club)}
        known = there.get(meant.key, Nominated(meant, frozenset()))
        if member.id in known.by:
            raise VoteProblem(f"You have nominated “{known.candidate.title}” already. /nominate list shows all books.")
        if sum(member.id in nominated.by for nominated in there.values()) >= MAX_OWN:
            raise VoteProblem(f"You have nominated {MAX_OWN} books. Take one back with /nominate withdraw first.")
        await self._records.nominate(Nomination(member, known.candidate, self._now()))
        return Nominated(known.candidate, known.by | {member.id})

    async def listed(self, club: int) -> list[Nominated]:
        """Return a club's list: what most would like to read first, of equals what was nominated first.

        A title that the library has come to know since is that book.
        """
        found: dict[str, Nominated] = {}
        for nomination in await self._records.nominations(club):
            meant = self._now_meant(nomination.candidate)
            known = found.get(meant.key, Nominated(meant, frozenset()))
            found[meant.key] = Nominated(known.candidate, known.by | {nomination.member.id})
        return sorted(found.values(), key=lambda nominated: -len(nominated.by))

    async def withdraw(self, member: Member, typed: str, *, organiser: bool = False) -> tuple[Candidate, int]:
        """Take one's own nomination back, or as an organiser the whole book off the list; return how many went.

        Raises VoteProblem.
        """
        meant = candidate(typed, self._books)
        keys = {
            nomination.candidate.key
            for nomination in await self._records.nominations(member.club)
            if self._now_meant(nomination.candidate).key == meant.key
        }
        gone = [await self._records.withdraw(member.club, key, None if organiser else member.id) for key in keys]
        if sum(gone):
            return meant, sum(gone)
        if keys:
            raise VoteProblem(f"Others have nominated “{meant.title}”, not you. Only an organiser can take it off.")
        raise VoteProblem(f"“{meant.title}” is not on the list. /nominate list shows what is.")

    def _now_meant(self, kept: Candidate) -> Candidate:
        return kept if kept.book in self._books else candidate(kept.title, self._books)
