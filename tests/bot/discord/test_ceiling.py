"""`/ceiling`: set by who keeps a place, seen before it counts, and told to everybody there."""

import discord
import pytest
from simcord import ChannelHandle, MemberActor

from bot.features.ceilings.store import Ceilings
from bot.people import Place
from tests.fakes.club import Club, buttons, message, posted
from tests.fakes.club import read as shown

LANTERN, KITE = "the-lantern", "the-kite"


async def ceiling(club: Club, channel: ChannelHandle | None = None) -> dict[str, int]:
    """Return how far a place may go."""
    return await club.app.get(Ceilings).show(Place(club.guild.id, (channel or club.general).id))


@pytest.fixture
def smiley(club: Club) -> MemberActor:
    """A moderator."""
    return club.member("George", manage_threads=True)


async def test_a_ceiling_is_seen_first_then_set_and_everybody_is_told(club: Club, smiley: MemberActor) -> None:
    told = await smiley.slash(club.general, "ceiling set", where="ch 8", book="The Lantern")
    assert told.ephemeral
    assert "In this channel I’ll talk about everything up to chapter 8 of The Lantern." in shown(told)
    assert "Private answers don’t change" in shown(told)
    assert await ceiling(club) == {}
    await club.restart()
    done = await smiley.click(message(told), label="Confirm")
    assert message(done).ephemeral
    assert await ceiling(club) == {LANTERN: 8}
    (card,) = posted(club.general)
    assert "now go up to chapter 8 of The Lantern." in card
    assert "George" not in card


async def test_undo_brings_the_one_before_back_and_tells_so(club: Club, smiley: MemberActor) -> None:
    await club.ceiling(club.general, the_lantern="ch 3")
    told = await smiley.slash(club.general, "ceiling set", where="ch 8", book=LANTERN)
    assert "Until now it was chapter 3 of The Lantern." in shown(told)
    done = await smiley.click(message(told), label="Confirm")
    undone = await smiley.click(message(done), label="Undo")
    assert "Undone" in shown(undone)
    assert buttons(undone) == []
    assert await ceiling(club) == {LANTERN: 3}
    assert "chapter 3 of The Lantern" in posted(club.general)[-1]


async def test_clear_takes_one_or_all_away_after_a_preview(club: Club, smiley: MemberActor) -> None:
    await club.ceiling(club.general, the_lantern="ch 3", the_kite="2")
    one = await smiley.slash(club.general, "ceiling clear", book=KITE)
    assert "The Kite as if nobody had started it" in shown(one)
    assert len(await ceiling(club)) == 2
    await smiley.click(message(one), label="Confirm")
    assert await ceiling(club) == {LANTERN: 3}
    assert "I treat The Kite as if nobody here had started it." in posted(club.general)[-1]
    all_ = await smiley.slash(club.general, "ceiling clear")
    gone = await smiley.click(message(all_), label="Confirm")
    assert await ceiling(club) == {}
    await smiley.click(message(gone), label="Undo")
    assert await ceiling(club) == {LANTERN: 3}


async def test_who_was_given_the_command_and_not_the_permission_is_told_which_one(club: Club) -> None:
    role = club.guild.create_role("readers")
    liz = club.guild.add_member(club.env.create_user("Liz"), roles=[role])
    command = club.env.backend.find_command("ceiling", club.guild.id)
    assert command is not None
    club.guild.set_command_permissions(int(command["id"]), {role: True})
    for name in ("ceiling set", "ceiling clear"):
        options = {"where": "ch 8", "book": LANTERN} if name.endswith("set") else {}
        assert "Manage Threads or Manage Channels here" in shown(await liz.slash(club.general, name, **options))
    assert await ceiling(club) == {}
    await club.ceiling(club.general, the_lantern="ch 3")
    told = await liz.slash(club.general, "ceiling show")
    assert told.ephemeral
    assert "up to chapter 3 of The Lantern" in shown(told)


async def test_a_permission_that_is_lost_before_confirming_counts_no_more(club: Club) -> None:
    role = club.guild.create_role("keepers", permissions=discord.Permissions(manage_threads=True))
    george = club.guild.add_member(club.env.create_user("George"), roles=[role])
    told = await george.slash(club.general, "ceiling set", where="ch 8", book=LANTERN)
    club.env.backend.edit_role(club.guild.id, role.id, {"permissions": 0})
    assert "Only moderators" in shown(await george.click(message(told), label="Confirm"))
    assert await ceiling(club) == {}
