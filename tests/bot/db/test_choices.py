import datetime as dt

import pytest

from bot.db.sessions import Sessions
from bot.features.ask.store import AskedLongAgo, AskedQuestions, BotMemory, DirectMessages
from bot.features.shelf.rules import ShelfName, Shelved
from bot.people import NO_CLUB, Member, Place, Reached
from tests.fakes.app import app_on
from tests.fakes.records import a_review, move, save_review, shelve

NOON = dt.datetime(2025, 3, 1, 12, tzinfo=dt.UTC)


async def test_a_person_is_in_the_clubs_in_which_they_told_anything(records: Sessions) -> None:
    assert await DirectMessages(app_on(records)).clubs(10) == []
    await save_review(records, a_review(3, 10, "smiley", 5))
    await move(records, Member(1, 10), {"smiley": Reached(1, 27, "chapter")}, NOON)
    await shelve(records, Member(2, 10), Shelved("smiley", "Smiley’s People", ShelfName.WANT, NOON))
    await move(records, Member(7, 11), {"smiley": Reached(1, 27, "chapter")}, NOON)
    assert await DirectMessages(app_on(records)).clubs(10) == [1, 2, 3]


async def test_having_asked_is_not_telling_and_who_told_it_without_a_club_is_in_none(records: Sessions) -> None:
    await AskedQuestions(app_on(records)).keep("ask", Member(1, 10), Place(1, 100), "Who?")
    await move(records, Member(NO_CLUB, 10), {"smiley": Reached(1, 27, "chapter")}, NOON)
    assert await DirectMessages(app_on(records)).clubs(10) == [NO_CLUB]


async def test_a_choice_can_be_changed_and_is_the_persons_own(records: Sessions) -> None:
    assert await DirectMessages(app_on(records)).chosen(10) is None
    await DirectMessages(app_on(records)).choose(10, 1)
    await DirectMessages(app_on(records)).choose(11, 3)
    await DirectMessages(app_on(records)).choose(10, 2)
    assert await DirectMessages(app_on(records)).chosen(10) == 2
    assert await DirectMessages(app_on(records)).chosen(11) == 3


async def test_what_not_every_database_can_keep_is_left_out_of_words_and_of_what_is_looked_for(
    records: Sessions,
) -> None:
    memory = BotMemory(app_on(records))
    await memory.remember("a\0b", "c\0d\ud800e")
    assert await memory.recall("ab") == await memory.recall("a\ud9ffb\0") == "cde"
    with pytest.raises(AskedLongAgo):
        await AskedQuestions(app_on(records)).asked("\0", "ask")
