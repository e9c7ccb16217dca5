"""Setting a club up: what is chosen is kept."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.club_settings import ClubSettings, SetUp, SetUpProblem, Topic
from bot.times import UnknownZone
from corpus.books import Book, Unit
from tests.fakes.app import app_on
from tests.fakes.records import opened_records

EMMA = Book("emma", "Emma", "Jane Austen", Unit.CHAPTER, 55)


@pytest.fixture
async def set_up(tmp_path: Path) -> AsyncIterator[SetUp]:
    async with opened_records(tmp_path) as records:
        yield SetUp(app_on(records, {"emma": EMMA}))


async def test_what_is_not_there_cannot_be_chosen(set_up: SetUp) -> None:
    with pytest.raises(UnknownZone, match=r"Did you mean Europe/Berlin\?"):
        await set_up.choose_zone(1, "Europe/Berlni")
    with pytest.raises(SetUpProblem, match="no longer in the library"):
        await set_up.choose_book(1, "persuasion")
    assert await set_up.settings(1) == ClubSettings()


async def test_two_who_choose_at_once_lose_nothing(set_up: SetUp) -> None:
    topics = (Topic.MODERATORS, Topic.TALK, Topic.SCHEDULE)
    await asyncio.gather(*(set_up.choose_id(1, topic, 500) for topic in topics))
    settings = await set_up.settings(1)
    assert (settings.moderators, settings.talk, settings.schedule) == (500, 500, 500)
