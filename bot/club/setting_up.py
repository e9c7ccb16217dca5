"""Setting a club up, step by step. Each step is kept at once, so that the walk goes on wherever it was left."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from bot.club.schedules.times import find_zone
from bot.club.settings import ClubRecords, ClubSettings, Step
from corpus.books import Book, Slug
from corpus.errors import DogearError


class SetUpProblem(DogearError):
    """What was chosen is not there any more, or cannot be chosen."""


class SetUp:
    """Keeps what clubs choose. Who may choose, and which roles and channels there are, is for the door to check."""

    def __init__(self, records: ClubRecords, books: Mapping[Slug, Book]) -> None:
        self._records, self._books = records, books

    async def settings(self, club: int) -> ClubSettings:
        """Return what a club chose."""
        return await self._records.settings(club)

    async def begin(self, club: int) -> ClubSettings:
        """Return a club's settings with the walk where it goes on: at the step where it was left, or once more."""
        return await self._records.change_settings(
            club, lambda now: replace(now, walk=Step.MODERATORS) if now.walk is Step.DONE else now
        )

    async def go(self, club: int, step: Step) -> ClubSettings:
        """Go to a step and change nothing else."""
        return await self._records.change_settings(club, lambda now: replace(now, walk=step))

    async def choose_id(self, club: int, step: Step, chosen: int) -> ClubSettings:
        """Choose a role or a channel, and go on."""
        return await self._put(club, step, chosen)

    async def choose_zone(self, club: int, typed: str) -> ClubSettings:
        """Choose a zone by its name or its city; the walk goes on where it was waiting for it. Raises UnknownZone."""
        zone = find_zone(typed)

        def chosen(now: ClubSettings) -> ClubSettings:
            return replace(now, zone=zone, walk=now.walk.next if now.walk is Step.ZONE else now.walk)

        return await self._records.change_settings(club, chosen)

    async def choose_book(self, club: int, book: Slug) -> ClubSettings:
        """Choose the book that the club reads, and go on. Raises SetUpProblem where the library lacks it."""
        if book not in self._books:
            raise SetUpProblem("The library does not have that book any more. Go back and pick another one.")
        return await self._put(club, Step.BOOK, book)

    async def clear(self, club: int, step: Step) -> ClubSettings:
        """Take back what was chosen at a step other than the zone, which every club has, and go on."""
        return await self._put(club, step, None)

    async def _put(self, club: int, step: Step, value: int | str | None) -> ClubSettings:
        return await self._records.change_settings(club, _chosen(step, value))


def _chosen(step: Step, value: int | str | None) -> Callable[[ClubSettings], ClubSettings]:
    changed: dict[str, Any] = {step.value: value, "walk": step.next}
    return lambda now: replace(now, **changed)
