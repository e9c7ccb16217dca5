from __future__ import annotations

import datetime as dt

from bot.db.database import StoredRecords
from bot.features.reviews.store import Review
from bot.people import NO_CLUB, Member, Place, Reached
from bot.records import ShelfName, Shelved
from bot.saved_questions import Asked
from corpus.books import Reveals

NOON = dt.datetime(2025, 3, 1, 12, tzinfo=dt.UTC)


async def test_a_person_is_in_the_clubs_in_which_they_told_anything(records: StoredRecords) -> None:
    assert await records.choices.clubs(10) == []
    await records.reviews.save(Review(0, 3, 10, "smiley", 5, "", 0, Reveals(), NOON))
    await records.positions.change(Member(1, 10), {"smiley": Reached(1, 27, "chapter")}, NOON)
    await records.shelves.put(Member(2, 10), Shelved("smiley", "Smiley’s People", ShelfName.WANT, NOON))
    await records.positions.change(Member(7, 11), {"smiley": Reached(1, 27, "chapter")}, NOON)
    assert await records.choices.clubs(10) == [1, 2, 3]


async def test_having_asked_or_having_no_club_is_not_telling(records: StoredRecords) -> None:
    await records.questions.keep(Asked("", Member(1, 10), Place(1, 100), "ask", "Who?", None, NOON))
    await records.positions.change(Member(NO_CLUB, 10), {"smiley": Reached(1, 27, "chapter")}, NOON)
    assert await records.choices.clubs(10) == []


async def test_a_choice_can_be_changed_and_is_the_persons_own(records: StoredRecords) -> None:
    assert await records.choices.chosen(10) is None
    await records.choices.choose(10, 1)
    await records.choices.choose(11, 3)
    await records.choices.choose(10, 2)
    assert await records.choices.chosen(10) == 2
    assert await records.choices.chosen(11) == 3


async def test_a_note_is_read_as_it_was_last_written(records: StoredRecords) -> None:
    assert await records.notes.note("commands") is None
    for value in ("one", "", "two’s “words” \n 🐋", "x" * 100_000):
        await records.notes.write_note("commands", value)
        assert await records.notes.note("commands") == value
    assert await records.notes.note("other") is None


async def test_what_not_every_database_can_keep_is_left_out_of_words_and_of_what_is_looked_for(
    records: StoredRecords,
) -> None:
    await records.notes.write_note("a\0b", "c\0d\ud800e")
    assert await records.notes.note("ab") == await records.notes.note("a\ud9ffb\0") == "cde"
    assert await records.questions.asked("\0") is None
