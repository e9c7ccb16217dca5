import datetime as dt
from dataclasses import replace

from bot.db.base import Sessions
from bot.features.ask.store import Asked, StoredQuestions
from bot.people import Member, Place

NOON = dt.datetime(2025, 3, 1, 12, tzinfo=dt.UTC)
ASKED = Asked("", Member(1, 10), Place(1, 100, adults=True), "ask", "Who is Karla?", "smiley", NOON)


async def test_a_question_comes_back_by_its_id(records: Sessions) -> None:
    for question in (ASKED, replace(ASKED, book=None, place=Place(1, 5))):
        kept = await StoredQuestions(records).keep(question)
        assert kept == replace(question, id=kept.id)
        assert await StoredQuestions(records).asked(kept.id) == kept


async def test_older_questions_are_forgotten(records: Sessions) -> None:
    hours = [await StoredQuestions(records).keep(replace(ASKED, at=NOON + dt.timedelta(hours=h))) for h in range(4)]
    assert await StoredQuestions(records).forget_before(NOON + dt.timedelta(hours=2)) == 2
    assert [await StoredQuestions(records).asked(kept.id) for kept in hours] == [None, None, *hours[2:]]
    assert await StoredQuestions(records).forget_before(NOON + dt.timedelta(hours=2)) == 0
