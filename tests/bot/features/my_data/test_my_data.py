"""Everything that is held about a person: shown to them alone, and gone when they want it gone."""

import datetime as dt
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.answering.reply import Reply
from bot.app import App
from bot.features.ask.store import Conversations, DirectMessages
from bot.features.ceilings.store import Ceilings
from bot.features.my_data.store import MyData, personal_tables
from bot.features.progress.store import Progress
from bot.features.reviews.store import Reviews
from bot.features.shelf.store import Shelves
from bot.people import NO_CLUB, Member, Place
from bot.workers import Workers
from corpus.books import Book, Reveals, Unit
from retrieval.gate import Audience
from tests.fakes.app import app_on
from tests.fakes.club_texts import Texts
from tests.fakes.records import opened_records

SAYS = {personal.name: personal.says for _, personal in personal_tables()}

NOON = dt.datetime(2025, 3, 1, 12, tzinfo=dt.UTC)
EMMA = Book("emma", "Emma", "Jane Austen", Unit.CHAPTER, 55)
LIZ, THERE, ALEC = Member(1, 20), Member(2, 20), Member(1, 21)


@dataclass
class Club:
    """What members tell, and where it is kept."""

    app: App
    texts: Texts

    @property
    def my_data(self) -> MyData:
        return self.app.get(MyData)

    async def tells(self, member: Member) -> None:
        """Have a member tell the bot everything that they can."""
        name, get = f"member {member.id} of {member.club}", self.app.get
        place = Place(member.club, 100 if member.id == LIZ.id else 300)
        await get(Progress).set(member, EMMA, "ch 7")
        await get(Shelves).add(member, f"The Whale, by {name}")
        await get(Reviews).write(member, EMMA, "5", f"A picnic! – {name}", "finished")
        ceilings = get(Ceilings)
        await ceilings.make(place, await ceilings.raised(place, EMMA, "ch 9"), member)
        asked = f"Whom does Emma love? – {name}"
        await get(Conversations).remember(place, member, asked, Reply("ask", "emma", "Nobody."), Audience(), Reveals())
        await get(DirectMessages).choose(member.id, member.club)

    async def held(self, member: Member, *, everywhere: bool = False) -> dict[str, Any]:
        """Return the export, as a program reads it."""
        told: dict[str, Any] = json.loads(await self.my_data.export(member, everywhere=everywhere))
        return told


@pytest.fixture
async def club(tmp_path: Path) -> AsyncIterator[Club]:
    workers, texts = Workers(1), Texts()
    try:
        async with opened_records(tmp_path) as records:
            yield Club(app_on(records, {EMMA.slug: EMMA}, texts=texts, workers=workers), texts)
    finally:
        workers.close()


async def test_an_export_holds_what_a_member_told_in_this_club_and_nothing_of_anybody_else(club: Club) -> None:
    for member in (LIZ, THERE, ALEC):
        await club.tells(member)
    told = json.dumps(await club.held(LIZ))
    assert told.count("member 2") == told.count("member 20 of 1") >= 3
    assert "of 2" not in told
    assert "21" not in told
    assert (await club.held(LIZ))["clubs"] == [1]


async def test_an_export_from_a_direct_message_is_of_all_clubs(club: Club) -> None:
    for member in (LIZ, THERE, ALEC):
        await club.tells(member)
    held = await club.held(Member(NO_CLUB, LIZ.id), everywhere=True)
    assert held["clubs"] == [1, 2]
    assert len(held["reviews"]) == 2
    assert "21" not in json.dumps(held)


async def test_a_summary_says_how_much_is_held_in_words(club: Club) -> None:
    assert await club.my_data.summary(LIZ, everywhere=False) == {}
    await club.tells(LIZ)
    held = await club.my_data.summary(LIZ, everywhere=False)
    assert held[SAYS["reviews"]] == held[SAYS["conversation"]] == 1
    assert held[SAYS["shelf"]] == 2
    assert set(held) <= set(SAYS.values())


async def test_what_is_deleted_in_one_club_is_gone_there_and_nowhere_else(club: Club) -> None:
    for member in (LIZ, THERE, ALEC):
        await club.tells(member)
    there, alecs = await club.held(THERE), await club.held(ALEC)
    await club.my_data.delete(LIZ, everywhere=False)
    assert await club.my_data.summary(LIZ, everywhere=False) == {}
    assert await club.held(ALEC) == alecs
    left = await club.held(THERE)
    assert left == there
    assert sorted(text.text for text in club.texts.kept.values()) == [
        "A picnic! – member 20 of 2", "A picnic! – member 21 of 1",
    ]  # fmt: skip


@pytest.mark.parametrize("member", [Member(NO_CLUB, LIZ.id), LIZ])
async def test_what_is_deleted_everywhere_is_gone_from_all_clubs(club: Club, member: Member) -> None:
    for told in (LIZ, THERE, ALEC):
        await club.tells(told)
    await club.my_data.delete(member, everywhere=True)
    assert await club.my_data.summary(LIZ, everywhere=True) == {}
    assert [text.text for text in club.texts.kept.values()] == ["A picnic! – member 21 of 1"]
    assert await club.my_data.summary(ALEC, everywhere=True) != {}
