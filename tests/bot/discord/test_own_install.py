"""The bot installed for oneself: private everywhere, with nothing of a club, and nothing for a club."""

from typing import Any

import pytest
from discord import AppCommandType

from tests.fakes.club import Club, buttons, message
from tests.fakes.club import read as shown

SECRET = "Who drowned his brother for the sake of the lamp in The Lantern?"
SERVER, AMONG_FRIENDS = 0, 2  # Discord: where an interaction comes from; 1 is a direct message with the bot
LANTERN = {"book": "The Lantern"}


@pytest.fixture
def alone(club: Club, monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """Have Discord say that interactions come by their users' own installs, in a server that the bot is not in."""
    emit, where = club.env.backend.emit, {"context": SERVER}

    def told(event: str, payload: dict[str, Any]) -> None:
        if event == "INTERACTION_CREATE" and "context" in where:
            person = (payload.get("member") or payload)["user"]["id"]
            payload = payload | where | {"authorizing_integration_owners": {"1": person}}
        emit(event, payload)

    monkeypatch.setattr(club.env.backend, "emit", told)
    return where


async def test_positions_of_a_club_and_ones_own_are_apart(club: Club, alone: dict[str, int]) -> None:
    liz = await club.reader("Liz", the_lantern="finished")
    told = await liz.slash(club.general, "ask", question=SECRET)
    assert told.ephemeral
    assert "drowned" not in shown(told)
    assert "Share with" not in shown(told)
    assert "You haven’t told me" in shown(await liz.slash(club.general, "progress show"))
    await liz.slash(club.general, "progress set", where="finished", **LANTERN)
    assert "drowned" in shown(await liz.slash(club.general, "ask", question=SECRET, share=True))
    jim = club.member("Jim")
    await jim.slash(club.general, "progress set", where="finished", **LANTERN)
    del alone["context"]
    assert "You haven’t told me" in shown(await jim.slash(club.general, "progress show"))
    assert "drowned" not in shown(await jim.slash(club.general, "ask", question=SECRET))


async def test_among_friends_it_is_the_same_whatever_club_direct_messages_are_about(
    club: Club, alone: dict[str, int]
) -> None:
    liz = await club.reader("Liz", the_lantern="finished")
    alone["context"] = AMONG_FRIENDS
    told = await liz.user.slash("ask", question=SECRET)
    assert told.ephemeral
    assert "drowned" not in shown(told)
    del alone["context"]
    assert "drowned" in shown(await liz.user.slash("ask", question=SECRET))


async def test_a_note_is_for_its_author_alone(club: Club, alone: dict[str, int]) -> None:
    liz, jim = club.member("Liz"), club.member("Jim")
    told = await liz.slash(club.general, "note add", text="That harbour!", where="not started", **LANTERN)
    assert "Saved. Only you see it." in shown(told)
    assert buttons(told) == ["Edit", "Delete"]
    assert "That harbour!" in shown(await liz.slash(club.general, "note list", **LANTERN))
    assert "no notes" in shown(await jim.slash(club.general, "note list", **LANTERN))
    del alone["context"]
    await jim.slash(club.general, "note add", text="That lamp!", where="not started", **LANTERN)
    assert "That harbour!" not in shown(await jim.slash(club.general, "note list", **LANTERN))
    assert "That harbour!" not in shown(await liz.slash(club.general, "note list", **LANTERN))


async def test_rights_in_somebody_elses_server_are_none_with_the_bot_and_nothing_is_posted_there(
    club: Club, alone: dict[str, int]
) -> None:
    jo = club.member("Jo", manage_guild=True, manage_messages=True)
    await jo.slash(club.general, "progress set", where="ch 5", **LANTERN)
    told = await jo.slash(club.general, "help")
    assert "/setup" not in shown(told)
    assert buttons(told) == ["Where are you?", "My shelf", "Reading order", "My data"]
    assert "Only organisers" in shown(await jo.slash(club.general, "book add"))
    assert "nobody to share with" in shown(await jo.slash(club.general, "progress share", **LANTERN))
    assert "belong to a club" in shown(await jo.slash(club.general, "review write", **LANTERN))
    assert not [each for each in club.general.history() if each.author.bot and not each.flags.ephemeral]


async def test_everything_that_is_kept_about_oneself_is_exported_and_deleted(club: Club, alone: dict[str, int]) -> None:
    liz = club.member("Liz")
    await liz.slash(club.general, "progress set", where="ch 5", **LANTERN)
    assert "1 × books with your position" in shown(await liz.slash(club.general, "mydata export"))
    preview = await liz.slash(club.general, "mydata delete")
    assert "in all clubs" in shown(await liz.click(message(preview), label="Delete it all"))
    assert "You haven’t told me" in shown(await liz.slash(club.general, "progress show"))


def test_what_needs_others_is_for_clubs_and_all_the_rest_goes_along(club: Club) -> None:
    tree = club.env.bot.tree  # type: ignore[attr-defined]
    told = [each.to_dict(tree) for kind in AppCommandType for each in tree.get_commands(type=kind)]
    for_oneself = {each["name"] for each in told if each["integration_types"] == [0, 1]}
    assert {"ask", "progress", "shelf", "note", "book", "order", "help", "mydata", "Save as note"} <= for_oneself
    assert all(each["contexts"] == [0, 1, 2] for each in told if each["name"] in for_oneself)
    others = [each for each in told if each["name"] not in for_oneself]
    assert {each["name"] for each in others} >= {"setup", "schedule", "vote", "watch", "audit", "ceiling"}
    assert all(each["integration_types"] == [0] and 2 not in each["contexts"] for each in others)
