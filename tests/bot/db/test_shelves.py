from __future__ import annotations

import datetime as dt

from bot.db.session import Sessions
from bot.features.shelf.store import StoredShelves
from bot.people import Member
from bot.records import ShelfName, Shelved

LIZ = Member(1, 20)
NOON = dt.datetime(2025, 3, 1, 12, tzinfo=dt.UTC)
MOBY = Shelved("moby-dick", "Moby-Dick; or, The Whale", ShelfName.READING, NOON, "moby-dick")
OWN = Shelved("some title", "Some Title", ShelfName.WANT, NOON + dt.timedelta(days=1))


async def test_a_shelf_shows_the_latest_book_first(records: Sessions) -> None:
    assert await StoredShelves(records).shelf(LIZ) == []
    await StoredShelves(records).put(LIZ, OWN)
    await StoredShelves(records).put(LIZ, MOBY)
    assert await StoredShelves(records).shelf(LIZ) == [OWN, MOBY]


async def test_a_book_is_on_one_part_of_the_shelf(records: Sessions) -> None:
    await StoredShelves(records).put(LIZ, MOBY)
    for minutes, name in enumerate(ShelfName):
        moved = Shelved("moby-dick", "Moby Dick", name, NOON + dt.timedelta(minutes=minutes))
        await StoredShelves(records).put(LIZ, moved)
        assert await StoredShelves(records).shelf(LIZ) == [moved]


async def test_a_book_is_taken_off_once(records: Sessions) -> None:
    await StoredShelves(records).put(LIZ, MOBY)
    await StoredShelves(records).put(LIZ, OWN)
    assert await StoredShelves(records).take(LIZ, "moby-dick") == MOBY
    assert await StoredShelves(records).take(LIZ, "moby-dick") is None
    assert await StoredShelves(records).shelf(LIZ) == [OWN]


async def test_every_member_of_every_club_has_a_shelf_of_their_own(records: Sessions) -> None:
    await StoredShelves(records).put(LIZ, MOBY)
    for other in (Member(2, 20), Member(1, 21)):
        assert await StoredShelves(records).shelf(other) == []
        assert await StoredShelves(records).take(other, "moby-dick") is None
    assert await StoredShelves(records).shelf(LIZ) == [MOBY]
