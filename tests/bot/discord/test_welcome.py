"""The greeting of a server, once and where it belongs; and `/help`, by who asks."""

import asyncio

import pytest
from simcord import ChannelHandle, MemberActor

from bot.club_settings import SetUp
from bot.features.welcome.cog import WelcomeCog
from tests.fakes.club import Club, buttons, shown, words


async def arrive(club: Club, news: ChannelHandle | None = None) -> None:
    """Have Discord tell of the server, with or without a channel for news, as of one that the bot was just added to."""
    if news:
        await club.env.bot.http.edit_guild(club.guild.id, system_channel_id=news.id)
        await club.env.settle()
    guild, greeter = club.env.bot.get_guild(club.guild.id), club.bots[-1].get_cog("WelcomeCog")
    assert guild is not None
    assert isinstance(greeter, WelcomeCog)
    await asyncio.gather(greeter.on_guild_join(guild), greeter.on_guild_join(guild))


async def test_a_server_is_greeted_once_also_after_a_restart(club: Club) -> None:
    await arrive(club, club.general)
    await club.restart()
    await arrive(club)
    (greeting,) = club.general.history()
    assert "Hello, I’m Dogear" in str(greeting.components)
    assert "never tell anybody more than they have read" in str(greeting.components)


async def test_the_owner_of_a_server_without_a_channel_for_news_is_greeted_alone(club: Club) -> None:
    await arrive(club)
    assert club.general.history() == []
    guild = club.env.bot.get_guild(club.guild.id)
    assert guild is not None
    assert guild.owner_id
    (greeting,) = ChannelHandle(club.env, None, club.env.backend.get_dm_channel(guild.owner_id)).history()
    assert "I’ve just been added to your server The Island Club." in words(greeting)


async def test_the_greeting_opens_the_set_up_for_who_may_and_the_help_for_everybody(club: Club) -> None:
    await arrive(club, club.general)
    (greeting,) = club.general.history()
    opened = await club.member("Jo", manage_guild=True).click(greeting, label="Set up")
    assert "Set up the club" in str(opened.modal)
    refused = await club.member("Silas").click(greeting, label="Set up")
    assert "Only people with the permission Manage Server" in shown(refused)
    told = await club.member("Ada").click(greeting, label="What members do")
    assert told.ephemeral
    assert "/progress set" in shown(told)


def parts(text: str) -> list[str]:
    """Return for whom a help has a part."""
    return [name for name in ("moderators", "organisers", "manage the server") if name in text]


@pytest.mark.parametrize(
    ("may", "told"),
    [({}, []), ({"manage_messages": True}, ["moderators"]), ({"manage_events": True}, ["organisers"]),
     ({"manage_guild": True}, ["organisers", "manage the server"])],
)  # fmt: skip
async def test_help_is_by_who_asks(club: Club, may: dict[str, bool], told: list[str]) -> None:
    answer = await club.member("Jo", None, **may).slash(club.general, "help")
    assert answer.ephemeral
    assert parts(shown(answer)) == told
    for_some = {
        "manage_events": ["Plan the schedule", "Start a vote", "Add a book"],
        "manage_guild": ["Set up", "Plan the schedule", "Start a vote", "Add a book"],
    }
    assert buttons(answer)[9:] == next((for_some[name] for name in may if name in for_some), [])


async def test_help_says_what_the_club_reads_and_where_its_asker_is(club: Club) -> None:
    await club.app.get(SetUp).choose_book(club.guild.id, "the-lantern")
    reader: MemberActor = await club.reader("Ada", the_lantern="ch 5")
    assert "The club reads The Lantern. You have finished chapter 5 of 10" in shown(
        await reader.slash(club.general, "help")
    )
    new = club.member("Silas")
    assert "The club reads The Lantern. You haven’t set your position yet." in shown(
        await new.slash(club.general, "help")
    )
