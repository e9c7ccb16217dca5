from __future__ import annotations

import datetime as dt
from dataclasses import replace

from bot.db.database import StoredRecords
from bot.features.reviews.store import Review
from bot.people import EVERY, Member
from corpus.books import Reveals

NOON = dt.datetime(2025, 3, 1, 12, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


def review(club: int = 1, member: int = 10, book: str = "moby-dick", days: int = 0) -> Review:
    return Review(0, club, member, book, 4, "Call me late.", 2, Reveals.of({book: 2, "jonah": 1}), NOON + days * DAY)


async def test_a_review_comes_back_with_its_id(records: StoredRecords) -> None:
    kept = await records.reviews.save(review())
    assert kept == replace(review(), id=kept.id)
    assert kept.id > 0
    assert await records.reviews.by(Member(1, 10)) == [kept]


async def test_a_review_needs_no_stars(records: StoredRecords) -> None:
    kept = await records.reviews.save(replace(review(), stars=None, needs=Reveals()))
    assert await records.reviews.by(Member(1, 10)) == [kept]


async def test_an_edited_review_keeps_its_id_and_its_day(records: StoredRecords) -> None:
    first = await records.reviews.save(review())
    new = replace(review(days=3), text="Read the sermon.", stars=5, said=9, needs=Reveals.of({"moby-dick": 9}))
    edited = await records.reviews.save(new)
    assert edited == replace(new, id=first.id, written=NOON, edited=NOON + 3 * DAY)
    assert await records.reviews.by(Member(1, 10)) == [edited]
    again = await records.reviews.save(replace(edited, edited=NOON + 4 * DAY))
    assert (again.written, again.edited) == (NOON, NOON + 4 * DAY)


async def test_the_latest_review_comes_first(records: StoredRecords) -> None:
    for days, book in enumerate(["a", "b", "c"]):
        await records.reviews.save(review(book=book, days=days))
    for days, member in ((5, 11), (4, 12), (5, 13)):
        await records.reviews.save(review(member=member, book="a", days=days))
    assert [found.book for found in await records.reviews.by(Member(1, 10))] == ["c", "b", "a"]
    assert [found.member for found in await records.reviews.of_book(1, "a")] == [13, 11, 12, 10]


async def test_a_deleted_review_is_gone_and_its_id_is_never_given_out_again(records: StoredRecords) -> None:
    first = await records.reviews.save(review())
    assert await records.reviews.delete(1, first.id)
    assert not await records.reviews.delete(1, first.id)
    assert await records.reviews.by(Member(1, 10)) == []
    assert (await records.reviews.save(review())).id > first.id


async def test_nothing_of_another_club_is_seen_or_deleted(records: StoredRecords) -> None:
    here, there = await records.reviews.save(review(club=1)), await records.reviews.save(review(club=2))
    assert not await records.reviews.delete(1, there.id)
    assert await records.reviews.of_book(1, "moby-dick") == [here]
    assert await records.reviews.by(Member(2, 10)) == [there]
    assert await records.reviews.of_book(3, "moby-dick") == []


async def test_the_vector_store_can_ask_for_every_review(records: StoredRecords) -> None:
    assert await records.reviews.every(EVERY) == []
    kept = [await records.reviews.save(review(club=club, member=member)) for club in (2, 1) for member in (11, 10)]
    assert await records.reviews.every(EVERY) == kept


async def test_the_version_is_another_one_after_every_change(records: StoredRecords) -> None:
    seen = [await records.reviews.version()]

    async def changed() -> bool:
        seen.append(await records.reviews.version())
        return seen[-1] not in seen[:-1]

    first = await records.reviews.save(review())
    assert await changed()
    await records.reviews.save(review(club=2, days=-9))
    assert await changed()
    await records.reviews.save(replace(review(), text="Read the sermon.", edited=NOON - DAY))
    assert await changed(), "also by a process whose clock is behind"
    await records.reviews.delete(1, first.id)
    assert await changed()
    assert await records.reviews.version() == seen[-1]
