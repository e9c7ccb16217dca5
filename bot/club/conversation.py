"""What was said before in a place, as far as the readers of the next reply may know it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from bot.answers.exchanges import Exchange
from bot.club.people import Member, Place
from bot.club.talk_records import ConversationRecords, Turn
from bot.reply import Reply
from corpus.books import Reveals
from retrieval.gate import Audience

TURNS = 6
"""Turns of a conversation that are context for the next reply."""

STALE = dt.timedelta(hours=2)
"""After this long without a word, what comes next is a new conversation."""


class Conversations:
    """Remembers turns by place; a turn is context only for readers who have read what its own readers had."""

    def __init__(self, records: ConversationRecords, now: Callable[[], dt.datetime]) -> None:
        self._records, self._now = records, now

    async def so_far(self, place: Place, audience: Audience) -> list[Exchange]:
        """Return the last turns of a place that an audience may know, oldest first."""
        begun = self._now() - STALE
        turns = await self._records.turns(place, TURNS)
        return [
            Exchange(turn.question, turn.answer, turn.book)
            for turn in turns
            if turn.at >= begun and audience.may_see(turn.needs)
        ]

    async def remember(
        self, place: Place, member: Member, question: str, reply: Reply, audience: Audience, also: Reveals
    ) -> None:
        """Keep a turn; `also` is what the words of the question themselves give away."""
        needs = Reveals.of({book: marks for book, marks in audience.positions.items() if marks}).joined([also])
        await self._records.add(place, Turn(member.id, question, reply.answer, reply.book, needs, self._now()))
