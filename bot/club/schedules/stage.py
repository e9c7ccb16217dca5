"""What is asked of whoever shows a schedule to its club: threads, messages, events."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Protocol

from bot.club.people import Member
from bot.club.schedules.due import Step
from bot.club.schedules.plan import Schedule, Section
from bot.club.shards import Shards
from corpus.errors import DogearError


class Unwelcome(DogearError):
    """The channel is gone or a permission is lacking; the message says which, for the organiser to mend it."""


class Stage(Protocol):
    """Where a schedule takes place.

    With `since`, a thing may have been done since then by a process that did not live to say so: it is looked for
    first, and not done twice. Everything raises Unwelcome where it is not allowed.
    """

    @property
    def shards(self) -> Shards:
        """The shards whose clubs this process serves."""
        ...

    async def here(self, club: int) -> bool:
        """Return whether something can be done in a club now."""
        ...

    async def open_thread(self, schedule: Schedule, section: Section, late: str, since: dt.datetime | None) -> int:
        """Open the thread or forum post of a section, and return its id."""
        ...

    async def open_meeting(self, schedule: Schedule, section: Section, late: str, since: dt.datetime | None) -> int:
        """Post the opening message in a section's thread with its discussion prompts, and return its id."""
        ...

    async def make_event(self, schedule: Schedule, section: Section, since: dt.datetime | None) -> int:
        """Create the event of a meeting, and return its id."""
        ...

    async def bring_event(self, schedule: Schedule, event: int) -> None:
        """Have an event show what its schedule says now, or be gone where no section has it."""
        ...

    async def remind(
        self, schedule: Schedule, section: Section, step: Step, members: Collection[Member], *,
        directly: bool, batch: int, since: dt.datetime | None,
    ) -> None:  # fmt: skip
        """Remind members of a meeting, each by direct message, or all of them in one message in the thread."""
        ...

    async def tell_organiser(
        self, schedule: Schedule, text: str, mark: str, since: dt.datetime | None, undecided: Sequence[int] = ()
    ) -> None:
        """Tell the organiser something; of `undecided` sections, each can be posted now or skipped."""
        ...
