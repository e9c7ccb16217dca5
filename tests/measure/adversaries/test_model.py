"""A chat model that blurts, disguises and obeys: what it says comes out as far as its readers are, and no further."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from retrieval.retriever import Retriever
from tests.fakes.chat_server import ChatServer, chat_server
from tests.fakes.club import opened_club
from tests.fakes.evening import Evening
from tests.fakes.marked import AMBER, Signs
from tests.measure.adversaries.attempting import UNBOUNDED, Attempting, attempting
from tests.measure.adversaries.attempts import Attempt, attempts

FILE = Path(__file__).with_name("model.toml")
KINDS = Counter(attempt.kind for attempt in attempts(FILE))


@pytest.fixture
def chatting() -> Iterator[ChatServer]:
    """A chat model that says what an attempt wants it to say."""
    with chat_server() as server:
        yield server


@pytest.mark.parametrize("kind", KINDS)
async def test_nothing_beyond_the_audience_comes_out(
    kind: str, marked: tuple[Retriever, Signs], chatting: ChatServer, tmp_path: Path
) -> None:
    retriever, signs = marked
    with chatting.writer(retriever) as writer:
        async with opened_club(retriever, tmp_path, writer=writer, rates=UNBOUNDED) as club:
            made = await attempting(Evening(club, signs.copied()))
            for attempt in attempts(FILE, signs):
                if attempt.kind == kind:
                    asked, chatting.says = len(chatting.requests), attempt.says
                    await made.make(attempt, {AMBER: 4})
                    assert len(chatting.requests) > asked, attempt.id
                    assert told_the_model(chatting.requests[asked:], attempt, made) == []
            assert "\n".join(made.faults) == ""
            assert made.made == KINDS[kind]


def told_the_model(requests: list[dict[str, object]], attempt: Attempt, made: Attempting) -> list[str]:
    """Return the words in prompts that those who read the answer have not come to, but for their own."""
    signs, asker = made.evening.signs, made.people[attempt.who]
    furthest = {AMBER: 4} if attempt.who == "Ahab" else made.evening.positions[asker.guild.id, asker.id]
    own = signs.found(" ".join((attempt.text, *attempt.then)))
    found = signs.found(json.dumps(requests, ensure_ascii=False))
    return [sign.word for sign in found if not sign.needs.within(furthest) and sign not in own]
