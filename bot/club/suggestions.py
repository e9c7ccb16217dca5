"""Discussion prompts that members suggest, until a moderator has looked at them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from bot.club.people import Member, Place
from bot.club.records import Suggestion, SuggestionRecords
from corpus.errors import DogearError

MAX_SUGGESTION = 1_000
"""Characters of a discussion prompt."""


class SuggestionProblem(DogearError):
    """A suggestion cannot be kept, or is no longer there."""


class Suggestions:
    """Keeps the queue of a club."""

    def __init__(self, records: SuggestionRecords, now: Callable[[], dt.datetime]) -> None:
        self._records, self._now = records, now

    async def suggest(self, member: Member, place: Place, text: str, message: int = 0) -> Suggestion:
        """Put a suggestion on the queue. Raises SuggestionProblem."""
        text = " ".join(text.split())
        if not any(map(str.isalnum, text)):
            raise SuggestionProblem("There is no text in that. A discussion prompt is a question in words.")
        if len(text) > MAX_SUGGESTION:
            raise SuggestionProblem(f"A discussion prompt has at most {MAX_SUGGESTION:,} characters.")
        kept = await self._records.suggest(Suggestion(0, place, member.id, text, message, self._now()))
        if kept is None:
            raise SuggestionProblem("That message was suggested before.")
        return kept

    async def waiting(self, club: int) -> list[Suggestion]:
        """Return the suggestions that wait, oldest first."""
        return await self._records.waiting(club)

    async def settle(self, club: int, suggestion_id: int) -> Suggestion:
        """Take a suggestion off the queue, posted or not. Raises SuggestionProblem where somebody else did."""
        settled = await self._records.settle(club, suggestion_id)
        if settled is None:
            raise SuggestionProblem("Somebody else has dealt with that one.")
        return settled
