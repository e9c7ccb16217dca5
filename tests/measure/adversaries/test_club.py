"""Attempts at all that a club does besides asking: nothing beyond its readers, no call that nobody made, no change."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from retrieval.retriever import Retriever
from tests.fakes.club import opened_club
from tests.fakes.evening import Evening
from tests.fakes.marked import AMBER, Signs
from tests.measure.adversaries.attempting import UNBOUNDED, attempting
from tests.measure.adversaries.attempts import attempts

FILE = Path(__file__).with_name("club.toml")
KINDS = Counter(attempt.kind for attempt in attempts(FILE))


@pytest.mark.parametrize("kind", KINDS)
async def test_nothing_beyond_the_audience_comes_out_and_nothing_is_done_for_who_may_not(
    kind: str, marked: tuple[Retriever, Signs], tmp_path: Path
) -> None:
    retriever, signs = marked
    async with opened_club(retriever, tmp_path, rates=UNBOUNDED, message_content=True) as club:
        made = await attempting(Evening(club, signs.copied()))
        for attempt in attempts(FILE, signs):
            if attempt.kind == kind:
                await made.make(attempt, {AMBER: 4})
        assert "\n".join(made.faults) == ""
        assert "\n".join(made.evening.told_positions()) == ""
        assert made.made == KINDS[kind]
