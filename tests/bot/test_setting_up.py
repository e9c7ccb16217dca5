"""Setting a club up: each step is kept at once, the walk goes on where it was left, and what is missing has a cure."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from bot.club_settings import ASKED, ClubSettings, SetUp, SetUpProblem, Topic
from bot.features.setup.rules import AGAIN, ALLOW, Channel, missing
from bot.times import UnknownZone
from corpus.books import Book, Unit
from tests.fakes.app import app_on
from tests.fakes.records import opened_records

EMMA = Book("emma", "Emma", "Jane Austen", Unit.CHAPTER, 55)
BOOKS = {"emma": EMMA}
CHOSEN = ClubSettings(500, 501, 100, 101, "Europe/Berlin", "emma", Topic.DONE)
ROLES, CHANNELS = {500, 501}, {100: Channel("talk"), 101: Channel("sections")}


@pytest.fixture
async def set_up(tmp_path: Path) -> AsyncIterator[SetUp]:
    async with opened_records(tmp_path) as records:
        yield SetUp(app_on(records, BOOKS))


class TestTheWalk:
    def test_steps_follow_one_another_and_both_ends_stay_where_they_are(self) -> None:
        assert [step.next for step in Topic] == [*list(Topic)[1:], Topic.DONE]
        assert [step.before for step in Topic] == [Topic.MODERATORS, *list(Topic)[:-1]]
        assert [step.number for step in ASKED] == [1, 2, 3, 4, 5, 6]

    async def test_a_club_that_chose_nothing_is_at_the_beginning_and_in_utc(self, set_up: SetUp) -> None:
        assert await set_up.settings(1) == ClubSettings()
        assert await set_up.begin(1) == ClubSettings(zone="UTC", walk=Topic.MODERATORS)

    async def test_each_choice_is_kept_and_goes_on(self, set_up: SetUp) -> None:
        assert (await set_up.choose_id(1, Topic.MODERATORS, 500)).walk is Topic.ORGANISERS
        assert (await set_up.choose_id(1, Topic.ORGANISERS, 501)).walk is Topic.TALK
        await set_up.choose_id(1, Topic.TALK, 100)
        assert (await set_up.choose_id(1, Topic.SCHEDULE, 101)).walk is Topic.ZONE
        assert (await set_up.choose_zone(1, "berlin")).walk is Topic.BOOK
        assert await set_up.choose_book(1, "emma") == CHOSEN
        assert await set_up.settings(1) == CHOSEN
        assert await set_up.settings(2) == ClubSettings()

    async def test_it_goes_on_where_it_was_left_and_from_the_beginning_once_it_is_through(self, set_up: SetUp) -> None:
        await set_up.go(1, Topic.SCHEDULE)
        assert (await set_up.begin(1)).walk is Topic.SCHEDULE
        await set_up.go(1, Topic.DONE)
        assert (await set_up.begin(1)).walk is Topic.MODERATORS

    async def test_a_zone_that_is_chosen_elsewhere_leaves_the_walk_where_it_is(self, set_up: SetUp) -> None:
        await set_up.go(1, Topic.TALK)
        assert await set_up.choose_zone(1, "Asia/Tokyo") == ClubSettings(zone="Asia/Tokyo", walk=Topic.TALK)

    async def test_what_was_chosen_can_be_taken_back(self, set_up: SetUp) -> None:
        await set_up.choose_id(1, Topic.MODERATORS, 500)
        assert await set_up.choose_id(1, Topic.MODERATORS, None) == ClubSettings(walk=Topic.ORGANISERS)

    async def test_what_is_not_there_cannot_be_chosen(self, set_up: SetUp) -> None:
        with pytest.raises(UnknownZone, match=r"Did you mean Europe/Berlin\?"):
            await set_up.choose_zone(1, "Europe/Berlni")
        with pytest.raises(SetUpProblem, match="no longer in the library"):
            await set_up.choose_book(1, "persuasion")
        assert await set_up.settings(1) == ClubSettings()

    async def test_two_who_choose_at_once_lose_nothing(self, set_up: SetUp) -> None:
        await asyncio.gather(
            *(set_up.choose_id(1, step, 500) for step in (Topic.MODERATORS, Topic.TALK, Topic.SCHEDULE))
        )
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
        assert {cure for _, cure in found} == {AGAIN}

    @pytest.mark.parametrize("step", ["moderators", "organisers", "talk", "schedule"])
    def test_a_role_or_channel_that_was_deleted_is_named(self, step: str) -> None:
        ((what, cure),) = self.told(replace(CHOSEN, **{step: 999}))  # type: ignore[arg-type]
        assert "no longer exists" in what
        assert cure == AGAIN

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
        assert empty == ("The library has no books.", "My operator can add some: python run_bot.py import.")
