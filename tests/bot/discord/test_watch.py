"""`/watch`: authors are told alone, moderators have a queue, and nobody is called out in public."""

import datetime as dt
from collections.abc import AsyncIterator
from pathlib import Path

import discord
import pytest
from simcord import MemberActor
from sqlalchemy import update

from bot.db.jobs import JobRow
from bot.features.watch.store import Finding, Spoken, Watching
from bot.people import Place
from corpus.books import Reveals
from retrieval.retriever import Retriever
from tests.fakes.club import Club, buttons, message, opened_club, posted, shown, words
from tests.fakes.records import add_finding_to

SPOILER = "Silas drowned his brother for the sake of the lamp."
HARMLESS = "Which book do you give away most often?"
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
async def reading(island: Retriever, tmp_path: Path) -> AsyncIterator[Club]:
    """A club whose bot may read messages, in a place that goes to chapter 5."""
    async with opened_club(island, tmp_path, message_content=True) as club:
        await club.ceiling(club.general, the_lantern="ch 5")
        yield club


def moderator(club: Club) -> MemberActor:
    return club.member("Elinor", manage_messages=True)


async def watched(club: Club) -> MemberActor:
    """Have the place watched, and return the moderator who did it."""
    elinor = moderator(club)
    assert "I’m now watching for spoilers here" in shown(await elinor.slash(club.general, "watch on"))
    return elinor


def notes(member: MemberActor) -> list[discord.Message]:
    """Return what the bot wrote to somebody in direct messages."""
    return [message for message in member.user.dm_channel.history() if message.author.bot]


def read(member: MemberActor) -> str:
    """Return the text of all that the bot wrote to somebody in direct messages."""
    return "\n".join(posted(member.user.dm_channel))


# Turning it on and off


async def test_without_message_content_it_says_what_to_turn_on_and_where(club: Club) -> None:
    await club.ceiling(club.general, the_lantern="ch 5")
    told = shown(await moderator(club).slash(club.general, "watch on")).replace("\\", "")
    assert "Message Content Intent” on the page “Bot” of Discord’s developer portal" in told
    assert "MESSAGE_CONTENT=1" in told
    watching = club.app.get(Watching)
    await watching.load()
    assert not watching.is_on(Place(club.guild.id, club.general.id))


async def test_a_server_that_opens_the_command_to_everybody_opens_no_queue(reading: Club) -> None:
    elinor = await watched(reading)
    liz = reading.member("Liz")
    await liz.send(reading.general, SPOILER)
    status = await elinor.slash(reading.general, "watch status")
    (role,) = reading.env.backend.get_guild(reading.guild.id).members[elinor.id].role_ids
    reading.env.backend.remove_member_role(reading.guild.id, elinor.id, role)
    assert "Only moderators" in shown(await elinor.click(message(status), label="Queue"))


async def test_it_is_off_until_somebody_turns_it_on_and_off_again_after(reading: Club) -> None:
    liz = reading.member("Liz")
    await liz.send(reading.general, SPOILER)
    assert notes(liz) == []
    elinor = await watched(reading)
    assert "I’m watching" in shown(await elinor.slash(reading.general, "watch status"))
    assert "stopped watching for spoilers here" in shown(await elinor.slash(reading.general, "watch off"))
    assert "wasn’t watching for spoilers here" in shown(await elinor.slash(reading.general, "watch off"))
    await liz.send(reading.general, SPOILER)
    assert notes(liz) == []


# Telling


async def test_the_author_is_told_alone_and_where_it_belongs_is_for_moderators(reading: Club) -> None:
    elinor = await watched(reading)
    liz = reading.member("Liz")
    sent = await liz.send(reading.general, SPOILER)
    (note,) = notes(liz)
    assert str(sent.id) in words(note)
    assert "might be a spoiler" in words(note)
    assert "The moderators see your message as a possible spoiler" in words(note)
    assert "chapter" not in words(note)
    assert posted(reading.general) == []
    status = await elinor.slash(reading.general, "watch status")
    assert status.ephemeral
    queue = await elinor.click(message(status), label="Queue")
    assert str(sent.id) in shown(queue)
    assert "The Lantern, chapter 10 of 10" in shown(queue)
    assert f"<@{liz.id}>" in shown(queue)
    assert "drowned" not in shown(queue)
    assert "There are no messages to look at" in shown(await elinor.click(message(queue), label="Dealt with"))


async def test_a_message_that_is_edited_is_looked_at_again_and_told_of_once(reading: Club) -> None:
    await watched(reading)
    liz = reading.member("Liz")
    sent = await liz.send(reading.general, HARMLESS)
    await liz.edit(sent, SPOILER)
    await liz.edit(sent, f"{SPOILER} Really.")
    assert len(notes(liz)) == 1


async def test_whose_direct_messages_are_closed_is_left_to_the_moderators(reading: Club) -> None:
    elinor = await watched(reading)
    reading.env.inject_error("POST", "/channels/*/messages", status=403, code=50007, message="Cannot send")
    liz = reading.member("Liz")
    await liz.send(reading.general, SPOILER)
    assert notes(liz) == []
    assert "from all channels: 1" in shown(await elinor.slash(reading.general, "watch status"))
    assert posted(reading.general) == []


# What an author does


async def test_hiding_deletes_the_message_and_gives_its_text_back_wrapped_and_labelled(reading: Club) -> None:
    elinor = await watched(reading)
    liz = reading.member("Liz")
    sent = await liz.send(reading.general, SPOILER)
    await reading.restart()
    told = await liz.user.click(notes(liz)[0], label="Hide it")
    assert sent.id not in {message.id for message in reading.general.history()}
    back = read(liz)
    assert f"Spoiler for The Lantern: ||{SPOILER}||" in back
    assert "chapter" not in back
    assert told.acknowledged
    assert "from all channels: 0" in shown(await elinor.slash(reading.general, "watch status"))
    await liz.send(reading.general, f"Spoiler for The Lantern: ||{SPOILER}||")
    assert "from all channels: 0" in shown(await elinor.slash(reading.general, "watch status"))


async def test_a_bot_that_may_not_delete_says_so_and_gives_the_text_back(reading: Club) -> None:
    await watched(reading)
    liz = reading.member("Liz")
    sent = await liz.send(reading.general, SPOILER)
    reading.env.inject_error("DELETE", "/channels/*/messages/*", status=403, code=50013, message="Missing Permissions")
    await liz.user.click(notes(liz)[0], label="Hide it")
    assert sent.id in {message.id for message in reading.general.history()}
    told = read(liz)
    assert "Manage Messages" in told
    assert f"||{SPOILER}||" in told


async def test_an_author_who_says_that_it_is_fine_leaves_it_to_the_moderators(reading: Club) -> None:
    elinor = await watched(reading)
    liz = reading.member("Liz")
    sent = await liz.send(reading.general, SPOILER)
    await liz.user.click(notes(liz)[0], label="It’s fine")
    assert sent.id in {message.id for message in reading.general.history()}
    queue = await elinor.click(message(await elinor.slash(reading.general, "watch status")), label="Queue")
    assert "Its author says it’s fine" in shown(queue)


async def test_an_author_may_hide_what_a_moderator_has_dealt_with(reading: Club) -> None:
    elinor = await watched(reading)
    liz = reading.member("Liz")
    sent = await liz.send(reading.general, SPOILER)
    queue = await elinor.click(message(await elinor.slash(reading.general, "watch status")), label="Queue")
    await elinor.click(message(queue), label="Dealt with")
    told = await liz.user.click(notes(liz)[0], label="Hide it")
    assert sent.id not in {message.id for message in reading.general.history()}
    assert "already dealt with" not in f"{read(liz)}{shown(told)}"
    assert "I deleted the message" in read(liz)


# The queue


async def test_the_queue_is_paged_and_a_moderator_of_another_club_settles_nothing(reading: Club) -> None:
    elinor = await watched(reading)
    liz = reading.member("Liz")
    for _ in range(2):
        await liz.send(reading.general, SPOILER)
    status = await elinor.slash(reading.general, "watch status")
    await reading.restart()
    first = await elinor.click(message(status), label="Queue")
    assert "1 of 2" in shown(first)
    second = await elinor.click(message(first), label="Next")
    assert buttons(second) == ["Dealt with", "Back"]
    left = await elinor.click(message(second), label="Dealt with")
    assert "1 of 1" in shown(left)


# Killed in between


async def test_an_author_whom_a_killed_process_had_not_told_is_told_once(reading: Club) -> None:
    liz = reading.member("Liz")
    sent = await liz.send(reading.general, SPOILER)
    place, needs, at = Place(reading.guild.id, reading.general.id), Reveals.of({"the-lantern": 10}), sent.created_at
    kept = await add_finding_to(reading.app.database, place, liz.id, sent.id, needs, at, at + MINUTE)
    assert kept is not None
    await reading.restart()
    await reading.env.advance_time(61)
    assert len(notes(liz)) == 1
    assert (await reading.app.get(Watching).finding(kept.id)).told


async def test_an_author_who_was_told_before_the_kill_is_not_told_again(reading: Club) -> None:
    await watched(reading)
    liz = reading.member("Liz")
    await liz.send(reading.general, SPOILER)
    (before,) = await reading.app.get(Watching).queue(reading.guild.id)
    async with reading.app.database.writing() as session:
        await session.execute(update(Finding).where(Finding.id == before.id).values(told=False))
        await session.execute(update(JobRow).values(done=False, due=before.at, since=before.at))
    await reading.restart()
    await reading.env.advance_time(61)
    assert len(notes(liz)) == 1


async def test_an_author_whom_discord_failed_to_tell_is_told_later(reading: Club) -> None:
    await watched(reading)
    reading.expected += (discord.HTTPException,)
    reading.env.inject_error("POST", "/users/@me/channels", status=400)
    liz = reading.member("Liz")
    await liz.send(reading.general, SPOILER)
    assert notes(liz) == []
    await reading.env.advance_time(130)
    assert len(notes(liz)) == 1


# Many messages


async def test_what_comes_faster_than_it_is_read_is_passed_over_and_counted(reading: Club) -> None:
    elinor = await watched(reading)
    place = Place(reading.guild.id, reading.general.id)
    watching = reading.app.get(Watching)
    taken = [watching.offer(Spoken(place, 5, number, HARMLESS)) for number in range(50)]
    assert taken == [True] * 40 + [False] * 10
    status = shown(await elinor.slash(reading.general, "watch status"))
    assert "Of 50 messages since I started, 10 came too fast" in status
    liz = reading.member("Liz")
    await liz.send(reading.general, SPOILER)
    assert notes(liz) == []
