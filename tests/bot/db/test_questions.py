from __future__ import annotations

import datetime as dt
from dataclasses import replace

from bot.db.database import StoredRecords
from bot.people import Member, Place
from bot.saved_questions import Asked

NOON = dt.datetime(2025, 3, 1, 12, tzinfo=dt.UTC)
ASKED = Asked("", Member(1, 10), Place(1, 100, adults=True), "ask", "Who is Karla?", "smiley", NOON)


async def test_a_question_comes_back_by_its_id(records: StoredRecords) -> None:
    for question in (ASKED, replace(ASKED, book=None, place=Place(1, 5))):
        kept = await records.questions.keep(question)
        assert kept == replace(question, id=kept.id)
        assert await records.questions.asked(kept.id) == kept


async def test_an_id_is_short_and_different_each_time(records: StoredRecords) -> None:
    ids = {(await records.questions.keep(ASKED)).id for _ in range(20)}
    assert len(ids) == 20
    assert all(0 < len(asked_id) <= 16 for asked_id in ids)


async def test_an_id_that_nobody_was_given_finds_nothing(records: StoredRecords) -> None:
    await records.questions.keep(ASKED)
    for guess in ("", "1", "%", "x" * 12):
        assert await records.questions.asked(guess) is None


async def test_older_questions_are_forgotten(records: StoredRecords) -> None:
    hours = [await records.questions.keep(replace(ASKED, at=NOON + dt.timedelta(hours=h))) for h in range(4)]
    assert await records.questions.forget_before(NOON + dt.timedelta(hours=2)) == 2
    assert [await records.questions.asked(kept.id) for kept in hours] == [None, None, *hours[2:]]
    assert await records.questions.forget_before(NOON + dt.timedelta(hours=2)) == 0


async def test_before_is_meant_whatever_zone_it_is_said_in(records: StoredRecords) -> None:
    kept = await records.questions.keep(ASKED)
    east = dt.timezone(dt.timedelta(hours=9))
    assert await records.questions.forget_before(NOON.astimezone(east)) == 0
    assert await records.questions.asked(kept.id) == kept
