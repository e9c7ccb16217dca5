"""`/audit`: who had what posted, and from which sources; nothing that was private, and nobody's position."""

import datetime as dt

import discord
from simcord import MemberActor

from bot.audit import KEPT, Audit, Did
from bot.features.my_data.store import MyData
from bot.people import NO_CLUB, Member, Place
from tests.fakes.app import app_on
from tests.fakes.club import Club, buttons, fill, message, shown

STORM = "Whom does Silas save in the storm?"


def moderator(club: Club) -> MemberActor:
    return club.member("Elinor", manage_messages=True)


async def note(club: Club, did: Did = Did.PROMPT, by: int = 5, about: str = "") -> None:
    with club.env.time_context():
        await club.app.get(Audit).note(did, Place(club.guild.id, club.general.id), by, about=about)


async def test_a_shared_answer_is_noted_with_who_shared_it_and_what_it_rests_on(club: Club) -> None:
    liz = await club.reader("Liz", the_lantern="finished")
    await club.ceiling(club.general, the_lantern="ch 5")
    await liz.slash(club.general, "ask", question=STORM, share=True)
    told = await moderator(club).slash(club.general, "audit")
    assert told.ephemeral
    assert f"shared an answer for <@{liz.id}>: The Lantern" in shown(told)
    assert "summary, chapter 5" in shown(told)
    assert STORM not in shown(told)


async def test_an_answer_to_a_mention_is_noted_once_it_is_one(club: Club) -> None:
    liz = await club.reader("Liz", the_lantern="finished")
    await liz.send(club.general, f"{club.mention} {STORM}")
    assert "There is nothing to show." in shown(await moderator(club).slash(club.general, "audit"))
    await club.ceiling(club.general, the_lantern="ch 5")
    await liz.send(club.general, f"{club.mention} {STORM}")
    elinor = club.member("Jo", manage_messages=True)
    assert f"answered a message of <@{liz.id}>" in shown(await elinor.slash(club.general, "audit", what="answers"))


async def test_private_answers_and_positions_are_in_no_audit(club: Club) -> None:
    liz = await club.reader("Liz", the_lantern="ch 5")
    await liz.slash(club.general, "ask", question=STORM)
    await liz.slash(club.general, "hint", question=STORM)
    await liz.user.send_dm(STORM)
    assert "There is nothing to show." in shown(await moderator(club).slash(club.general, "audit"))


async def test_it_is_paged_for_those_who_may_see_it_also_after_a_restart(club: Club) -> None:
    for number in range(30):
        await note(club, about=f"discussion prompt {number}")
    elinor = moderator(club)
    first = await elinor.slash(club.general, "audit")
    assert buttons(first) == ["More"]
    await club.restart()
    second = await elinor.click(message(first), label="More")
    assert "Page 2 of" in shown(second)
    (role,) = club.env.backend.get_guild(club.guild.id).members[elinor.id].role_ids
    club.env.backend.remove_member_role(club.guild.id, elinor.id, role)
    assert "Only moderators can see the audit" in shown(await elinor.click(message(second), label="Back"))


async def test_it_is_for_moderators_of_the_club_alone(club: Club) -> None:
    await note(club, about="of this club")
    assert "audit" not in club.member("Liz").available_commands(club.general)
    other = club.env.create_guild("Another Club")
    there = club.member("Jim", other, manage_messages=True)
    told = await there.slash(other.create_text_channel("general"), "audit")
    assert "There is nothing to show." in shown(told)


async def test_whose_data_was_deleted_is_named_no_more(club: Club) -> None:
    await note(club, by=5, about="discussion prompt 1")
    await club.app.get(MyData).delete(Member(NO_CLUB, 5))
    told = shown(await moderator(club).slash(club.general, "audit"))
    assert "posted a discussion prompt: discussion prompt 1" in told
    assert "<@5>" not in told


async def test_what_is_older_than_it_goes_back_is_forgotten_at_a_start(club: Club) -> None:
    with club.env.time_context():
        long_ago = discord.utils.utcnow() - KEPT - dt.timedelta(days=1)
    place = Place(club.guild.id, club.general.id)
    await Audit(app_on(club.app.database, now=lambda: long_ago)).note(Did.PROMPT, place, 5, about="long ago")
    await club.restart()
    with club.env.time_context():
        assert await club.app.get(Audit).since(club.guild.id, 1_000) == []


async def test_a_vote_is_noted_with_who_started_it(club: Club) -> None:
    jo = club.member("Jo", manage_events=True, manage_messages=True)
    preview = await fill(jo, await jo.slash(club.general, "vote start"), others="The Lantern, The Kite")
    await jo.click(message(preview), label="Confirm")
    assert f"posted a vote for <@{jo.id}>" in shown(await jo.slash(club.general, "audit", what="posts"))
