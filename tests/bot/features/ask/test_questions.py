"""What members ask: which book, for whom, once more for others, and what is too much."""

import datetime as dt
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.answering.engine import Discussion
from bot.app import App
from bot.club_settings import SetUp
from bot.features.ask.rules import Answer, Questions
from bot.features.ask.store import Conversations
from bot.features.ceilings.store import Ceilings
from bot.features.progress.store import Progress
from bot.limits import AskedTooMuch
from bot.people import Member, Place
from bot.settings import Settings
from bot.workers import Workers
from retrieval.retriever import Retriever
from tests.fakes.app import NOON
from tests.fakes.bookshelf import KITE, LANTERN
from tests.fakes.counting import Counted
from tests.fakes.records import opened_records

LIZ, ALEC, JIM = Member(1, 20), Member(1, 21), Member(1, 22)
GENERAL, THREAD = Place(1, 100), Place(1, 101)
STORM = "Whom does Silas save in the storm?"
SECRET = "Who drowned his brother for the sake of the lamp?"


@dataclass
class Club:
    """A club with its clock, and what its meter was told."""

    app: App
    clock: list[dt.datetime]
    meter: Counted

    async def reads(self, member: Member, book: str, where: str) -> None:
        await self.app.get(Progress).set(member, self.app.books[book], where)

    async def shared(self, member: Member, text: str) -> Answer:
        """Ask for everybody in the thread."""
        questions = self.app.get(Questions)
        return await questions.again(await questions.note("ask", member, THREAD, text, LANTERN), public=True)

    async def goes(self, place: Place, book: str, where: str) -> None:
        ceilings = self.app.get(Ceilings)
        await ceilings.make(place, await ceilings.raised(place, self.app.books[book], where), JIM)


@pytest.fixture
async def club(island: Retriever, tmp_path: Path) -> AsyncIterator[Club]:
    workers, clock = Workers(2), [NOON]
    try:
        async with opened_records(tmp_path) as records:
            discussion = Discussion(island.library, island)
            meter = Counted()
            app = App(discussion, records, workers, lambda: clock[0], Settings(member_questions=20), meter)
            yield Club(app, clock, meter)
    finally:
        workers.close()


# Which book


async def test_the_book_is_the_one_typed_or_named_or_of_the_place_or_the_one_that_is_being_read(club: Club) -> None:
    questions = club.app.get(Questions)

    async def meant(text: str, typed: str | None = None, place: Place = GENERAL, *, public: bool = False) -> str | None:
        return (await questions.note("ask", LIZ, place, text, typed, public=public)).book

    assert await meant("Who is it?") is None
    assert await meant("Who is it?", "the kite") == KITE
    assert await meant("Who is it in The Lantern?") == LANTERN
    assert await meant("Is The Lantern like The Kite?") is None
    await club.reads(LIZ, KITE, "ch 1")
    assert await meant("Who is it?") == KITE
    assert await meant("Who is it in The Lantern?") == LANTERN
    assert await meant("Who is it?", public=True) is None
    await club.goes(THREAD, LANTERN, "ch 5")
    assert await meant("Who is it?", place=THREAD) == LANTERN
    assert await meant("Who is it?", place=THREAD, public=True) == LANTERN
    assert await meant("Who is it?", "the kite", THREAD) == KITE


async def test_of_several_books_the_one_in_the_middle_comes_before_the_latest(club: Club) -> None:
    await club.reads(LIZ, LANTERN, "ch 5")
    club.clock[0] += dt.timedelta(minutes=1)
    await club.reads(LIZ, KITE, "finished")
    assert (await club.app.get(Questions).needed(LIZ, GENERAL)).slug == LANTERN
    await club.reads(LIZ, LANTERN, "finished")
    club.clock[0] += dt.timedelta(minutes=1)
    await club.reads(LIZ, KITE, "finished")
    assert (await club.app.get(Questions).needed(LIZ, GENERAL)).slug == KITE


# For whom


async def test_what_a_public_reply_may_say_of_its_reach_is_the_places_and_not_its_askers(club: Club) -> None:
    questions = club.app.get(Questions)
    await club.reads(LIZ, LANTERN, "ch 2")
    await club.goes(THREAD, LANTERN, "ch 5")
    answers = [await club.shared(LIZ, STORM), await questions.say(LIZ, THREAD, STORM, private=False)]
    for answer in answers:
        assert (answer.audience.at(LANTERN), answer.place.at(LANTERN)) == (2, 5)


# Going on from what was said


async def test_a_conversation_goes_on_about_its_book_in_its_place(club: Club) -> None:
    questions = club.app.get(Questions)
    await club.goes(THREAD, LANTERN, "ch 5")
    await club.goes(THREAD, KITE, "finished")
    first = await questions.say(LIZ, THREAD, "Whom does Silas save in the storm in The Lantern?", private=False)
    assert first.reply.book == LANTERN
    then = await questions.say(ALEC, THREAD, "And who is he?", private=False)
    assert then.asked.book == LANTERN
    assert then.asked.text == "And who is Silas?"
    told = await club.app.get(Conversations).so_far(THREAD, then.audience)
    assert told[-1].question == "And who is he?", "what others asked is not kept as theirs"
    elsewhere = await questions.say(ALEC, GENERAL, "And who is he?", private=False)
    assert elsewhere.asked.text == "And who is he?"


async def test_nothing_is_leaned_on_that_others_may_not_know(club: Club) -> None:
    questions = club.app.get(Questions)
    await club.goes(THREAD, LANTERN, "finished")
    await questions.say(LIZ, THREAD, SECRET, private=False)
    await club.goes(THREAD, LANTERN, "ch 3")
    assert (await questions.say(LIZ, THREAD, "And then?", private=False)).asked.text == "And then?"


# Too much


async def test_every_way_of_asking_counts(club: Club) -> None:
    questions = club.app.get(Questions)
    told = await questions.put("ask", LIZ, GENERAL, STORM, LANTERN)
    for _ in range(3):
        await questions.again(told.asked)
        await questions.mine(told.asked, LIZ, GENERAL)
        await questions.say(LIZ, GENERAL, STORM, private=True)
        await questions.check(LIZ, GENERAL, STORM)
        await questions.about(LIZ, GENERAL, STORM, "Look!")
        await questions.put("hint", LIZ, GENERAL, STORM, LANTERN)
    await questions.again(told.asked, do="hint")
    with pytest.raises(AskedTooMuch):
        await questions.put("who", LIZ, GENERAL, "Silas", LANTERN)
    await questions.put("who", ALEC, GENERAL, "Silas", LANTERN)


async def test_a_meter_is_told_how_each_question_was_answered(club: Club) -> None:
    questions = club.app.get(Questions)
    await club.reads(LIZ, LANTERN, "ch 5")
    await questions.put("ask", LIZ, GENERAL, STORM, LANTERN)
    await questions.put("recap", LIZ, GENERAL, "", LANTERN)
    await questions.put("recap", ALEC, GENERAL, "", LANTERN)
    await questions.say(LIZ, GENERAL, STORM, private=True)
    told = [told for told in club.meter.told if told[0] == "answers"]
    assert told == [
        ("answers", "ask", "quote"), ("answers", "recap", "quote"), ("answers", "recap", "neutral"),
        ("answers", "ask", "quote"),
    ]  # fmt: skip


# Where nothing can be written


async def test_a_question_that_cannot_be_kept_is_answered_without_an_id_for_buttons(
    club: Club, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    await club.reads(LIZ, LANTERN, "ch 5")
    with closing(sqlite3.connect(tmp_path / "club.db")) as database:
        database.execute("DROP TABLE questions")
    answer = await club.app.get(Questions).put("ask", LIZ, GENERAL, STORM, LANTERN)
    assert answer.reply.answered
    assert answer.asked.id == ""
    assert "answered without buttons" in caplog.text


async def test_where_somebody_is_is_told_to_them_alone(club: Club) -> None:
    questions = club.app.get(Questions)
    await club.reads(LIZ, LANTERN, "ch 7")
    await club.goes(THREAD, LANTERN, "ch 9")
    for question in ("where am I in the book?", "how many chapters left?"):
        own = await questions.put("ask", LIZ, GENERAL, question, LANTERN)
        assert "chapter 7" in own.reply.answer
        for told in (await club.shared(LIZ, question), await questions.say(LIZ, THREAD, question, private=False)):
            assert "7" not in told.reply.answer
            assert "/ask" in told.reply.answer


async def test_what_the_club_reads_and_when_it_meets_is_known_from_its_settings(club: Club) -> None:
    questions = club.app.get(Questions)
    assert "No meeting is planned" in (await questions.put("ask", LIZ, GENERAL, "when do we meet?")).reply.answer
    await club.app.get(SetUp).choose_book(1, KITE)
    assert "The Kite" in (await questions.put("ask", LIZ, GENERAL, "what are we reading?")).reply.answer
