"""Mentions, replies and direct messages: one answer to each, for whoever reads along."""

import pytest

from bot.features.ceilings.store import Audiences
from bot.people import Member
from tests.fakes.club import Club, buttons, labels, message, posted, shown

NEUTRAL = "I can’t answer that from what you’ve read."
STORM = "Whom does Silas save in the storm?"
SECRET = "Who drowned his brother for the sake of the lamp?"


async def test_a_mention_is_answered_once_in_public_as_far_as_the_place_goes(club: Club) -> None:
    liz = await club.reader("Liz", the_lantern="finished")
    await club.ceiling(club.general, the_lantern="ch 5")
    await liz.send(club.general, f"{club.mention} {STORM}")
    await liz.send(club.general, f"{club.mention} {SECRET}")
    first, second = posted(club.general)
    assert "two fishermen" in first
    assert "The Lantern, chapter 5 of 10" in first
    assert "drowned" not in second


async def test_the_answer_is_a_reply_that_pings_nobody(club: Club) -> None:
    liz = club.member("Liz")
    asked = await liz.send(club.general, f"{club.mention} {STORM}")
    answer = club.general.last_message
    assert answer is not None
    assert answer.reference is not None
    assert answer.reference.message_id == asked.id
    sent = next(r for r in club.env.http_requests if r.path.endswith("/messages"))
    assert isinstance(sent.json, dict)
    assert sent.json["allowed_mentions"] == {"parse": []} or not sent.json["allowed_mentions"]["replied_user"]


async def test_a_reply_to_the_bot_goes_on_where_it_was(club: Club) -> None:
    liz = club.member("Liz")
    await club.ceiling(club.general, the_lantern="ch 5", the_kite="finished")
    await liz.send(club.general, f"{club.mention} Whom does Silas save in the storm in The Lantern?")
    answer = club.general.last_message
    assert answer is not None
    await liz.send(club.general, f"{club.mention} and who is he?", reply_to=answer)
    assert "Silas" in posted(club.general)[-1]
    assert "The Lantern" in posted(club.general)[-1]


async def test_who_is_behind_in_a_thread_is_answered_no_further_than_they_are_without_a_word_of_it(club: Club) -> None:
    liz, alec = await club.reader("Liz", the_lantern="ch 2"), club.member("Alec")
    await club.ceiling(club.general, the_lantern="finished")
    await liz.send(club.general, f"{club.mention} {SECRET}")
    own = posted(club.general)[-1]
    assert "drowned" not in own
    assert "behind" not in own
    await alec.send(club.general, f"{club.mention} {SECRET}")
    assert "drowned" in posted(club.general)[-1]


async def test_anybody_can_have_a_public_answer_for_themselves(club: Club) -> None:
    liz, alec = await club.reader("Liz", the_lantern="finished"), await club.reader("Alec", the_lantern="ch 1")
    await club.ceiling(club.general, the_lantern="ch 2")
    await liz.send(club.general, f"{club.mention} {SECRET}")
    answer = club.general.last_message
    assert answer is not None
    for reader, far in ((liz, True), (alec, False)):
        mine = await reader.click(answer, label="Answer me privately")
        assert mine.ephemeral
        assert ("drowned" in str(mine.response.components if mine.response else "")) is far


async def test_the_same_event_twice_is_answered_once(club: Club) -> None:
    liz = club.member("Liz")
    message = await liz.send(club.general, f"{club.mention} {STORM}")
    (payload,) = [p for kind, name, p in club.env.backend.transcript if name == "MESSAGE_CREATE" and "content" in p][:1]
    club.env.backend.emit("MESSAGE_CREATE", payload)
    await club.env.settle()
    assert message.id
    assert len(posted(club.general)) == 1


ABOUT_THE_BOT = {
    "how do i set this up": (["Set up", "What members do"], "presses Set up"),
    "how do i add a book": (["Add a book"], "presses Add a book"),
    "how do i make a schedule": (["Plan the schedule", "Schedule"], "Fridays at 8pm"),
    "how do i nominate a book": (["Nominated books", "Start a vote"], "Anybody can nominate"),
    "how do i change my progress": (["Where are you?"], "in your own words"),
    "when do we meet next": (["Schedule"], "No meeting is planned yet."),
    "what are we reading": (["Where are you?", "Schedule"], "No book is chosen yet."),
    "are you an ai": ([], "I’m Dogear"),
    "thanks": ([], "You’re welcome."),
}


async def test_what_is_asked_of_the_bot_or_the_club_is_answered_with_what_to_press(club: Club) -> None:
    liz = club.member("Liz")
    for question, (pressed, told) in ABOUT_THE_BOT.items():
        await liz.send(club.general, f"{club.mention} {question}?")
        answer = club.general.last_message
        assert answer is not None
        assert told in posted(club.general)[-1], question
        assert list(labels([part.to_dict() for part in answer.components])) == pressed, question
        assert "Spoiler-free" not in posted(club.general)[-1]


async def test_an_error_offers_its_cure_to_those_who_may_use_it(club: Club) -> None:
    liz, jo = club.member("Liz"), club.member("Jo", manage_guild=True)
    assert buttons(await liz.slash(club.general, "recap")) == []
    refused = await jo.slash(club.general, "recap")
    assert "Which book?" in shown(refused)
    assert buttons(refused) == ["Set up"]
    assert buttons(await jo.slash(club.general, "schedule show")) == ["Plan the schedule"]
    assert buttons(await liz.slash(club.general, "schedule show")) == []
    assert buttons(await jo.slash(club.general, "book show", book="Vellichor")) == ["Add this book"]


# Direct messages


async def test_a_direct_message_is_answered_as_far_as_its_writer_is(club: Club) -> None:
    liz = await club.reader("Liz", the_lantern="finished")
    await liz.send_dm(SECRET)
    assert "drowned" in posted(liz.user.dm_channel)[-1]
    await club.reads(liz, "the-lantern", "ch 2")
    await liz.send_dm(SECRET)
    assert "drowned" not in posted(liz.user.dm_channel)[-1]


async def test_somebody_of_no_club_is_at_the_beginning_and_still_answered(club: Club) -> None:
    stranger = club.env.create_user("Jim")
    await stranger.send_dm("What is The Lantern about?")
    (answer,) = posted(stranger.dm_channel)
    assert answer
    assert "drowned" not in answer


async def test_who_is_in_several_clubs_is_asked_which_one_and_then_answered(club: Club) -> None:
    other = club.env.create_guild("The Harbour Club")
    liz = await club.reader("Liz", the_lantern="finished")
    also = other.add_member(liz.user)
    await club.reads(also, "the-lantern", "ch 1")
    await liz.send_dm(SECRET)
    asked = liz.user.dm_channel.last_message
    assert asked is not None
    assert "Which one is this about?" in posted(liz.user.dm_channel)[-1]
    await liz.user.select(asked, [str(club.guild.id)])
    assert "drowned" in posted(liz.user.dm_channel)[-1]
    assert "now about The Island Club" in posted(liz.user.dm_channel)[-1]
    await liz.send_dm(SECRET)
    assert "drowned" in posted(liz.user.dm_channel)[-1]
    menu = await liz.user.slash("club switch")
    await liz.user.select(message(menu), [str(other.id)])
    await liz.send_dm(SECRET)
    assert "drowned" not in posted(liz.user.dm_channel)[-1]
    with club.env.time_context():
        assert await club.app.get(Audiences).positions(Member(club.guild.id, liz.id)) == {"the-lantern": 10}


async def test_one_may_have_no_club_in_direct_messages(club: Club) -> None:
    liz = await club.reader("Liz", the_lantern="finished")
    await club.reads(club.env.create_guild("The Harbour Club").add_member(liz.user), "the-lantern", "finished")
    await liz.select(message(await liz.slash(club.general, "club switch")), ["0"])
    await liz.send_dm(SECRET)
    assert "drowned" not in posted(liz.user.dm_channel)[-1]


WAIT: dict[str, tuple[dict[str, str], str]] = {
    "ask": ({"question": "Who drowned his brother?"}, "drowned"),
    "hint": ({"question": "Who drowned his brother?"}, "hint 1 of 3"),
    "who": ({"name": "Silas"}, "Silas"),
    "recap": ({"section": "chapter 10"}, "drowned"),
}
"""Commands that wait for their club, what is typed, and what their answers hold."""


@pytest.mark.parametrize("command", WAIT)
async def test_every_command_that_asks_of_a_book_waits_for_the_club_and_is_then_answered(
    club: Club, command: str
) -> None:
    other = club.env.create_guild("The Harbour Club")
    liz = await club.reader("Liz", the_lantern="finished")
    await club.reads(other.add_member(liz.user), "the-lantern", "ch 1")
    typed, told = WAIT[command]
    asked = await liz.user.slash(command, **typed, book="The Lantern")
    assert "Which one is this about?" in shown(asked)
    await club.restart()
    answer = await liz.user.select(message(asked), [str(club.guild.id)])
    assert told in shown(answer)
    assert "now about The Island Club" in shown(answer)
    again = await liz.user.slash(command, **typed, book="The Lantern")
    for each in (answer, again):
        assert "Share with" not in shown(each), "there is nobody to share with"


async def test_a_form_asks_for_the_club_before_anything_is_typed(club: Club) -> None:
    liz = await club.reader("Liz", the_lantern="finished")
    await club.reads(club.env.create_guild("The Harbour Club").add_member(liz.user), "the-lantern", "ch 1")
    assert "Which one is this about?" in shown(await liz.user.slash("shelf import"))


async def test_who_has_left_a_club_takes_nothing_of_it_along(club: Club) -> None:
    liz = await club.reader("Liz", the_lantern="finished")
    guild = club.env.backend.get_guild(club.guild.id)
    club.env.backend.remove_member(guild.id, liz.id)
    await liz.user.send_dm(SECRET)
    assert "drowned" not in posted(liz.user.dm_channel)[-1]
