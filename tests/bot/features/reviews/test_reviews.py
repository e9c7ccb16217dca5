"""Members' reviews by their rules: kept, placed, read, deleted; and on their way as drafts."""

import datetime as dt
from collections.abc import AsyncIterator, Callable
from itertools import count
from pathlib import Path

import pytest

from bot.features.reviews.store import Review, ReviewProblem, Reviews
from bot.people import Member
from bot.workers import Workers
from corpus.books import Book, Unit
from retrieval.gate import Audience
from tests.fakes.app import NOON, app_on
from tests.fakes.club_texts import PICNIC, Texts
from tests.fakes.records import opened_records

LIZ, JIM, READER, STRANGER = Member(1, 20), Member(1, 21), Member(1, 22), Member(2, 20)
EMMA = Book("emma", "Emma", "Jane Austen", Unit.CHAPTER, 55)


def days() -> Callable[[], dt.datetime]:
    """Return a clock that goes on by a day whenever it is asked."""
    passed = count()
    return lambda: NOON + dt.timedelta(days=next(passed))


@pytest.fixture
def texts() -> Texts:
    return Texts()


@pytest.fixture
async def reviews(database: str | Path, texts: Texts) -> AsyncIterator[Reviews]:
    workers = Workers(1)
    async with opened_records(database) as records:
        yield Reviews(app_on(records, {"emma": EMMA}, days(), texts=texts, workers=workers))
    workers.close()


def at(marks: int, club: int = 1) -> Audience:
    return Audience({"emma": marks}, club=str(club))


async def test_a_text_is_in_the_store_with_what_its_readers_need_and_stars_alone_are_not(
    reviews: Reviews, texts: Texts
) -> None:
    kept = await reviews.write(LIZ, EMMA, 4, "That picnic!", "not started")
    (text,) = texts.kept.values()
    assert (text.club, text.id, text.rating, dict(text.reveals.marks)) == ("1", str(kept.id), 4, {"emma": PICNIC})
    await reviews.write(LIZ, EMMA, 4, "", "not started")
    assert texts.kept == {}


async def test_an_edited_review_keeps_its_id_and_its_day(reviews: Reviews) -> None:
    first = await reviews.write(LIZ, EMMA, 4, "I laughed.", "ch 5")
    edited = await reviews.write(LIZ, EMMA, 5, "I laughed more.", "ch 9")
    assert (edited.id, edited.written, edited.edited) == (first.id, NOON, NOON + dt.timedelta(days=1))
    assert (edited.stars, edited.text, edited.said) == (5, "I laughed more.", 9)
    assert [each.id for each in await reviews.read(READER, EMMA, at(9))] == [first.id]
    assert [each.id for each in await reviews.read(LIZ, EMMA, at(0))] == [first.id], "one's own, at any position"


async def test_the_version_is_another_one_after_every_change(reviews: Reviews) -> None:
    seen = [await reviews.version()]
    for member, text in ((LIZ, "Good."), (JIM, "Good."), (LIZ, "Very good.")):
        await reviews.write(member, EMMA, 4, text, "ch 5")
        seen.append(await reviews.version())
    await reviews.delete(JIM, EMMA)
    seen.append(await reviews.version())
    assert len(set(seen)) == len(seen)
    assert await reviews.version() == seen[-1]


async def test_no_review_crosses_to_another_club(reviews: Reviews) -> None:
    await reviews.write(LIZ, EMMA, 4, "Good.", "not started")
    assert await reviews.read(STRANGER, EMMA, at(55, club=2)) == []
    with pytest.raises(ReviewProblem, match="reviewed Emma yet"):
        await reviews.delete(STRANGER, EMMA)


async def test_what_is_deleted_leaves_the_store_and_can_be_put_back_as_it_was(reviews: Reviews, texts: Texts) -> None:
    kept = await reviews.write(LIZ, EMMA, 4, "That picnic!", "ch 5")
    text = (await reviews.delete(LIZ, EMMA)).dump()
    assert text == kept.dump()
    assert texts.kept == {}
    back = await reviews.put_back(Review.load(text))
    assert back.dump() == text
    assert back.id > kept.id, "a button may still name the old one"
    assert len(texts.kept) == 1
    with pytest.raises(ReviewProblem, match="a new review"):
        await reviews.put_back(Review.load(text))


async def test_at_a_start_the_store_is_brought_in_line_with_the_database(reviews: Reviews, texts: Texts) -> None:
    await reviews.write(LIZ, EMMA, 4, "Good.", "ch 5")
    texts.kept.clear()
    assert await reviews.reconcile() == 1
    assert [text.text for text in texts.kept.values()] == ["Good."]
