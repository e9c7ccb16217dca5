"""`/progress`: private, taken back, forgotten, and told to others only by the one whose it is."""

import discord
from simcord import MemberActor

from bot.features.progress.store import Progress
from bot.features.shelf.store import Shelves
from bot.people import Member
from tests.fakes.club import Club, buttons, message, posted
from tests.fakes.club import read as shown
from tests.fakes.forging import forge, remembered

LANTERN, KITE = "the-lantern", "the-kite"


async def at(club: Club, member: MemberActor) -> dict[str, int]:
    """Return where a member is."""
    return await club.app.get(Progress).positions(Member(member.guild.id, member.id))


async def test_a_report_is_private_and_says_where_its_reader_is_now(club: Club) -> None:
    liz = club.member("Liz")
    told = await liz.slash(club.general, "progress set", where="ch 7", book="The Lantern")
    assert told.ephemeral
    assert "You have finished chapter 7 of 10." in shown(told)
    assert await at(club, liz) == {LANTERN: 7}
    assert posted(club.general) == []


async def test_what_is_offered_are_numbers_and_no_titles(club: Club) -> None:
    liz = await club.reader("Liz", the_lantern="ch 8")
    offered = await liz.autocomplete(club.general, "progress set", "where", "", book=LANTERN)
    assert [choice["name"] for choice in offered][:3] == ["chapter 9 of 10", "chapter 1 of 10", "chapter 2 of 10"]
    assert offered[-1]["name"] == "finished"
    assert await liz.autocomplete(club.general, "progress set", "where", "", book="nothing") == []


async def test_undo_works_after_a_restart_and_only_once(club: Club) -> None:
    liz = await club.reader("Liz", the_lantern="ch 2")
    told = await liz.slash(club.general, "progress set", where="finished", book=LANTERN)
    pressed = remembered(message(told), "Undo")
    await club.restart()
    undone = await liz.click(message(told), label="Undo")
    assert "Undone" in shown(undone)
    assert await at(club, liz) == {LANTERN: 2}
    again = await forge(liz, pressed)
    assert "/progress undo undoes" in shown(again)
    assert await at(club, liz) == {LANTERN: 2}


async def test_a_strangers_undo_is_refused(club: Club) -> None:
    liz, jim = club.member("Liz"), club.member("Jim")
    told = await liz.slash(club.general, "progress set", where="ch 7", book=LANTERN)
    refused = await forge(jim, remembered(message(told), "Undo"))
    assert "somebody else" in shown(refused)
    assert await at(club, liz) == {LANTERN: 7}


async def test_show_lists_every_book_the_latest_first_with_its_time(club: Club) -> None:
    liz = await club.reader("Liz", the_lantern="ch 5")
    await club.reads(liz, KITE, "finished")
    await club.ceiling(club.general, the_lantern="ch 8")
    told = await liz.slash(club.general, "progress show")
    assert told.ephemeral
    text = shown(told)
    assert text.index("The Kite: finished") < text.index("The Lantern: chapter 5 of 10")
    assert text.count("<t:") == 2
    assert ":R>" in text
    assert "spoiler-free up to The Lantern, chapter 8 of 10" in text


async def test_clear_of_all_books_asks_first(club: Club) -> None:
    liz = await club.reader("Liz", the_lantern="ch 5", the_kite="1")
    told = await liz.slash(club.general, "progress clear")
    assert buttons(told) == ["Confirm", "Cancel"]
    assert len(await at(club, liz)) == 2
    kept = await liz.click(message(told), label="Cancel")
    assert "Nothing was changed" in shown(kept)
    told = await liz.slash(club.general, "progress clear")
    await club.restart()
    gone = await liz.click(message(told), label="Confirm")
    assert "2 books" in shown(gone)
    assert await at(club, liz) == {}
    await liz.click(message(gone), label="Undo")
    assert await at(club, liz) == {LANTERN: 5, KITE: 1}


async def test_sharing_shows_first_what_everybody_would_read_and_can_be_taken_back(club: Club) -> None:
    liz = await club.reader("Liz", the_lantern="ch 5")
    told = await liz.slash(club.general, "progress share", book=LANTERN)
    assert told.ephemeral
    assert "Liz is at chapter 5 of 10 in The Lantern." in shown(told)
    assert posted(club.general) == []
    await club.restart()
    shared = await liz.click(message(told), label="Confirm")
    assert posted(club.general) == ["Liz is at chapter 5 of 10 in The Lantern."]
    await liz.click(message(shared), label="Delete the post")
    assert posted(club.general) == []


async def test_sharing_needs_a_position_others_and_a_voice(club: Club) -> None:
    liz = await club.reader("Liz", the_lantern="ch 5")
    assert "You haven’t told me where you are in The Kite" in shown(
        await liz.slash(club.general, "progress share", book=KITE)
    )
    assert "nobody to share with" in shown(await liz.user.slash("progress share", book=LANTERN))
    everyone = club.guild.default_role
    quiet = club.guild.create_text_channel(
        "quiet", overwrites={everyone: discord.PermissionOverwrite(send_messages=False)}
    )
    refused = await liz.slash(quiet, "progress share", book=LANTERN)
    assert "You can’t write in this channel" in shown(refused)
    assert [m for m in quiet.history() if m.author.bot and not m.flags.ephemeral] == []


async def test_the_shelf_follows_an_undo(club: Club) -> None:
    liz = await club.reader("Liz", the_lantern="ch 5")
    await club.reads(liz, LANTERN, "finished")
    await liz.slash(club.general, "progress undo")
    (shelved,) = await club.app.get(Shelves).show(Member(club.guild.id, liz.id))
    assert shelved.shelf == "reading"
