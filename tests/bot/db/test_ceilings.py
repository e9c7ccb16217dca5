from __future__ import annotations

import datetime as dt

from bot.db.base import Sessions
from bot.features.ceilings.store import StoredCeilings
from bot.people import Place, Reached

THREAD = Place(1, 100)
NOON = dt.datetime(2025, 3, 1, 12, tzinfo=dt.UTC)
EIGHT, TWELVE = Reached(8, 27, "chapter"), Reached(12, 27, "chapter")


async def test_a_place_has_no_ceiling_until_one_is_set(records: Sessions) -> None:
    assert await StoredCeilings(records).ceiling(THREAD) == {}
    await StoredCeilings(records).set_ceiling(THREAD, "smiley", EIGHT, by=10, at=NOON)
    await StoredCeilings(records).set_ceiling(THREAD, "karla", TWELVE, by=10, at=NOON)
    assert await StoredCeilings(records).ceiling(THREAD) == {"smiley": EIGHT, "karla": TWELVE}


async def test_books_come_in_the_order_of_their_letters_numbers_on_every_database(records: Sessions) -> None:
    books = ["emma", "a-b", "ab", "a_c", "Émile", "Z", "z"]
    for book in books:
        await StoredCeilings(records).set_ceiling(THREAD, book, EIGHT, by=10, at=NOON)
    assert list(await StoredCeilings(records).ceiling(THREAD)) == sorted(books)


async def test_a_ceiling_is_cleared_in_one_book_or_in_all(records: Sessions) -> None:
    for book in ("a", "b", "c"):
        await StoredCeilings(records).set_ceiling(THREAD, book, EIGHT, by=10, at=NOON)
    assert await StoredCeilings(records).clear_ceiling(THREAD, "a") == 1
    assert await StoredCeilings(records).clear_ceiling(THREAD, "a") == 0
    assert set(await StoredCeilings(records).ceiling(THREAD)) == {"b", "c"}
    assert await StoredCeilings(records).clear_ceiling(THREAD) == 2
    assert await StoredCeilings(records).ceiling(THREAD) == {}


async def test_no_other_place_and_no_other_club_is_concerned(records: Sessions) -> None:
    others = (Place(1, 101), Place(2, 100))
    for place in (THREAD, *others):
        await StoredCeilings(records).set_ceiling(
            place, "smiley", Reached(place.club, place.id, "page"), by=10, at=NOON
        )
    assert await StoredCeilings(records).clear_ceiling(THREAD) == 1
    assert [await StoredCeilings(records).ceiling(place) for place in others] == [
        {"smiley": Reached(1, 101, "page")},
        {"smiley": Reached(2, 100, "page")},
    ]
