"""What clubs chose, as it is kept."""

from dataclasses import replace
from pathlib import Path

from bot.club_settings import ClubSettings, SetUp
from tests.fakes.app import app_on
from tests.fakes.records import opened_records

ALL = ClubSettings(2**63 - 1, 501, 100, 101, "Europe/Berlin", "emma")


async def test_everything_that_was_chosen_is_there_after_a_restart_and_can_be_taken_back(database: str | Path) -> None:
    async with opened_records(database) as records:
        assert await SetUp(app_on(records)).change(1, lambda _: ALL) == ALL
    async with opened_records(database) as records:
        assert await SetUp(app_on(records)).settings(1) == ALL
        assert await SetUp(app_on(records)).settings(2) == ClubSettings()
        await SetUp(app_on(records)).change(1, lambda now: replace(now, moderators=None, book=None))
        assert await SetUp(app_on(records)).settings(1) == replace(ALL, moderators=None, book=None)
