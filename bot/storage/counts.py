"""Outcomes of votes as plain values, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.club.votes.counting import Count, Round, Why


def plain_count(count: Count) -> dict[str, Any]:
    """Return an outcome as values for JSON."""
    rounds = [
        {
            "counted": [list(pair) for pair in each.counted],
            "exhausted": each.exhausted,
            "why": each.why.value,
            "out": list(each.out),
            "tied": list(each.tied),
            "earlier": each.earlier,
        }
        for each in count.rounds
    ]
    return {"rounds": rounds, "ballots": count.ballots, "winner": count.winner, "lost": count.lost}


def count_of(plain: Mapping[str, Any]) -> Count:
    """Return the outcome that was written as plain values."""
    rounds = tuple(
        Round(
            tuple((book, votes) for book, votes in each["counted"]),
            each["exhausted"],
            Why(each["why"]),
            tuple(each["out"]),
            tuple(each["tied"]),
            each["earlier"],
        )
        for each in plain["rounds"]
    )
    return Count(rounds, plain["ballots"], plain["winner"], plain["lost"])
