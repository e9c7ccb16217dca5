"""`/schedule`, as organisers make and change one; and what it does by itself, whatever happens to the bot."""

import contextlib
import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import discord
import pytest
from simcord import ChannelHandle, InteractionResult, MemberActor

from bot.audit import Audit
from bot.features.ceilings.store import Ceilings
from bot.features.prompts.store import Prompts
from bot.features.schedules.rules import NotPossible, Schedule, SectionState
from bot.features.schedules.store import Schedules
from bot.people import Member, Place
from tests.fakes.club import Club, buttons, fill, message, shown, words
from tests.fakes.records import left

WORDS = "Fridays at 8pm, 5 chapters a week"
HOUR, DAY = 3_600, 86_400
FRIDAY = dt.datetime(2026, 1, 2, 20, tzinfo=dt.UTC)
"""The first meeting: time begins with Thursday, 1 January 2026."""

NEXT = FRIDAY + dt.timedelta(days=7)
MINUTE = dt.timedelta(minutes=1)


async def prepared(
    club: Club, jo: MemberActor, words: str = WORDS, book: str = "the-lantern", **options: Any,  # noqa: ANN401 (of a command)
) -> InteractionResult:  # fmt: skip
    return await jo.slash(club.general, "schedule create", book=book, words=words, **options)


async def made(club: Club, jo: MemberActor, words: str = WORDS, **options: Any) -> Schedule:  # noqa: ANN401
    done = await jo.click(message(await prepared(club, jo, words, **options)), label="Confirm")
    assert "The schedule is created" in shown(done), shown(done)
    return await latest(club)


async def latest(club: Club) -> Schedule:
    """Return the club's schedule as it is kept now."""
    with club.env.time_context():
        return (await club.app.get(Schedules).find(Place(club.guild.id, club.general.id))).schedule


async def until(club: Club, moment: dt.datetime) -> None:
    await club.env.advance_time((moment - club.env.now()).total_seconds())


def threads(club: Club, channel: ChannelHandle | None = None) -> list[str]:
    return [thread.name or "" for thread in (channel or club.general).threads]


def openings(thread: ChannelHandle) -> list[str]:
    """Return the messages that open a meeting."""
    return [words(post) for post in thread.history() if "Here we talk about" in words(post)]


def direct(member: MemberActor) -> list[discord.Message]:
    """Return what a member got by direct message."""
    return member.user.dm_channel.history()


async def asleep(club: Club) -> None:
    """Let the bot do nothing more by itself, as if its process were gone."""
    await club.bots[-1].jobs.stop()


@contextlib.contextmanager
def killed(folder: Path, step: str) -> Iterator[None]:
    """Let nothing be noted of a step, as if the process were killed right behind it."""
    statement = (
        "CREATE TRIGGER killed BEFORE UPDATE OF done ON jobs "
        f"WHEN NEW.done = 1 AND NEW.step LIKE '{step}' BEGIN SELECT RAISE(ABORT, 'killed'); END"
    )
    left(folder, statement)
    yield
    left(folder, "DROP TRIGGER killed")


def events(club: Club) -> list[Any]:
    return list(club.env.backend.get_guild(club.guild.id).scheduled_events.values())


# Making one


async def test_a_schedule_is_shown_first_section_by_section_and_made_once_it_is_confirmed(
    club: Club, jo: MemberActor
) -> None:
    preview = await prepared(club, jo)
    assert preview.ephemeral
    told = shown(preview)
    assert "chapters 1–5 · Friday 2 January 2026, 20:00 · up to chapter 5" in told
    assert "chapters 6–10 · Friday 9 January 2026, 20:00 · up to the end" in told
    assert buttons(preview) == ["Confirm", "Edit", "Cancel"]
    with club.env.time_context(), pytest.raises(NotPossible):
        await club.app.get(Schedules).find(Place(club.guild.id, club.general.id))
    await jo.click(message(preview), label="Confirm")
    assert [section.meets for section in (await latest(club)).sections] == [FRIDAY, NEXT]
    (card, _) = club.general.history()
    assert "We read The Lantern" in words(card)


async def test_a_preview_works_after_a_restart_and_a_second_press_makes_nothing_more(
    club: Club, jo: MemberActor
) -> None:
    preview = await prepared(club, jo)
    await club.restart()
    first = await jo.click(message(preview), label="Confirm")
    assert "The schedule is created" in shown(first)
    other = await prepared(club, jo)
    assert "already has a schedule for “The Lantern”" in shown(other)


async def test_other_books_that_may_be_spoken_of_are_asked_for_and_become_part_of_the_ceiling(
    club: Club, jo: MemberActor
) -> None:
    preview = await prepared(club, jo)
    (menu,) = set(re.findall(r"schedule-free:[\w-]+", str(message(preview).components)))
    picked = await jo.select(message(preview), ["the-kite"], custom_id=menu)
    await jo.click(message(picked), label="Confirm")
    await until(club, FRIDAY + MINUTE)
    (thread,) = club.general.threads
    with club.env.time_context():
        ceiling = await club.app.get(Ceilings).show(Place(club.guild.id, thread.id))
    assert ceiling == {"the-lantern": 5, "the-kite": 4}
    assert "talk freely about The Kite" in openings(thread)[0]


async def test_words_that_are_not_understood_are_told_and_can_be_mended(club: Club, jo: MemberActor) -> None:
    told = await prepared(club, jo, "whenever Karla likes")
    assert told.ephemeral
    assert "I don’t understand “whenever karla likes”" in shown(told)
    form = await jo.click(message(told), label="Edit")
    again = await fill(jo, form, words=WORDS, zone="nowhere")
    assert "time zone" in shown(again)
    form = await jo.click(message(told), label="Edit")
    done = await fill(jo, form, words=WORDS, zone="UTC")
    await jo.click(message(done), label="Confirm")
    assert (await latest(club)).sections[0].meets == FRIDAY


async def test_only_organisers_make_and_change_schedules_and_everybody_sees_them(club: Club, jo: MemberActor) -> None:
    liz = club.member("Liz")
    refused = await prepared(club, liz)
    assert "Only organisers can do that" in shown(refused)
    await made(club, jo)
    for command, options in (("shift", {"days": 7}), ("pause", {}), ("cancel", {}), ("edit", {"words": "at 7pm"})):
        assert "Only organisers can do that" in shown(await liz.slash(club.general, f"schedule {command}", **options))
    told = await liz.slash(club.general, "schedule show")
    assert told.ephemeral
    assert "chapters 1–5" in shown(told)


async def test_what_the_bot_lacks_in_a_channel_is_said_before_anything_is_planned(club: Club, jo: MemberActor) -> None:
    me = club.env.bot.user
    assert me is not None
    denied = discord.PermissionOverwrite(create_public_threads=False)
    quiet = club.guild.create_text_channel("quiet", overwrites={me: denied})
    told = await jo.slash(quiet, "schedule create", book="the-lantern", words=WORDS)
    assert "I need the permission Create Public Threads in \\#quiet" in shown(told)


# What it does by itself


async def test_each_section_opens_a_thread_with_its_range_its_ceiling_and_an_event(club: Club, jo: MemberActor) -> None:
    await made(club, jo)
    (event,) = events(club)
    assert event.name == "The Lantern, chapters 1–5"
    assert event.entity_metadata == {"location": Place(club.guild.id, club.general.id).link()}
    assert event.scheduled_start_time == FRIDAY.isoformat()
    assert event.scheduled_end_time == (FRIDAY + dt.timedelta(hours=1)).isoformat()
    assert threads(club) == []
    await until(club, FRIDAY + MINUTE)
    (thread,) = club.general.threads
    assert thread.name == "The Lantern, chapters 1–5"
    (opening,) = openings(thread)
    assert "This thread goes up to chapter 5, and no further" in opening
    assert "Next: chapters 6–10" in opening
    assert "late" not in opening
    with club.env.time_context():
        assert await club.app.get(Ceilings).show(Place(club.guild.id, thread.id)) == {"the-lantern": 5}
        noted = await club.app.get(Audit).since(club.guild.id, 1)
    assert "opened The Lantern, chapters 1–5" in [entry.about for entry in noted]
    await until(club, NEXT + MINUTE)
    assert threads(club) == ["The Lantern, chapters 1–5", "The Lantern, chapters 6–10"]
    assert len(events(club)) == 2
    assert [section.state for section in (await latest(club)).sections] == [SectionState.OPENED] * 2


@pytest.mark.parametrize("forum", [False, True])
async def test_the_approved_discussion_prompts_of_a_section_follow_its_opening_once(
    club: Club, jo: MemberActor, forum: bool
) -> None:
    channel = club.guild.create_forum_channel("books") if forum else club.general
    member, place = Member(club.guild.id, jo.id), Place(club.guild.id, club.general.id)
    lantern = club.app.books["the-lantern"]
    with club.env.time_context():
        for text, where in (("Why does she come?", "ch 2"), ("What is in the letter?", "finished")):
            prompt = await club.app.get(Prompts).suggest(member, place, text, book="the-lantern")
            await club.app.get(Prompts).in_section(member, prompt.id, lantern, where)
    await made(club, jo, channel=channel)
    await until(club, FRIDAY + MINUTE)
    *_, thread = channel.threads
    said = "\n".join(words(post) for post in thread.history())
    assert said.count("Why does she come?") == 1
    assert "What is in the letter?" not in said
    with club.env.time_context():
        assert (await club.app.get(Prompts).prompt(club.guild.id, 1)).state == "posted"
        assert (await club.app.get(Prompts).prompt(club.guild.id, 2)).state == "approved"
    await club.env.advance_time(HOUR)
    assert "\n".join(words(post) for post in thread.history()) == said


# Reminders


async def wants(club: Club, member: MemberActor, how: str) -> InteractionResult:
    asked = await member.click(message(await member.slash(club.general, "schedule show")), label="Remind me")
    assert asked.ephemeral
    return asked if how == "In the thread" else await member.click(message(asked), label=how)


async def test_members_are_reminded_as_they_asked_a_day_and_an_hour_before_and_nobody_else(
    club: Club, jo: MemberActor
) -> None:
    liz, jim, ann = club.member("Liz"), club.member("Jim"), club.member("Ann")
    await made(club, jo)
    assert "a direct message a day and an hour before" in shown(await wants(club, liz, "By direct message"))
    await wants(club, jim, "In the thread")
    await until(club, FRIDAY - dt.timedelta(hours=2))
    (told,) = direct(liz)
    assert "A day to go: we meet <t:" in words(told)
    public = club.general.history()[-1]
    assert f"<@{jim.id}>" in words(public)
    assert [person.id for person in public.mentions] == [jim.id]
    await until(club, FRIDAY + MINUTE)
    assert len(direct(liz)) == 2
    (opening,) = (thread.history()[0] for thread in club.general.threads)
    assert [person.id for person in opening.mentions] == [jim.id]
    await wants(club, jim, "No reminders")
    await until(club, NEXT + MINUTE)
    assert len(direct(liz)) == 4
    assert direct(ann) == direct(jim) == direct(jo) == []
    assert [thread.history()[0].mentions for thread in club.general.threads] == [[], []]


async def test_a_direct_message_has_the_buttons_of_readers_too(club: Club, jo: MemberActor) -> None:
    liz = club.member("Liz")
    await made(club, jo)
    await wants(club, liz, "By direct message")
    await until(club, FRIDAY - dt.timedelta(hours=2))
    read = await liz.user.click(direct(liz)[0], label="I’ve read chapters 1–5")
    assert "You have finished chapter 5" in shown(read)
    asked = await liz.user.click(direct(liz)[0], label="Reminders")
    await liz.user.click(message(asked), label="No reminders")
    await until(club, FRIDAY + MINUTE)
    assert len(direct(liz)) == 1


# Where readers are


async def test_readers_say_at_a_press_that_they_have_read_a_section_and_nobody_goes_back(
    club: Club, jo: MemberActor
) -> None:
    liz, jim = club.member("Liz"), club.member("Jim")
    await made(club, jo)
    await until(club, FRIDAY + MINUTE)
    (opening,) = [post for post in club.general.threads[0].history() if "Here we talk about" in words(post)]
    told = await liz.click(opening, label="Not yet")
    assert "You haven’t started it. No hurry" in shown(told)
    told = await liz.click(opening, label="I’ve read chapters 1–5")
    assert told.ephemeral
    assert "You have finished chapter 5" in shown(told)
    assert "not set yet" in shown(await liz.click(message(told), label="Undo"))
    assert "You have finished it." in shown(await jim.click(opening, label="I’ve finished the book"))
    back = await jim.click(opening, label="I’ve read chapters 1–5")
    assert "You have finished it. I’ve changed nothing" in shown(back)
    assert buttons(back) == ["Say where I am"]
    assert "You have finished it. I’ve changed nothing" in shown(await jim.click(opening, label="Not yet"))


async def test_a_button_counts_as_far_as_it_says_after_its_section_was_made_longer(club: Club, jo: MemberActor) -> None:
    liz = club.member("Liz")
    await made(club, jo)
    await wants(club, liz, "By direct message")
    await until(club, FRIDAY - dt.timedelta(hours=2))
    longer = await fill(jo, await jo.slash(club.general, "schedule edit"), section=["1"], upto="ch 8")
    await jo.click(message(longer), label="Confirm")
    told = await liz.user.click(direct(liz)[0], label="I’ve read chapters 1–5")
    assert "You have finished chapter 5" in shown(told)


# Whatever happens to the bot


@pytest.mark.parametrize("step", ["%:event:%", "%:thread", "%:ceiling", "%:opening", "%day-before%", "%hour-before%"])
async def test_a_bot_that_is_killed_behind_a_step_finds_what_it_did_and_does_it_once(
    club: Club, jo: MemberActor, tmp_path: Path, step: str
) -> None:
    liz, jim = club.member("Liz"), club.member("Jim")
    with killed(tmp_path, step):
        await made(club, jo)
        await wants(club, liz, "By direct message")
        await wants(club, jim, "In the thread")
        if step == "%day-before%":
            await until(club, FRIDAY - dt.timedelta(hours=23, minutes=55))
        elif step != "%:event:%":
            await until(club, FRIDAY + (-50 * MINUTE if "hour" in step else MINUTE))
        await asleep(club)
    await club.restart()
    await club.env.advance_time(10 * 60)
    await until(club, FRIDAY + dt.timedelta(minutes=20))
    assert threads(club) == ["The Lantern, chapters 1–5"]
    (thread,) = club.general.threads
    assert len(openings(thread)) == 1
    assert sorted(event.name for event in events(club)) == ["The Lantern, chapters 1–5", "The Lantern, chapters 6–10"]
    assert len(direct(liz)) == 2
    assert sum(f"<@{jim.id}>" in words(post) for post in club.general.history()) == 2
    with club.env.time_context():
        assert await club.app.get(Ceilings).show(Place(club.guild.id, thread.id)) == {"the-lantern": 5}


@pytest.mark.parametrize("fault", ["%:opening", "5xx"])
async def test_prompts_are_posted_once_where_the_bot_dies_behind_its_opening_message(
    club: Club, jo: MemberActor, tmp_path: Path, fault: str
) -> None:
    member, place = Member(club.guild.id, jo.id), Place(club.guild.id, club.general.id)
    with club.env.time_context():
        prompt = await club.app.get(Prompts).suggest(member, place, "Why does she come?", book="the-lantern")
        await club.app.get(Prompts).in_section(member, prompt.id, club.app.books["the-lantern"], "ch 2")
    await made(club, jo)
    if fault == "5xx":
        await until(club, FRIDAY - MINUTE)
        club.env.inject_error("POST", "/channels/*/messages", status=503, times=3)
        await until(club, FRIDAY + MINUTE)
    else:
        with killed(tmp_path, fault):
            await until(club, FRIDAY + MINUTE)
    await club.restart()
    await club.env.advance_time(HOUR)
    (thread,) = club.general.threads
    said = "\n".join(words(post) for post in thread.history())
    assert said.count("Why does she come?") == 1
    assert len(openings(thread)) == 1
    with club.env.time_context():
        assert (await club.app.get(Prompts).prompt(club.guild.id, prompt.id)).state == "posted"


async def test_what_is_late_by_days_is_left_to_the_organiser_to_post_or_to_skip(club: Club, jo: MemberActor) -> None:
    await made(club, jo, "Fridays and Saturdays at 8pm, 3 chapters a meeting")
    await asleep(club)
    await until(club, FRIDAY + dt.timedelta(days=3))
    await club.restart()
    assert threads(club) == []
    (told,) = direct(jo)
    assert "chapters 1–3" in words(told)
    assert "chapters 4–6" in words(told)
    await club.restart()
    assert len(direct(jo)) == 1
    assert "posted" in shown(await jo.user.click(told, label="Post 1 now"))
    assert "skipped" in shown(await jo.user.click(told, label="Skip 2"))
    await club.env.advance_time(60)
    (thread,) = club.general.threads
    assert "This comes 3 days late" in openings(thread)[0]
    assert [section.state for section in (await latest(club)).sections[:2]] == [
        SectionState.OPENED, SectionState.SKIPPED
    ]  # fmt: skip
    assert "already been decided" in shown(await jo.user.click(told, label="Skip 2"))


# What is taken away


async def test_a_channel_that_was_deleted_is_told_once_and_another_can_be_chosen(club: Club, jo: MemberActor) -> None:
    hall, liz = club.guild.create_text_channel("hall"), club.member("Liz")
    await made(club, jo, channel=hall)
    await wants(club, liz, "By direct message")
    club.env.backend.delete_channel(hall.id)
    await club.env.settle()
    await until(club, FRIDAY + dt.timedelta(hours=3))
    (told,) = direct(jo)
    assert "is gone" in words(told)
    assert len(direct(liz)) == 2
    order = await fill(jo, await jo.slash(club.general, "schedule edit"), channel=[club.general])
    assert "in the other channel" in shown(order)
    assert "The schedule is changed" in shown(await jo.click(message(order), label="Confirm"))
    await club.env.advance_time(2 * HOUR)
    assert threads(club) == ["The Lantern, chapters 1–5"]
    assert len(direct(jo)) == 1
