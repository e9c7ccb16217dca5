from __future__ import annotations

import asyncio
import datetime as dt
from dataclasses import replace

from bot.club.people import Place
from bot.club.records import Suggestion
from bot.storage.database import StoredRecords

NOON = dt.datetime(2025, 3, 1, 12, tzinfo=dt.UTC)
FIRST = Suggestion(0, Place(1, 100, adults=True), 10, "Why does Ishmael go to sea?", 900, NOON)


async def test_suggestions_wait_oldest_first(records: StoredRecords) -> None:
    kept = [await records.suggestions.suggest(replace(FIRST, message=message)) for message in (900, 901, 902)]
    assert kept[0] == replace(FIRST, id=kept[0].id) if kept[0] else False
    assert await records.suggestions.waiting(1) == kept


async def test_a_message_is_suggested_once_even_after_it_was_settled(records: StoredRecords) -> None:
    kept = await records.suggestions.suggest(FIRST)
    assert kept is not None
    assert await records.suggestions.suggest(replace(FIRST, member=11, text="Again?")) is None
    assert await records.suggestions.waiting(1) == [kept]
    await records.suggestions.settle(1, kept.id)
    assert await records.suggestions.suggest(FIRST) is None
    assert await records.suggestions.waiting(1) == []


async def test_suggestions_without_a_message_are_all_kept(records: StoredRecords) -> None:
    typed = replace(FIRST, message=0)
    kept = [await records.suggestions.suggest(typed) for _ in range(3)]
    assert None not in kept
    assert await records.suggestions.waiting(1) == kept
    assert {suggestion.message for suggestion in await records.suggestions.waiting(1)} == {0}


async def test_one_moderator_settles_a_suggestion_and_the_next_gets_nothing(records: StoredRecords) -> None:
    kept = await records.suggestions.suggest(FIRST)
    assert kept is not None
    settled = await asyncio.gather(*(records.suggestions.settle(1, kept.id) for _ in range(5)))
    assert [found for found in settled if found] == [kept]
    assert await records.suggestions.settle(1, 999) is None


async def test_another_club_neither_sees_nor_settles_a_suggestion(records: StoredRecords) -> None:
    kept = await records.suggestions.suggest(FIRST)
    assert kept is not None
    assert await records.suggestions.waiting(2) == []
    assert await records.suggestions.settle(2, kept.id) is None
    there = await records.suggestions.suggest(replace(FIRST, place=Place(2, 100)))
    assert there is not None
    assert await records.suggestions.waiting(1) == [kept]
    assert await records.suggestions.waiting(2) == [there]
