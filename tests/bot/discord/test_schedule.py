"""`/schedule`, as organisers make and change one; and what it does by itself, whatever happens to the bot."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import discord
import pytest
from simcord import ChannelHandle, InteractionResult, MemberActor

from bot.club.people import Member, Place
from bot.club.schedules.plan import Schedule, ScheduleState, SectionState
from tests.fakes.club import Club, buttons, message, shown, texts

WORDS = "Fridays at 8pm, 5 chapters a week"
HOUR, DAY = 3_600, 86_400
FRIDAY = dt.datetime(2026, 1, 2, 20, tzinfo=dt.UTC)
"""The first meeting: SimCord's time begins on Thursday, 1 January 2026, at noon... and the next Friday is a day on."""


@pytest.fixture
def jo(club: Club) -> MemberActor:
    """An organiser."""
    return club.member("Jo", manage_events=True)


async def prepared(
    club: Club, jo: MemberActor, words: str = WORDS, book: str = "the-lantern", **options: Any
) -> InteractionResult:
    return await jo.slash(club.general, "schedule create", book=book, words=words, **options)


async def made(club: Club, jo: MemberActor, words: str = WORDS, **options: Any) -> Schedule:
    done = await jo.click(message(await prepared(club, jo, words, **options)), label="Confirm")
    assert "The schedule is made" in shown(done), shown(done)
    return await latest(club)


async def latest(club: Club) -> Schedule:
    with club.env.time_context():
        known = await club.services.schedules._records.of_club(club.guild.id)  # noqa: SLF001 (what is kept)
    return known[0]


async def until(club: Club, moment: dt.datetime) -> None:
    await club.env.advance_time((moment - club.env.now()).total_seconds())


def words(post: discord.Message) -> str:
    return "\n".join([post.content, *texts([part.to_dict() for part in post.components])])


def events(club: Club) -> list[Any]:
    return list(club.env.backend.get_guild(club.guild.id).scheduled_events.values())


async def test_smoke(club: Club, jo: MemberActor) -> None:
    print(club.env.now())
    told = await prepared(club, jo)
    print(shown(told), buttons(told))
    schedule = await made(club, jo)
    print(schedule)
    await until(club, schedule.sections[0].meets + dt.timedelta(minutes=1))
    print([t.name for t in club.general.threads])
    for t in club.general.threads:
        for m in t.history():
            print(words(m))
    print(events(club))
    print(shown(await jo.slash(club.general, "schedule show")))
    assert 0
