"""What was said before is context only for those who may know it, in the same place, for a while."""

import asyncio
import datetime as dt
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answering.conversation import TURNS, Exchange
from bot.answering.reply import Reply
from bot.features.ask.store import STALE, Conversations, Turn
from bot.people import Member, Place
from corpus.books import Reveals
from retrieval.gate import Audience

NOON = dt.datetime(2025, 3, 1, 12, tzinfo=dt.UTC)
LIZ, ALEC, THREAD = Member(1, 20), Member(1, 21), Place(1, 100)
REPLY = Reply("ask", "emma", "Mr Knightley.", True)


@dataclass
class Kept(Conversations):
    """Turns in memory, and a clock that a test sets."""

    kept: dict[Place, list[Turn]] = field(default_factory=dict)
    now: dt.datetime = NOON

    async def turns(self, place: Place, limit: int) -> list[Turn]:
        return self.kept.get(place, [])[-limit:]

    async def add(self, place: Place, turn: Turn) -> None:
        self.kept.setdefault(place, []).append(turn)

    def _now(self) -> dt.datetime:
        return self.now


readers = st.dictionaries(st.sampled_from(("emma", "persuasion", "moby-dick")), st.integers(0, 4)).map(Audience)


@given(readers, readers, readers)
def test_a_turn_is_context_for_those_alone_who_have_read_what_its_readers_had_and_what_its_question_tells(
    answered: Audience, question: Audience, reading: Audience
) -> None:
    conversations, also = Kept(), Reveals.of(question.positions)
    asyncio.run(conversations.remember(THREAD, LIZ, "Whom does she marry?", REPLY, answered, also))
    known = bool(asyncio.run(conversations.so_far(THREAD, reading)))
    books = {*answered.positions, *question.positions}
    assert known == all(reading.at(book) >= max(answered.at(book), question.at(book)) for book in books)


async def test_what_was_said_comes_oldest_first_and_no_more_than_a_few_turns_of_it() -> None:
    conversations = Kept()
    for number in range(TURNS + 3):
        await conversations.remember(THREAD, LIZ, f"Question {number}?", REPLY, Audience(), Reveals())
    told = await conversations.so_far(THREAD, Audience())
    assert told == [Exchange(f"Question {number}?", "Mr Knightley.", "emma") for number in range(3, TURNS + 3)]


@pytest.mark.parametrize(("later", "known"), [(STALE, True), (STALE + dt.timedelta(seconds=1), False)])
async def test_after_a_while_a_new_conversation_begins(later: dt.timedelta, known: bool) -> None:
    kept = Kept()
    await kept.remember(THREAD, LIZ, "Who?", REPLY, Audience(), Reveals())
    kept.now += later
    assert bool(await kept.so_far(THREAD, Audience())) is known


async def test_one_turn_too_far_does_not_take_the_others_along() -> None:
    conversations = Kept()
    for marks in (1, 9, 2):
        await conversations.remember(THREAD, LIZ, f"At {marks}?", REPLY, Audience({"emma": marks}), Reveals())
    told = await conversations.so_far(THREAD, Audience({"emma": 5}))
    assert [turn.question for turn in told] == ["At 1?", "At 2?"]
