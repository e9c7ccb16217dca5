"""What was said before is context only for those who may know it, in the same place, for a while."""

import datetime as dt

import pytest
from sqlalchemy import func, select

from bot.answering.conversation import TURNS, Exchange
from bot.answering.reply import Reply
from bot.db.sessions import Sessions
from bot.features.ask.store import KEPT, STALE, Conversations, TurnRow
from bot.people import Member, Place
from corpus.books import Reveals
from retrieval.gate import Audience
from tests.fakes.app import NOON, app_on

LIZ, THREAD = Member(1, 20), Place(1, 100)
REPLY = Reply("ask", "emma", "Mr Knightley.", True)


@pytest.mark.parametrize(
    ("answered", "question", "reading", "known"),
    [
        ({"emma": 3}, {}, {"emma": 3}, True),
        ({"emma": 3}, {}, {"emma": 2}, False),
        ({"emma": 3}, {}, {"persuasion": 4}, False),
        ({"emma": 1, "persuasion": 2}, {}, {"emma": 4, "persuasion": 1}, False),
        ({"emma": 1}, {"emma": 4}, {"emma": 3}, False),
        ({}, {"persuasion": 1}, {"emma": 4}, False),
        ({"emma": 1}, {"emma": 4}, {"emma": 4}, True),
        ({"emma": 0}, {}, {}, True),
    ],
)
async def test_a_turn_is_context_for_those_alone_who_have_read_what_its_readers_had_and_what_its_question_tells(
    records: Sessions, answered: dict[str, int], question: dict[str, int], reading: dict[str, int], known: bool
) -> None:
    conversations = Conversations(app_on(records))
    await conversations.remember(THREAD, LIZ, "Whom?", REPLY, Audience(answered), Reveals.of(question))
    assert bool(await conversations.so_far(THREAD, Audience(reading))) is known


async def test_what_was_said_comes_oldest_first_and_no_more_than_a_few_turns_of_it(records: Sessions) -> None:
    conversations = Conversations(app_on(records))
    for number in range(TURNS + 3):
        await conversations.remember(THREAD, LIZ, f"Question {number}?", REPLY, Audience(), Reveals())
    told = await conversations.so_far(THREAD, Audience())
    assert told == [Exchange(f"Question {number}?", "Mr Knightley.", "emma") for number in range(3, TURNS + 3)]


async def test_old_turns_go_in_this_place_alone(records: Sessions) -> None:
    conversations, others = Conversations(app_on(records)), [Place(1, 101), Place(2, 100)]
    for place in (*others, *[THREAD] * (KEPT + 3)):
        await conversations.remember(place, Member(place.club, 20), "Who?", REPLY, Audience(), Reveals())
    async with records.reading() as session:
        counted = select(TurnRow.club, TurnRow.place, func.count()).group_by(TurnRow.club, TurnRow.place)
        kept = {(club, place): count for club, place, count in await session.execute(counted)}
    assert kept == {(1, 100): KEPT, (1, 101): 1, (2, 100): 1}


async def test_after_a_while_a_new_conversation_begins(records: Sessions) -> None:
    now = NOON
    conversations = Conversations(app_on(records, now=lambda: now))
    await conversations.remember(THREAD, LIZ, "Who?", REPLY, Audience(), Reveals())
    now += STALE
    assert await conversations.so_far(THREAD, Audience())
    now += dt.timedelta(seconds=1)
    assert not await conversations.so_far(THREAD, Audience())


async def test_one_turn_too_far_does_not_take_the_others_along(records: Sessions) -> None:
    conversations = Conversations(app_on(records))
    for marks in (1, 9, 2):
        await conversations.remember(THREAD, LIZ, f"At {marks}?", REPLY, Audience({"emma": marks}), Reveals())
    told = await conversations.so_far(THREAD, Audience({"emma": 5}))
    assert [turn.question for turn in told] == ["At 1?", "At 2?"]
