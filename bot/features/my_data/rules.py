"""Everything that is held about one person: shown to them, or gone."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any, Self

from bot.app import App
from bot.features.my_data.store import StoredPersonalData, personal_tables
from bot.features.reviews.rules import GONE, Reviews, read_review, written_review
from bot.people import NO_CLUB, Member
from corpus.books import Reveals


class MyData:
    """Exports and deletes what is held about a person, in one club or, from a direct message, in all."""

    def __init__(self, records: StoredPersonalData, reviews: Reviews) -> None:
        self._records, self._reviews = records, reviews

    @classmethod
    def build(cls, app: App) -> Self:
        """Build it from the app."""
        return cls(StoredPersonalData(app.database), app.get(Reviews))

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
        says = {personal.name: personal.says for _, personal in personal_tables()}
        return {says[subject]: count for subject, count in rows.items() if count}

    async def delete(self, member: Member, *, everywhere: bool) -> None:
        """Delete everything; it cannot be taken back."""
        whole = everywhere or member.club == NO_CLUB
        await self._reviews.gone(await self._records.forget(member.id, None if whole else member.club))
