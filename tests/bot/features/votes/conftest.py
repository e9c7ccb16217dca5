"""A vote with more books than it can have."""

from __future__ import annotations

import datetime as dt

import pytest

from bot.features.votes.rules import Prepared
from bot.features.votes.store import Candidate, Kind
from bot.people import Place


@pytest.fixture
def draft() -> Prepared:
    """A draft from thirty books."""
    books = [Candidate(f"b{n}", f"Book {n}") for n in range(30)]
    closes = dt.datetime(2026, 1, 2, 20, tzinfo=dt.UTC)
    return Prepared.of(Place(1, 100), Kind.RANKED, books, closes, hidden=True)
