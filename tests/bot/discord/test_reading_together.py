"""A club's first evening, told as it goes: from the schedule that everybody sees to the end of the book."""

import datetime as dt
from pathlib import Path

import discord
import pytest
from simcord import MemberActor

from bot.features.progress.store import Progress
from bot.people import Member, Place
from tests.bot.discord.test_schedule import FRIDAY, MINUTE, NEXT, asleep, direct, events, killed, made, until
from tests.fakes.bookshelf import LANTERN, opened, write_lantern
from tests.fakes.club import Club, buttons, fill, labels, message, opened_club, shown, words

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
ASKED = ["I’ve read chapters 1–5", "Not yet", "I’ve finished the book", "Say where I am"]


async def at(club: Club, member: MemberActor) -> int | None:
    """Return where somebody is in The Lantern."""
    return (await club.app.get(Progress).positions(Member(member.guild.id, member.id))).get(LANTERN)


def cards(club: Club) -> list[discord.Message]:
    """Return the cards of schedules in the club's channel."""
    return [post for post in club.general.history() if "We read" in words(post)]


def opening(club: Club, number: int = 0) -> discord.Message:
    """Return the post that opens a section."""
    return club.general.threads[number].history()[0]


def below(post: discord.Message) -> list[str]:
    """Return the labels of the buttons under a post."""
    return list(labels([part.to_dict() for part in post.components]))


async def change(club: Club, jo: MemberActor, command: str, **options: int) -> None:
    preview = await jo.slash(club.general, f"schedule {command}", **options)
    await jo.click(message(preview), label="Confirm")
    await club.env.advance_time(60)


async def test_a_club_of_four_reads_a_book_and_is_led_from_each_step_to_the_next(club: Club, jo: MemberActor) -> None:
    liz, jim, ann = club.member("Liz"), club.member("Jim"), club.member("Ann")
    here = Place(club.guild.id, club.general.id)

    # Jo confirms a schedule. Everybody sees it, in their own time, and it is pinned.
    await made(club, jo)
    (card,) = cards(club)
    assert f"**chapters 1–5** · <t:{int(FRIDAY.timestamp())}:F> (<t:{int(FRIDAY.timestamp())}:R>)" in words(card)
    assert card.pinned

    # Liz wants to be reminded: one press. As she is new, she is asked where she is, and not a second time.
    told = await liz.click(card, label="Remind me")
    assert told.ephemeral
    assert "I’ll mention you in the thread" in shown(told)
    assert buttons(told)[-4:] == ASKED
    assert buttons(await liz.click(card, label="Remind me")) == ["By direct message", "No reminders"]

    # Jim comes, and has the dates in his calendar. The card counts him, and stays the same message.
    assert "You’re on the list for chapters 1–5" in shown(await jim.click(card, label="I’m coming"))
    (file,) = message(await jim.click(card, label="Calendar file")).attachments
    assert file.filename == "the-lantern.ics"
    assert [post.id for post in cards(club)] == [card.id]
    assert "1 coming" in words(cards(club)[0])

    # Ann asks before she has said where she is. The refusal asks her, and her next question is answered.
    refused = await ann.slash(club.general, "ask", question="Whom does Silas save in the storm?")
    assert "I can’t answer that from what you’ve read." in shown(refused)
    assert buttons(refused)[-4:] == ASKED
    assert "You have finished chapter 5" in shown(await ann.click(message(refused), label=ASKED[0]))
    assert "two fishermen" in shown(await ann.slash(club.general, "ask", question="Whom does Silas save in the storm?"))

    # A day before, those who want it are told how much there is to read; an hour before, in other words.
    await until(club, FRIDAY - 2 * HOUR)
    day = club.general.history()[-1]
    assert "A day to go" in words(day)
    assert "To read: 5 chapters." in words(day)
    await until(club, FRIDAY - 30 * MINUTE)
    assert "We begin soon" in words(club.general.history()[-1])

    # The thread opens with something to talk about, calls Liz alone, names who comes, and leads everywhere.
    await until(club, FRIDAY + MINUTE)
    (thread,) = club.general.threads
    post = opening(club)
    (sent,) = [
        request.json for request in club.env.http_requests
        if request.method == "POST" and isinstance(request.json, dict) and "Here we talk" in str(request.json)
    ]  # fmt: skip
    assert sent["allowed_mentions"]["users"] == [liz.id]
    said = words(post)
    assert "**To begin with**\n1\\. " in said
    assert "\n2\\. " in said
    assert f"Coming: <@{jim.id}>" in said
    assert here.link(card.id) in said
    (event, _) = events(club)
    assert f"https://discord.com/events/{club.guild.id}/{event.id}" in said
    assert event.entity_metadata == {"location": Place(club.guild.id, thread.id).link()}
    assert f"<#{thread.id}>" in words(cards(club)[0])
    assert {"Recap", "Ask", "Save a note", "Remind me", *ASKED[:3]} <= set(below(post))

    # Liz has read on meanwhile. She tells the bot in passing, and nobody else learns how far she is.
    await liz.send(thread, f"{club.mention} I’m at chapter 7 now, and it’s getting dark")
    assert await at(club, liz) == 6
    heard = thread.last_message
    assert heard is not None
    assert "Noted. Only you see where you are." in words(heard)
    mine = await liz.click(heard, label="What I understood")
    assert "You have finished chapter 6 of 10" in shown(mine)
    await liz.slash(thread, "progress set", where="ch 1", book="The Kite")
    assert "You have finished chapter 6 of 10" in shown(await liz.click(heard, label="What I understood"))
    await liz.slash(thread, "progress undo")
    assert "somebody else" in shown(await jim.click(heard, label="What I understood"))
    await liz.click(message(mine), label="Undo")
    assert await at(club, liz) is None

    # Everybody has a cold: a week later, then. Card, thread and event say so; nothing is posted anew.
    before = len(club.general.history())
    await change(club, jo, "shift", days=7)
    later = f"<t:{int((NEXT + 7 * DAY).timestamp())}:F>"
    assert [event.scheduled_start_time for event in events(club)][1:] == [(NEXT + 7 * DAY).isoformat()]
    assert later in words(cards(club)[0])
    assert f"Next: chapters 6–10, {later}" in words(opening(club))
    assert len(club.general.history()) == before

    # The second meeting: both threads know each other.
    await until(club, NEXT + 7 * DAY + MINUTE)
    first, second = club.general.threads
    assert f"Next: chapters 6–10, <#{second.id}>" in words(opening(club))
    assert f"Before: <#{first.id}>" in words(opening(club, 1))

    # The book is over. Two hours later the club is asked how it was, and what comes next.
    await until(club, NEXT + 7 * DAY + 3 * HOUR)
    end = club.general.history()[-1]
    assert "We have read The Lantern" in words(end)
    form = await ann.click(end, label="Rate and review")
    await ann.submit_modal(form, {"stars": ["4"], "text": "", "said": "finished"})
    assert "No book has been nominated yet" in shown(await liz.click(end, label="Nominated books"))
    assert "Only organisers" in shown(await liz.click(end, label="Start a vote"))
    for book in ("The Kite", "Emma"):
        await liz.slash(club.general, "nominate add", book=book)
    form = await jo.click(end, label="Start a vote")
    assert "Which book shall we read next?" in shown(await fill(jo, form))
    read = shown(await jim.slash(club.general, "club history"))
    assert f"**The Lantern**\n<t:{int(FRIDAY.timestamp())}:D> to " in read
    assert "4.0 of 5 stars from 1 member" in read


# Where are you?


async def test_what_a_chapter_meant_is_shown_and_the_other_is_one_press_away(club: Club) -> None:
    liz = club.member("Liz")
    told = await liz.slash(club.general, "progress set", where="ch 7", book=LANTERN)
    assert buttons(told) == ["Still in chapter 7", "Finished chapter 7", "Undo"]
    other = await liz.click(message(told), label="Still in chapter 7")
    assert "You have finished chapter 6" in shown(other)
    assert await at(club, liz) == 6
    assert buttons(await liz.slash(club.general, "progress set", where="finished ch 8", book=LANTERN)) == ["Undo"]


async def test_a_report_without_a_book_is_about_the_one_that_the_club_reads(club: Club, jo: MemberActor) -> None:
    liz = await club.reader("Liz", the_kite="1")
    await made(club, jo)
    assert "The Lantern" in shown(await liz.slash(club.general, "progress set", where="ch 3"))
    assert await at(club, liz) == 3


async def test_a_place_and_nothing_else_is_asked_about_and_moves_nobody(club: Club, jo: MemberActor) -> None:
    liz = await club.reader("Liz", the_lantern="ch 1")
    await made(club, jo)
    await liz.send(club.general, f"{club.mention} ch 6")
    (public,) = [post for post in club.general.history() if "Is that how far you’ve read?" in words(post)]
    assert below(public) == ["Say where I am"]
    await liz.send_dm("ch 6")
    alone = direct(liz)[-1]
    assert below(alone) == ["Finished chapter 6", "Still in chapter 6"]
    assert await at(club, liz) == 1
    await liz.user.click(alone, label="Still in chapter 6")
    assert await at(club, liz) == 5


async def test_a_direct_message_moves_its_writer_and_can_be_undone(club: Club, jo: MemberActor) -> None:
    liz = await club.reader("Liz", the_lantern="ch 1")
    await made(club, jo)
    await liz.send_dm("just finished chapter 4!")
    assert await at(club, liz) == 4
    await liz.user.click(direct(liz)[-1], label="Undo")
    assert await at(club, liz) == 1
    await liz.send_dm("I’m at chapter 40")
    assert "has 10 chapters" in words(direct(liz)[-1])
    assert await at(club, liz) == 1


async def test_whom_the_bot_does_not_know_yet_moves_in_the_one_club_that_they_share(
    club: Club, jo: MemberActor
) -> None:
    await made(club, jo)
    liz = club.member("Liz")
    await liz.send_dm("I’m at chapter 5 now")
    assert await at(club, liz) == 4
    jim = club.member("Jim")
    assert "The Lantern" in shown(await jim.user.slash("progress set", where="finished ch 6"))
    assert await at(club, jim) == 6


async def test_of_several_clubs_that_they_share_one_is_chosen_and_then_they_move(club: Club, jo: MemberActor) -> None:
    await made(club, jo)
    liz = club.member("Liz")
    club.env.create_guild("The Harbour Club").add_member(liz.user)
    await liz.send_dm("finished chapter 5")
    assert "Which one is this about?" in words(direct(liz)[-1])
    chosen = await liz.user.select(direct(liz)[-1], [str(club.guild.id)])
    assert "You have finished chapter 5" in shown(chosen)
    assert "now about The Island Club" in shown(chosen)
    assert await at(club, liz) == 5
    assert "The Harbour Club" in str(message(await liz.user.slash("club switch")).components)


async def test_every_reader_is_asked_once_a_section(club: Club, jo: MemberActor) -> None:
    liz, jim = await club.reader("Liz", the_lantern="ch 2"), await club.reader("Jim", the_lantern="finished")
    await made(club, jo)

    async def asked(reader: MemberActor) -> bool:
        answer = await reader.slash(club.general, "ask", question="Who carries a letter?")
        return "Say where I am" in buttons(answer)

    assert [await asked(liz), await asked(liz), await asked(jim)] == [True, False, False]
    await until(club, NEXT + MINUTE)
    assert [await asked(liz), await asked(liz), await asked(jim)] == [True, False, False]


async def test_a_mention_is_answered_with_the_same_button_for_everybody_once(club: Club, jo: MemberActor) -> None:
    liz, jim = club.member("Liz"), await club.reader("Jim", the_lantern="finished")
    await made(club, jo)
    found = []
    for reader in (liz, jim, liz):
        await reader.send(club.general, f"{club.mention} Who carries a letter?")
        found.append("I’ve read this far" in below(club.general.history()[-1]))
    assert found == [True, True, False]


async def test_where_no_schedule_runs_a_refusal_has_a_field_to_say_where_one_is(club: Club) -> None:
    liz = club.member("Liz")
    refused = await liz.slash(club.general, "ask", question="Whom does Silas save?", book=LANTERN)
    assert buttons(refused)[-1] == "Say where I am"
    form = await liz.click(message(refused), label="Say where I am")
    assert "You have finished chapter 5" in shown(await liz.submit_modal(form, {"where": "ch 5"}))


# What goes wrong


async def test_who_takes_no_direct_messages_is_reminded_in_the_channel(club: Club, jo: MemberActor) -> None:
    liz = club.member("Liz")
    await made(club, jo)
    await liz.click(message(await liz.click(cards(club)[0], label="Remind me")), label="By direct message")
    club.env.inject_error("POST", f"/channels/{liz.user.dm_channel.id}/messages", status=403, code=50007, times=9)
    await until(club, FRIDAY - 2 * HOUR)
    told = club.general.history()[-1]
    assert "A day to go" in words(told)
    assert [person.id for person in told.mentions] == [liz.id]


async def test_a_direct_message_says_how_much_its_reader_has_left(club: Club, jo: MemberActor) -> None:
    liz = await club.reader("Liz", the_lantern="ch 3")
    await made(club, jo)
    await liz.click(message(await liz.click(cards(club)[0], label="Remind me")), label="By direct message")
    await until(club, FRIDAY - 2 * HOUR)
    assert "You have 2 chapters left to read." in words(direct(liz)[-1])


@pytest.mark.parametrize("step", ["%:card", "post"])
async def test_card_and_end_are_posted_once_through_a_kill(
    club: Club, jo: MemberActor, tmp_path: Path, step: str
) -> None:
    with killed(tmp_path, step):
        await made(club, jo)
        if step == "post":
            await until(club, NEXT + 2 * HOUR + MINUTE)
        await asleep(club)
    await club.restart()
    await until(club, NEXT + 3 * HOUR)
    assert len(cards(club)) == 1
    assert sum("We have read" in words(post) for post in club.general.history()) == 1


async def test_a_schedule_that_stops_is_shown_as_such_in_the_same_card(club: Club, jo: MemberActor) -> None:
    await made(club, jo)
    await change(club, jo, "pause")
    assert "**Paused.**" in words(cards(club)[0])
    await change(club, jo, "cancel")
    (card,) = cards(club)
    assert "**Cancelled.**" in words(card)
    assert below(card) == []


async def test_a_forum_has_the_card_as_a_post_of_its_own(club: Club, jo: MemberActor) -> None:
    forum = club.guild.create_forum_channel("books")
    await made(club, jo, channel=forum)
    (card,) = forum.threads
    assert card.name == "When we meet: The Lantern"
    await change(club, jo, "shift", days=7)
    assert f"<t:{int(NEXT.timestamp())}:F>" in words(card.history()[0])
    await until(club, NEXT + MINUTE)
    *_, section = forum.threads
    assert Place(club.guild.id, card.id).link(card.id) in words(section.history()[0])


async def test_what_was_not_allowed_is_tried_again_at_a_press(club: Club, jo: MemberActor) -> None:
    club.env.inject_error("POST", f"/channels/{club.general.id}/messages", status=403, code=50001, times=1)
    await made(club, jo)
    assert cards(club) == []
    (told,) = direct(jo)
    assert "show the schedule" in words(told)
    assert "-#" not in words(told)
    assert "trying it again" in shown(await jo.user.click(told, label="Try again now"))
    assert len(cards(club)) == 1


async def test_the_books_own_questions_on_the_section_come_first_and_none_from_beyond_it(tmp_path: Path) -> None:
    questions = {0: "What is a light for?", 4: "Why a second bed?", 5: "Is Silas brave?", 9: "Who told of the brother?"}
    text = "---\nkind: discussion\n---\n\n" + "".join(f"<!-- reveals: {m} -->\n- {q}\n\n" for m, q in questions.items())
    (tmp_path / "library").mkdir()
    write_lantern(tmp_path / "library", discussion_md=text)
    with opened(tmp_path / "library", tmp_path / "store") as retriever:
        async with opened_club(retriever, tmp_path) as club:
            await made(club, club.member("Jo", manage_events=True))
            await until(club, FRIDAY + MINUTE)
            assert "1\\. Why a second bed?\n2\\. Is Silas brave?" in words(opening(club))
            await until(club, NEXT + MINUTE)
            assert "1\\. Who told of the brother?" in words(opening(club, 1))
