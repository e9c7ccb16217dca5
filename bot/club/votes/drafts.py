"""A vote as its organiser prepares it: written down, so that the preview's buttons work after a restart."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.club.people import Place
from bot.club.votes.candidates import candidate
from bot.club.votes.records import Candidate, Draft, Kind
from bot.club.votes.voting import MOST_BOOKS
from corpus.books import Book, Slug

OFFERED = 25
"""Books from which those of a vote are picked (Discord: options of a menu)."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A draft, and the books from which it can be made up."""

    draft: Draft
    offered: tuple[Candidate, ...]

    @classmethod
    def of(
        cls, place: Place, kind: Kind, offered: Sequence[Candidate], closes: dt.datetime, *, hidden: bool
    ) -> Prepared:
        """Return a draft with the first of the books that are offered."""
        known = tuple(offered[:OFFERED])
        return cls(Draft(place, kind, known[:MOST_BOOKS], closes, hidden), known)

    def picking(self, keys: Sequence[str]) -> Prepared:
        """Return the draft with these of the books that are offered."""
        picked = tuple(each for each in self.offered if each.key in keys)
        return replace(self, draft=replace(self.draft, candidates=picked))

    def written(self) -> str:
        """Return it as text."""
        draft = self.draft
        plain = {
            "kind": draft.kind.value,
            "closes": draft.closes.isoformat(),
            "hidden": draft.hidden,
            "offered": [[each.key, each.title, each.book] for each in self.offered],
            "picked": [each.key for each in draft.candidates],
        }
        return json.dumps(plain, ensure_ascii=False)

    @classmethod
    def read(cls, text: str, place: Place) -> Prepared:
        """Return what was written."""
        plain: Mapping[str, Any] = json.loads(text)
        offered = tuple(Candidate(key, title, book) for key, title, book in plain["offered"])
        draft = Draft(place, Kind(plain["kind"]), (), dt.datetime.fromisoformat(plain["closes"]), plain["hidden"])
        return cls(draft, offered).picking(plain["picked"])


def typed_candidates(typed: str, books: Mapping[Slug, Book]) -> list[Candidate]:
    """Return the books that are named with semicolons between them, each once. Raises VoteProblem."""
    named = [candidate(title, books) for title in typed.replace("\n", ";").split(";") if title.strip()]
    known: dict[str, Candidate] = {}
    for each in named:
        known.setdefault(each.key, each)
    return list(known.values())
