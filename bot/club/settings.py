"""What a club chose for itself, and what is asked of whoever keeps it; `bot/settings.py` is what the operator sets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from corpus.books import Slug


class Step(StrEnum):
    """The steps of the first-run walk, in their order. Each but the last is about the setting of its name."""

    MODERATORS = "moderators"
    ORGANISERS = "organisers"
    TALK = "talk"
    SCHEDULE = "schedule"
    ZONE = "zone"
    BOOK = "book"
    DONE = "done"

    @property
    def number(self) -> int:
        """Where it stands in the walk, from 1."""
        return list(Step).index(self) + 1

    @property
    def next(self) -> Step:
        """The step behind it; the last one is followed by itself."""
        return list(Step)[min(self.number, len(Step) - 1)]

    @property
    def before(self) -> Step:
        """The step before it; the first one is preceded by itself."""
        return list(Step)[max(self.number - 2, 0)]


ASKED = tuple(step for step in Step if step is not Step.DONE)
"""The steps that ask for something."""

UTC = "UTC"
"""The zone of a club that chose none."""


@dataclass(frozen=True, slots=True)
class ClubSettings:
    """What a club chose: two roles, two channels (or a forum for the schedule) by their ids, a zone, and a book.

    `walk` is the step at which the first-run walk goes on. Nothing says who chose it: it is the club's.
    """

    moderators: int | None = None
    organisers: int | None = None
    talk: int | None = None
    schedule: int | None = None
    zone: str = UTC
    book: Slug | None = None
    walk: Step = Step.MODERATORS


class ClubRecords(Protocol):
    """What clubs chose for themselves."""

    async def settings(self, club: int) -> ClubSettings:
        """Return a club's settings; those of a club that chose nothing yet are all at their beginning."""
        ...

    async def change_settings(self, club: int, change: Callable[[ClubSettings], ClubSettings]) -> ClubSettings:
        """Change a club's settings as they are at that moment, with nobody else between, and return them."""
        ...
