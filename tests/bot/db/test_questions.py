import datetime as dt

import pytest

from bot.db.sessions import Sessions
from bot.features.ask.store import BUTTONS_WORK, AskedLongAgo, AskedQuestions
from bot.people import Member, Place
from tests.fakes.app import NOON, app_on

LIZ = Member(1, 10)


async def test_a_question_comes_back_by_its_id_to_the_buttons_of_its_kind(records: Sessions) -> None:
    questions = AskedQuestions(app_on(records))
    for place, book in ((Place(1, 100, adults=True), "smiley"), (Place(1, 5), None)):
        kept = await questions.keep("ask", LIZ, place, "Who is Karla?", book)
        assert (kept.member, kept.place, kept.book, kept.at) == (LIZ, place, book, NOON)
        assert await questions.asked(kept.id, "recap", "ask") == kept
        with pytest.raises(AskedLongAgo):
            await questions.asked(kept.id, "recap")


async def test_older_questions_are_forgotten(records: Sessions) -> None:
    now = NOON
    questions = AskedQuestions(app_on(records, now=lambda: now))
    kept = []
    for _ in range(4):
        kept.append((await questions.keep("ask", LIZ, Place(1, 100), "Who?")).id)
        now += dt.timedelta(hours=1)
    now = NOON + BUTTONS_WORK + dt.timedelta(hours=2)
    assert await questions.forget_old() == 2
    assert [(await questions.asked(known, "ask")).id for known in kept[2:]] == kept[2:]
    assert await questions.forget_old() == 0
    now = NOON
    for gone in kept[:2]:
        with pytest.raises(AskedLongAgo):
            await questions.asked(gone, "ask")
