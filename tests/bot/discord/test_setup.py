"""`/setup`: private, for who manages the server, in one form, and nothing posted."""

from collections.abc import Mapping

import discord
import pytest
from simcord import ChannelHandle, MemberActor, RoleHandle

from bot.club_settings import ClubSettings, SetUp, Topic
from tests.fakes.club import Club, buttons, fill, message
from tests.fakes.club import read as shown
from tests.fakes.club import shown as sent

LANTERN = "the-lantern"


async def settings(club: Club) -> ClubSettings:
    """Return what the club chose."""
    return await club.app.get(SetUp).settings(club.guild.id)


def nothing_posted(club: Club) -> bool:
    """Return whether no channel has a message that others see."""
    channels = [channel for channel in club.guild.channels.values() if channel.name != "forum"]
    return not [m for channel in channels for m in channel.history() if not m.flags.ephemeral]


@pytest.fixture
def jo(club: Club) -> MemberActor:
    """Somebody who may manage the server."""
    return club.member("Jo", manage_guild=True)


@pytest.fixture
def role(club: Club) -> RoleHandle:
    """A role of the club."""
    return club.guild.create_role("keepers")


# The form


async def test_one_form_sets_the_club_up_and_ends_with_what_is_missing(
    club: Club, jo: MemberActor, role: RoleHandle
) -> None:
    forum = club.guild.create_forum_channel("forum")
    form = await jo.slash(club.general, "setup start")
    told = await fill(jo, form, book=[LANTERN], schedule=[forum], zone=["Europe/Berlin"])
    assert await settings(club) == ClubSettings(None, None, club.general.id, forum.id, "Europe/Berlin", LANTERN)
    assert told.ephemeral
    assert buttons(told) == ["Plan the schedule", "Post a welcome", "Change", "Check the channels"]
    assert "Still missing" in shown(told)
    assert "#general has no ceiling for The Lantern" in shown(told)
    await club.restart()
    again = await jo.select(message(told), [role], custom_id="setup-role:organisers")
    assert "No organiser role is chosen" not in shown(again)
    assert (await settings(club)).organisers == role.id
    assert nothing_posted(club)


async def test_the_form_begins_with_what_is_known_and_one_channel_may_do_for_both(club: Club, jo: MemberActor) -> None:
    await fill(jo, await jo.slash(club.general, "setup start"), book=[LANTERN], zone=["Asia/Tokyo"])
    await fill(jo, await jo.slash(club.general, "setup start"))
    same = club.general.id
    assert await settings(club) == ClubSettings(None, None, same, same, "Asia/Tokyo", LANTERN)


async def test_a_book_can_be_named_and_one_that_is_not_known_can_be_added(club: Club, jo: MemberActor) -> None:
    form = await jo.slash(club.general, "setup start")
    told = await fill(jo, form, title="lantern", zone=["Asia/Tokyo"])
    assert (await settings(club)).book == LANTERN
    told = await fill(jo, await jo.slash(club.general, "setup start"), title="Middlemarch")
    assert "I don’t have “Middlemarch” yet." in shown(told)
    assert (await settings(club)).zone == "Asia/Tokyo"
    assert buttons(told)[0] == "Add this book"


async def test_the_welcome_is_shown_first_and_posted_where_the_club_talks(club: Club, jo: MemberActor) -> None:
    books = club.guild.create_text_channel("books")
    form = await jo.slash(club.general, "setup start")
    told = await fill(jo, form, book=[LANTERN], talk=[books], zone=["Asia/Tokyo"])
    preview = await jo.click(message(told), label="Post a welcome")
    assert books.history() == []
    await jo.click(message(preview), label="Post it")
    (posted,) = books.history()
    assert "We’re reading **The Lantern**" in str(posted.components)


# Who may


@pytest.mark.parametrize(
    ("name", "options"),
    [("setup start", {}), ("setup zone", {"zone": "Europe/Berlin"})],
)
async def test_who_was_given_the_command_and_not_the_permission_is_told_which_one(
    club: Club, role: RoleHandle, name: str, options: Mapping[str, str]
) -> None:
    liz = club.guild.add_member(club.env.create_user("Liz"), roles=[role])
    command = club.env.backend.find_command("setup", club.guild.id)
    assert command is not None
    club.guild.set_command_permissions(int(command["id"]), {role: True})
    told = await liz.slash(club.general, name, **options)
    assert told.ephemeral
    assert "the permission Manage Server" in shown(told)
    assert await settings(club) == ClubSettings()


async def test_a_permission_that_is_lost_meanwhile_counts_no_more(club: Club, role: RoleHandle) -> None:
    managers = club.guild.create_role("managers", permissions=discord.Permissions(manage_guild=True))
    jo = club.guild.add_member(club.env.create_user("Jo"), roles=[managers])
    told = await jo.slash(club.general, "setup view")
    club.env.backend.edit_role(club.guild.id, managers.id, {"permissions": 0})
    assert "Manage Server" in shown(await jo.select(message(told), [role], custom_id="setup-role:moderators"))
    assert (await settings(club)).moderators is None


# The roles that were chosen


async def test_who_has_the_chosen_role_keeps_places_as_long_as_they_have_it(
    club: Club, jo: MemberActor, role: RoleHandle
) -> None:
    liz = club.guild.add_member(club.env.create_user("Liz"), roles=[role])
    command = club.env.backend.find_command("ceiling", club.guild.id)
    assert command is not None
    club.guild.set_command_permissions(int(command["id"]), {role: True})
    wanted = {"where": "ch 3", "book": LANTERN}
    assert "moderator role" in shown(await liz.slash(club.general, "ceiling set", **wanted))
    settings_shown = message(await jo.slash(club.general, "setup view"))
    await jo.select(settings_shown, [role], custom_id="setup-role:moderators")
    told = await liz.slash(club.general, "ceiling set", **wanted)
    assert "up to chapter 3 of The Lantern" in shown(told)
    await club.app.get(SetUp).choose_id(club.guild.id, Topic.MODERATORS, None)
    assert "moderator role" in shown(await liz.click(message(told), label="Confirm"))
    await club.app.get(SetUp).choose_id(club.guild.id, Topic.MODERATORS, role.id)
    assert "Changed." in shown(await liz.click(message(told), label="Confirm"))


# The zone


async def test_a_zone_is_offered_while_it_is_typed_and_kept(club: Club, jo: MemberActor) -> None:
    offered = await jo.autocomplete(club.general, "setup zone", "zone", "york")
    assert {"name": "America/New York", "value": "America/New_York"} in offered
    assert len(await jo.autocomplete(club.general, "setup zone", "zone", "a")) <= 25
    told = await jo.slash(club.general, "setup zone", zone="New York")
    assert told.ephemeral
    assert "New York time, it is" in shown(told)
    form = await jo.slash(club.general, "setup start")
    await fill(jo, form, book=[LANTERN])
    assert (await settings(club)).zone == "America/New_York"


# What is set, and what the bot may do


async def test_view_shows_what_is_set_and_what_is_gone(club: Club, jo: MemberActor, role: RoleHandle) -> None:
    gone = club.guild.create_text_channel("gone")
    set_up = club.app.get(SetUp)
    await set_up.choose_id(club.guild.id, Topic.MODERATORS, role.id)
    await set_up.choose_id(club.guild.id, Topic.TALK, gone.id)
    await set_up.choose_book(club.guild.id, LANTERN)
    club.env.backend.delete_channel(gone.id)
    await club.env.settle()
    told = await jo.slash(club.general, "setup view")
    assert told.ephemeral
    assert f"Moderators: <@&{role.id}>" in sent(told).replace("*", "")
    assert "Channel to talk in: what you chose is no longer there." in shown(told)
    assert "Book: The Lantern" in shown(told).replace("*", "")
    assert "Time zone: UTC, it is" in shown(told).replace("*", "")
    assert nothing_posted(club)


async def test_everything_that_was_not_chosen_is_named_with_its_cure(club: Club, jo: MemberActor) -> None:
    told = shown(await jo.slash(club.general, "setup view"))
    assert (told.count("is chosen"), told.count("Press Change"), told.count("Pick one in the menu")) == (5, 3, 2)


async def test_what_one_channel_for_both_lacks_is_told_once(club: Club, jo: MemberActor) -> None:
    me = club.guild.me
    assert me is not None
    mute = club.guild.create_text_channel("mute", overwrites={me: discord.PermissionOverwrite(attach_files=False)})
    for topic in (Topic.TALK, Topic.SCHEDULE):
        await club.app.get(SetUp).choose_id(club.guild.id, topic, mute.id)
    assert shown(await jo.slash(club.general, "setup view")).count("In #mute I need Attach Files.") == 1


def barred(club: Club, name: str, **overwrites: bool) -> ChannelHandle:
    """Return a channel that takes something from everybody."""
    return club.guild.create_text_channel(
        name, overwrites={club.guild.default_role: discord.PermissionOverwrite(**overwrites)}
    )


async def test_test_names_what_lacks_channel_by_channel_and_posts_nothing(club: Club, jo: MemberActor) -> None:
    me = club.guild.me
    assert me is not None
    mute = barred(club, "mute", send_messages=False, attach_files=False)
    barred(club, "secret", view_channel=False)
    for each in [r for r in me.roles if not r.is_default()]:
        club.env.backend.edit_role(club.guild.id, each.id, {"permissions": 0})
    given = discord.Permissions(permissions_without_administrator())
    club.env.backend.edit_role(club.guild.id, club.guild.default_role.id, {"permissions": given.value})
    await club.app.get(SetUp).choose_id(club.guild.id, Topic.TALK, club.general.id)
    await club.app.get(SetUp).choose_id(club.guild.id, Topic.SCHEDULE, mute.id)
    before = len(club.env.http_requests)
    told = await jo.slash(club.general, "setup test")
    assert told.ephemeral
    said = shown(told).replace("*", "")
    assert f"Channel to talk in, <#{club.general.id}>: nothing is missing." in said
    assert f"<#{mute.id}>: I need Send Messages, Attach Files." in said
    assert "I can’t see 1 channel." in said
    assert not [r for r in club.env.http_requests[before:] if r.path.startswith("/channels")]
    assert nothing_posted(club)


def permissions_without_administrator() -> int:
    """Return all permissions but the one that counts as all of them."""
    return discord.Permissions.all().value & ~discord.Permissions(administrator=True).value
