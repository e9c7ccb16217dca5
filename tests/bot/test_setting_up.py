"""Setting a club up: what is chosen is kept, and what is missing has a cure."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from bot.club_settings import ClubSettings, SetUp, SetUpProblem, Topic
from bot.features.setup.rules import AGAIN, ALLOW, PICK_ROLE, Channel, missing
from bot.times import UnknownZone
from corpus.books import Book, Unit
from tests.fakes.app import app_on
from tests.fakes.records import opened_records

EMMA = Book("emma", "Emma", "Jane Austen", Unit.CHAPTER, 55)
BOOKS = {"emma": EMMA}
CHOSEN = ClubSettings(500, 501, 100, 101, "Europe/Berlin", "emma")
ROLES, CHANNELS = {500, 501}, {100: Channel("talk"), 101: Channel("sections")}


@pytest.fixture
async def set_up(tmp_path: Path) -> AsyncIterator[SetUp]:
    async with opened_records(tmp_path) as records:
        yield SetUp(app_on(records, BOOKS))


class TestWhatAClubChooses:
    async def test_a_club_that_chose_nothing_is_in_utc(self, set_up: SetUp) -> None:
        assert await set_up.settings(1) == ClubSettings(zone="UTC")

    async def test_each_choice_is_kept(self, set_up: SetUp) -> None:
        await set_up.choose_id(1, Topic.MODERATORS, 500)
        await set_up.choose_id(1, Topic.ORGANISERS, 501)
        await set_up.choose_id(1, Topic.TALK, 100)
        await set_up.choose_id(1, Topic.SCHEDULE, 101)
        await set_up.choose_zone(1, "berlin")
        assert await set_up.choose_book(1, "emma") == CHOSEN
        assert await set_up.settings(1) == CHOSEN
        assert await set_up.settings(2) == ClubSettings()

    async def test_what_was_chosen_can_be_taken_back(self, set_up: SetUp) -> None:
        await set_up.choose_id(1, Topic.MODERATORS, 500)
        assert await set_up.choose_id(1, Topic.MODERATORS, None) == ClubSettings()

    async def test_what_is_not_there_cannot_be_chosen(self, set_up: SetUp) -> None:
        with pytest.raises(UnknownZone, match=r"Did you mean Europe/Berlin\?"):
            await set_up.choose_zone(1, "Europe/Berlni")
        with pytest.raises(SetUpProblem, match="no longer in the library"):
            await set_up.choose_book(1, "persuasion")
        assert await set_up.settings(1) == ClubSettings()

    async def test_two_who_choose_at_once_lose_nothing(self, set_up: SetUp) -> None:
        topics = (Topic.MODERATORS, Topic.TALK, Topic.SCHEDULE)
        await asyncio.gather(*(set_up.choose_id(1, topic, 500) for topic in topics))
        settings = await set_up.settings(1)
        assert (settings.moderators, settings.talk, settings.schedule) == (500, 500, 500)


class TestWhatIsMissing:
    def told(
        self, settings: ClubSettings, channels: Mapping[int, Channel] = CHANNELS, ceiling: int | None = 3
    ) -> list[tuple[str, str]]:
        return list(missing(settings, ROLES, channels, BOOKS, {} if ceiling is None else {"emma": ceiling}))

    def test_nothing_where_all_is_there(self) -> None:
        assert self.told(CHOSEN) == []

    def test_everything_that_was_not_chosen_is_named_with_its_cure(self) -> None:
        found = self.told(ClubSettings())
        assert len(found) == 5
        assert {cure for _, cure in found} == {AGAIN, PICK_ROLE}

    @pytest.mark.parametrize("step", ["moderators", "organisers", "talk", "schedule"])
    def test_a_role_or_channel_that_was_deleted_is_named(self, step: str) -> None:
        ((what, cure),) = self.told(replace(CHOSEN, **{step: 999}))  # type: ignore[arg-type]
        assert "no longer exists" in what
        assert cure == (PICK_ROLE if step in ("moderators", "organisers") else AGAIN)

    def test_permissions_that_lack_are_named_channel_by_channel(self) -> None:
        channels = {100: Channel("talk", ("Attach Files", "Create Polls")), 101: Channel("x")}
        assert self.told(CHOSEN, channels) == [("In #talk I lack Attach Files, Create Polls.", ALLOW)]

    def test_one_channel_for_both_is_told_of_once(self) -> None:
        channels = {100: Channel("talk", ("Attach Files",))}
        assert len(self.told(replace(CHOSEN, schedule=100), channels)) == 1

    def test_a_place_without_a_ceiling_is_named(self) -> None:
        ((what, cure),) = self.told(CHOSEN, ceiling=None)
        assert what == "#talk has no ceiling for Emma: what I say there assumes that nobody has started."
        assert "/ceiling set" in cure

    def test_a_book_that_left_the_library_and_a_library_without_books_are_told_apart(self) -> None:
        ((what, _),) = self.told(replace(CHOSEN, book="persuasion"))
        assert "no longer in the library" in what
        (empty,) = missing(CHOSEN, ROLES, CHANNELS, {}, {})
        assert empty == ("The library has no books.", "Add one of your own: its title and length are enough.")
