"""Attempts to get more than one has read, over all commands: of whatever is sent, nothing goes beyond its readers."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from simcord.types import HttpLogEntry

from retrieval.retriever import Retriever
from tests.fakes.club import opened_club
from tests.fakes.evening import Evening
from tests.fakes.marked import AMBER, Signs
from tests.measure.adversaries.attempting import UNBOUNDED, attempting, outside
from tests.measure.adversaries.attempts import DISGUISES, Attempt, attempts, readings

FILE = Path(__file__).with_name("marked.toml")
KINDS = Counter(attempt.kind for attempt in attempts(FILE))


@pytest.mark.parametrize("kind", KINDS)
async def test_nothing_beyond_the_audience_comes_out(
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


@pytest.mark.parametrize("do", ["ask", "mention", "direct", "review read"])
async def test_an_attempt_that_brings_something_out_is_heard(
    do: str, marked: tuple[Retriever, Signs], tmp_path: Path
) -> None:
    retriever, signs = marked
    async with opened_club(retriever, tmp_path, rates=UNBOUNDED) as club:
        made = await attempting(Evening(club, signs.copied()))
        liz = made.people["Liz"]
        made.evening.is_at(liz, AMBER, 0)
        text = AMBER if do == "review read" else "What does Wenna carry across the bridge?"
        await made.make(Attempt("a leak", "leaks", text, do), {AMBER: 1})
        assert any("sent to" in fault for fault in made.faults)


def test_what_a_message_would_obey_and_whom_it_would_ping_is_heard() -> None:
    def sent(**told: object) -> HttpLogEntry:
        return cast("HttpLogEntry", SimpleNamespace(method="POST", path="/channels/1/messages", json=told))

    nobody = {"parse": [], "replied_user": False}
    assert outside([sent(content="Hello.", allowed_mentions=nobody)]) == []
    for text in ("@everyone", "[a](https://example.com)", "||x||", "**x**", "# x", "\u202ex", "<@&123456789012345678>"):
        assert outside([sent(content=text, allowed_mentions=nobody)]), text
    for allowed in ({"parse": ["users"]}, None, nobody | {"roles": ["1"]}, nobody | {"replied_user": True}):
        assert outside([sent(content="Hello.", allowed_mentions=allowed)])


@pytest.mark.parametrize("disguise", [name for name in DISGUISES if name != "first"])
def test_a_disguised_word_is_read_all_the_same(disguise: str) -> None:
    said = f"Wenna carries the {DISGUISES[disguise]('xolwomypf')} across the bridge."
    alone = DISGUISES[disguise]("xolwomypf")
    assert any("xolwomypf" in reading.casefold() for text in (said, alone) for reading in readings(text))
