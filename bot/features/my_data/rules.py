"""Everything that is held about one person: shown to them, or gone."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from bot.db.records import PersonalData
from bot.features.reviews.rules import GONE, Reviews, read_review, written_review
from bot.people import NO_CLUB, Member
from corpus.books import Reveals

HELD = {
    "positions": "books in which you said where you are",
    "changes": "earlier reports that can be taken back",
    "shelf": "books on your shelf",
    "reviews": "reviews",
    "conversation": "turns of conversation",
    "questions": "questions and changes whose buttons still work",
    "prompts": "discussion prompts that you suggested or drafted",
    "findings": "messages that went further than their place: where they stand, not what they say",
    "nominations": "books that you nominated",
    "ballots": "ballots in votes for the next book",
    "reminders": "schedules of whose meetings you are reminded",
    "ceilings": "ceilings that you set: they stay, without your name",
    "watches": "places that you had watched: they stay so, without your name",
    "decisions": "decisions on discussion prompts: they stay, without your name",
    "schedules": "schedules that you made: they stay, without your name",
    "audit": "entries of the audit: they stay, without your name",
    "direct_messages": "choices of a club for direct messages",
}
"""What may be held about a person, in words behind a number."""


class MyData:
    """Exports and deletes what is held about a person, in one club or, from a direct message, in all."""

    def __init__(self, records: PersonalData, reviews: Reviews) -> None:
        self._records, self._reviews = records, reviews

    async def export(self, member: Member, *, everywhere: bool) -> bytes:
        """Return everything as a JSON file, readable for people; but not where in the book their own words belong."""
        found = await self._records.export(member.id, None if everywhere else member.club)
        for kept in found.get("questions", ()):
            if kept["do"] == GONE:
                kept["text"] = written_review(replace(read_review(kept["text"]), needs=Reveals()))
        return json.dumps(found, ensure_ascii=False, indent=2).encode()

    async def summary(self, member: Member, *, everywhere: bool) -> dict[str, int]:
        """Return how much is held, by what it is."""
        found: dict[str, Any] = await self._records.export(member.id, None if everywhere else member.club)
        rows = {subject: len(told) for subject, told in found.items() if isinstance(told, list) and subject != "clubs"}
        return {HELD.get(subject, subject.replace("_", " ")): count for subject, count in rows.items() if count}

    async def delete(self, member: Member, *, everywhere: bool) -> None:
        """Delete everything; it cannot be taken back."""
        whole = everywhere or member.club == NO_CLUB
        await self._reviews.gone(await self._records.forget(member.id, None if whole else member.club))
