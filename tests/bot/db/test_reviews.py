from __future__ import annotations

import datetime as dt
from dataclasses import replace

from bot.db.base import Sessions
from bot.features.reviews.store import Review, StoredReviews
from bot.people import EVERY, Member
from corpus.books import Reveals

NOON = dt.datetime(2025, 3, 1, 12, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


def review(club: int = 1, member: int = 10, book: str = "moby-dick", days: int = 0) -> Review:
    return Review(0, club, member, book, 4, "Call me late.", 2, Reveals.of({book: 2, "jonah": 1}), NOON + days * DAY)


async def test_a_review_comes_back_with_its_id(records: Sessions) -> None:
    kept = await StoredReviews(records).save(review())
    assert kept == replace(review(), id=kept.id)
    assert kept.id > 0
    assert await StoredReviews(records).by(Member(1, 10)) == [kept]


async def test_an_edited_review_keeps_its_id_and_its_day(records: Sessions) -> None:
    first = await StoredReviews(records).save(review())
    new = replace(review(days=3), text="Read the sermon.", stars=5, said=9, needs=Reveals.of({"moby-dick": 9}))
    edited = await StoredReviews(records).save(new)
    assert edited == replace(new, id=first.id, written=NOON, edited=NOON + 3 * DAY)
    assert await StoredReviews(records).by(Member(1, 10)) == [edited]
    again = await StoredReviews(records).save(replace(edited, edited=NOON + 4 * DAY))
    assert (again.written, again.edited) == (NOON, NOON + 4 * DAY)


async def test_a_deleted_review_is_gone_and_its_id_is_never_given_out_again(records: Sessions) -> None:
    first = await StoredReviews(records).save(review())
    assert await StoredReviews(records).delete(1, first.id)
    assert not await StoredReviews(records).delete(1, first.id)
    assert await StoredReviews(records).by(Member(1, 10)) == []
    assert (await StoredReviews(records).save(review())).id > first.id


async def test_nothing_of_another_club_is_seen_or_deleted(records: Sessions) -> None:
    here, there = await StoredReviews(records).save(review(club=1)), await StoredReviews(records).save(review(club=2))
    assert not await StoredReviews(records).delete(1, there.id)
    assert await StoredReviews(records).of_book(1, "moby-dick") == [here]
    assert await StoredReviews(records).by(Member(2, 10)) == [there]
    assert await StoredReviews(records).of_book(3, "moby-dick") == []


async def test_the_vector_store_can_ask_for_every_review(records: Sessions) -> None:
    assert await StoredReviews(records).every(EVERY) == []
    kept = [
        await StoredReviews(records).save(review(club=club, member=member)) for club in (2, 1) for member in (11, 10)
    ]
    assert await StoredReviews(records).every(EVERY) == kept


async def test_the_version_is_another_one_after_every_change(records: Sessions) -> None:
    seen = [await StoredReviews(records).version()]

    async def changed() -> bool:
        seen.append(await StoredReviews(records).version())
        return seen[-1] not in seen[:-1]

    first = await StoredReviews(records).save(review())
    assert await changed()
    await StoredReviews(records).save(review(club=2, days=-9))
    assert await changed()
    await StoredReviews(records).save(replace(review(), text="Read the sermon.", edited=NOON - DAY))
    assert await changed(), "also by a process whose clock is behind"
    await StoredReviews(records).delete(1, first.id)
    assert await changed()
    assert await StoredReviews(records).version() == seen[-1]
