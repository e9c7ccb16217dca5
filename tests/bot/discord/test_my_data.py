"""`/mydata`: everything about one person, for them alone; and gone, from the vector store too."""

import json
from typing import Any

from simcord import InteractionResult, MemberActor

from bot.features.ask.store import AskedQuestions
from bot.features.books.store import ClubBooks
from bot.features.ceilings.store import Ceilings
from bot.features.my_data.store import held_about
from bot.features.progress.store import Progress
from bot.features.reviews.store import Reviews
from bot.features.watch.store import Outcome, Watching
from bot.people import Member, Place
from corpus.books import Reveals
from retrieval.gate import Audience
from retrieval.retriever import Retriever
from tests.fakes.app import NOON
from tests.fakes.club import Club, buttons, message
from tests.fakes.club import read as shown
from tests.fakes.club_books import given, vellichor
from tests.fakes.records import add_finding_to

LANTERN, DAY = "the-lantern", 86_400


async def written(club: Club, member: MemberActor) -> None:
    """Have a member write a review."""
    book = club.app.books[LANTERN]
    with club.env.time_context():
        who = Member(member.guild.id, member.id)
        await club.app.get(Reviews).write(who, book, 4, "The lamp is described with love.", "not started")


async def exported(result: InteractionResult) -> dict[str, Any]:
    """Return what is in the file of an answer."""
    (file,) = message(result).attachments
    assert file.filename == "dogear-my-data.json"
    return dict(json.loads(await file.read()))


async def test_an_export_is_a_private_file_with_a_summary(club: Club) -> None:
    liz = await club.reader("Liz", the_lantern="ch 5")
    await written(club, liz)
    told = await liz.slash(club.general, "mydata export")
    assert told.ephemeral
    assert "1 × books with your position" in shown(told)
    assert "1 × reviews" in shown(told)
    held = await exported(told)
    assert [row["marks"] for row in held["positions"]] == [5]
    assert held["reviews"][0]["text"] == "The lamp is described with love."


async def test_an_export_holds_nothing_of_others_and_nothing_of_other_clubs(club: Club) -> None:
    other = club.env.create_guild("The Mainland Club")
    liz = await club.reader("Liz", the_lantern="ch 5")
    await club.reader("Jim", the_lantern="ch 9")
    there = other.add_member(liz.user)
    await club.reads(there, LANTERN, "ch 2")
    here = await exported(await liz.slash(club.general, "mydata export"))
    assert [row["marks"] for row in here["positions"]] == [5]
    everywhere = await liz.user.slash("mydata export")
    assert "in all clubs" in shown(everywhere)
    assert sorted(row["marks"] for row in (await exported(everywhere))["positions"]) == [2, 5]


async def test_deleting_shows_first_what_goes_and_reaches_the_vector_store(club: Club, island: Retriever) -> None:
    liz = await club.reader("Liz", the_lantern="ch 5")
    await written(club, liz)
    told = await liz.slash(club.general, "mydata delete")
    assert told.ephemeral
    assert buttons(told) == ["Delete it all", "Keep it"]
    assert "1 × reviews" in shown(told)
    club_readers = Audience({}, club=str(club.guild.id))
    assert [p.text for p in island.passages(LANTERN, club_readers, ("review",))] == ["The lamp is described with love."]
    await club.restart()
    gone = await liz.click(message(told), label="Delete it all")
    assert "I no longer have any data about you in this club." in shown(gone)
    assert island.passages(LANTERN, club_readers, ("review",)) == []
    assert "I have no data about you here." in shown(await liz.slash(club.general, "mydata delete"))


async def test_a_club_is_deleted_alone_and_a_direct_message_deletes_all(club: Club) -> None:
    other = club.env.create_guild("The Mainland Club")
    liz = await club.reader("Liz", the_lantern="ch 5")
    there = other.add_member(liz.user)
    await club.reads(there, LANTERN, "ch 2")
    told = await liz.slash(club.general, "mydata delete")
    await liz.click(message(told), label="Delete it all")
    progress = club.app.get(Progress)
    assert await progress.positions(Member(club.guild.id, liz.id)) == {}
    assert await progress.positions(Member(other.id, liz.id)) == {LANTERN: 2}
    told = await liz.user.slash("mydata delete")
    await liz.user.click(message(told), label="Delete it all")
    assert await progress.positions(Member(other.id, liz.id)) == {}


async def test_ceilings_stay_without_the_name_of_who_set_them(club: Club) -> None:
    george = club.member("George")
    place = Place(club.guild.id, club.general.id)
    with club.env.time_context():
        known, by = club.app.books[LANTERN], Member(club.guild.id, george.id)
        await club.app.get(Ceilings).set(place, known, "ch 3", by)
    told = await george.slash(club.general, "mydata delete")
    assert "kept, but without your name" in shown(told)
    await george.click(message(told), label="Delete it all")
    assert await club.app.get(Ceilings).show(place) == {LANTERN: 3}
    assert "I have no data" in shown(await george.slash(club.general, "mydata delete"))


async def removed(club: Club) -> None:
    """Remove the bot from the club's server, as Discord tells it."""
    bot = club.bots[-1]
    with club.env.time_context():
        bot.dispatch("guild_remove", bot.get_guild(club.guild.id))
    await club.env.settle()


async def test_a_server_that_lets_the_bot_go_is_forgotten_after_a_month_with_its_own_books(
    club: Club, island: Retriever
) -> None:
    liz = await club.reader("Liz", the_lantern="ch 5")
    await written(club, liz)
    who, other = Member(club.guild.id, liz.id), Member(77, liz.id)
    with club.env.time_context():
        book = await given(club.app, who, vellichor(club.guild.id))
        await club.app.get(Progress).set(other, club.app.books[LANTERN], "ch 2")
    await removed(club)
    await club.env.advance_time(29 * DAY)
    assert book.slug in club.app.books
    await club.env.advance_time(3 * DAY)
    await club.app.get(ClubBooks).indexed()
    assert book.slug not in club.app.books
    readers = Audience({LANTERN: 10, book.slug: book.marks}, club=str(club.guild.id))
    assert island.passages(LANTERN, readers, ("review",)) == []
    assert (await held_about(club.app.database, liz.id))["clubs"] == [77]


async def test_a_server_to_which_the_bot_comes_back_in_time_keeps_all(club: Club) -> None:
    liz = await club.reader("Liz", the_lantern="ch 5")
    await removed(club)
    await club.env.advance_time(20 * DAY)
    await club.restart()
    await club.env.advance_time(20 * DAY)
    assert (await held_about(club.app.database, liz.id))["clubs"] == [club.guild.id]


async def test_a_server_that_was_left_while_the_bot_was_away_is_noticed_at_its_start(club: Club) -> None:
    liz = Member(77, 20)
    with club.env.time_context():
        await club.app.get(Progress).set(liz, club.app.books[LANTERN], "ch 2")
    await club.restart()
    await club.env.advance_time(31 * DAY)
    assert (await held_about(club.app.database, liz.id))["clubs"] == []


async def test_what_is_kept_for_a_time_only_is_gone_after_it_also_without_a_restart(club: Club) -> None:
    liz, thread = Member(club.guild.id, 20), Place(club.guild.id, 100)
    with club.env.time_context():
        books, watching, database = club.app.get(ClubBooks), club.app.get(Watching), club.app.database
        await given(club.app, liz, text := vellichor(club.guild.id))
        await books.remove(liz, text.slug)
        await club.app.get(AskedQuestions).keep("ask", liz, thread, "Who?")
        found = await add_finding_to(database, thread, 20, 900, Reveals(), NOON, NOON)
        assert found
        await watching.settle(found, Outcome.SETTLED)
    await club.env.advance_time(8 * DAY)
    held = await held_about(database, liz.id)
    assert (held["books"], held["questions"], held["findings"]) == ([], [], [])
