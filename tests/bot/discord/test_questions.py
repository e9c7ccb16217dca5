"""`/ask`, `/hint`, `/recap` and `/who`, as members use them."""

from simcord import ChannelHandle

from tests.fakes.club import Club, buttons, message, shown

NEUTRAL = "I can’t answer that from what you’ve read."
STORM = "Whom does Silas save in the storm?"
SECRET = "Who drowned his brother for the sake of the lamp?"


# /ask


async def test_an_answer_is_private_has_its_source_and_stops_where_its_reader_is(club: Club) -> None:
    liz = await club.reader("Liz", the_lantern="ch 5")
    told = await liz.slash(club.general, "ask", question=STORM)
    assert told.ephemeral
    assert "two fishermen" in shown(told)
    assert "summary, chapter 5" in shown(told)
    kept = await liz.slash(club.general, "ask", question=SECRET, book="the-lantern")
    assert "drowned" not in shown(kept)


async def test_a_refusal_is_not_offered_to_be_shared(club: Club) -> None:
    liz = club.member("Liz")
    told = await liz.slash(club.general, "ask", question=SECRET, book="the-lantern")
    assert NEUTRAL in shown(told)
    assert buttons(told) == ["Hint", "Why can’t I see more?", "Say where I am"]


# Sharing


async def test_sharing_asks_again_for_the_thread(club: Club) -> None:
    liz = await club.reader("Liz", the_lantern="finished")
    await club.ceiling(club.general, the_lantern="ch 5")
    told = await liz.slash(club.general, "ask", question="What does Silas do to his brother?")
    assert "murderer" in shown(told)
    shared = await liz.click(message(told), label="Share with the channel")
    public = [followup for followup in shared.followups if not followup.ephemeral]
    assert all("murderer" not in str(post.components) for post in public)


async def test_what_is_shared_says_who_asked_and_how_far_it_goes_and_can_be_taken_back(club: Club) -> None:
    liz = await club.reader("Liz", the_lantern="finished")
    await club.ceiling(club.general, the_lantern="ch 5")
    shared = await liz.slash(club.general, "ask", question=STORM, share=True)
    (post,) = shared.followups
    assert not post.ephemeral
    text = str(post.components)
    assert "Asked by Liz" in text
    assert "The Lantern, chapter 5 of 10" in text
    back = await liz.click(message(shared), label="Delete the post")
    assert "Deleted" in shown(back)
    assert shared.followups == []


async def test_where_somebody_is_is_not_posted_for_everybody(club: Club) -> None:
    liz = await club.reader("Liz", the_lantern="finished")
    shared = await liz.slash(club.general, "ask", question="where am I in the book?", share=True)
    assert "I haven’t posted anything" in shown(shared)
    assert club.general.history() == []


async def test_who_somebody_is_whom_all_have_met_may_stand_above_what_is_shared(club: Club) -> None:
    liz = await club.reader("Liz", the_lantern="finished")
    await club.ceiling(club.general, the_lantern="ch 5")
    shared = await liz.slash(club.general, "ask", question="Who is Silas?", book="the-lantern", share=True)
    (post,) = shared.followups
    assert "Who is Silas?" in str(post.components)


async def test_a_place_without_a_ceiling_is_at_the_beginning(club: Club) -> None:
    liz = await club.reader("Liz", the_lantern="finished")
    shared = await liz.slash(club.general, "ask", question=STORM, book="the-lantern", share=True)
    assert "I haven’t posted anything" in shown(shared)
    assert shared.followups == []


async def test_who_is_behind_the_thread_is_answered_in_private_and_may_still_share(club: Club) -> None:
    liz = await club.reader("Liz", the_lantern="ch 2")
    await club.ceiling(club.general, the_lantern="finished")
    told = await liz.slash(club.general, "ask", question=STORM, share=True)
    assert told.ephemeral
    assert told.followups == []
    assert "so only you see this answer" in shown(told)
    assert "fishermen" not in shown(told)
    assert "Share with the channel" in buttons(told)


async def test_what_may_be_shared_is_named_after_where_it_would_be_posted(club: Club) -> None:
    liz = await club.reader("Liz", the_lantern="ch 5")
    thread = ChannelHandle(
        club.env, club.guild, club.env.backend.create_thread(club.general.id, "To the bridge", liz.id)
    )
    for post in (thread, club.general):
        told = await liz.slash(post, "ask", question=STORM)
        assert buttons(told)[0] == f"Share with the {'channel' if post is club.general else 'thread'}"


async def test_a_book_that_was_only_guessed_stands_over_no_refusal(club: Club) -> None:
    told = await club.member("Liz").slash(club.general, "ask", question="Who is Marmaduke?")
    assert "Which book do you mean? Name it in your question." in shown(told)
    assert "The Lantern" not in shown(told)
    assert "The Kite" not in shown(told)


async def test_a_question_that_gives_something_away_is_not_repeated_in_public(club: Club) -> None:
    liz = await club.reader("Liz", the_lantern="finished")
    await club.ceiling(club.general, the_lantern="ch 5")
    question = "Silas drowned his brother for the sake of the lamp, but whom does he save from the rocks in the storm?"
    shared = await liz.slash(club.general, "ask", question=question, book="the-lantern", share=True)
    assert all("drowned" not in str(post.components) for post in shared.followups)


async def test_buttons_work_after_a_restart_and_for_a_week(club: Club) -> None:
    liz = await club.reader("Liz", the_lantern="ch 5")
    told = await liz.slash(club.general, "ask", question=STORM)
    await club.restart()
    why = await liz.click(message(told), label="Why can’t I see more?")
    assert "You have finished chapter 5 of 10" in shown(why)
    assert "whether or not there is more to say" in shown(why)
    await club.env.advance_time(8 * 24 * 3600)
    late = await liz.click(message(told), label="Why can’t I see more?")
    assert "have expired" in shown(late)


# /hint


async def test_hints_work_after_a_restart_for_what_has_been_read_by_then(club: Club) -> None:
    liz = await club.reader("Liz", the_lantern="ch 3")
    first = await liz.slash(club.general, "hint", question=SECRET, book="the-lantern")
    assert first.ephemeral
    assert buttons(first)[:3] == ["What to think about", "Where to look", "The answer"]
    await club.restart()
    assert "chapter 10" in shown(await liz.click(message(first), label="Where to look"))
    assert "drowned" not in shown(await liz.click(message(first), label="The answer"))
    await club.reads(liz, "the-lantern", "finished")
    assert "drowned" in shown(await liz.click(message(first), label="The answer"))


# /recap


async def test_a_recap_stops_where_its_reader_is(club: Club) -> None:
    liz = await club.reader("Liz", the_lantern="ch 5")
    told = shown(await liz.slash(club.general, "recap"))
    assert "Chapter 5: A storm breaks" in told
    assert "priest" not in told


# /who


async def test_somebody_is_told_of_as_far_as_they_were_met(club: Club) -> None:
    liz = await club.reader("Liz", the_lantern="ch 3")
    told = shown(await liz.slash(club.general, "who", name="Silas"))
    assert "keeps the lighthouse" in told
    assert "murderer" not in told


async def test_only_people_who_were_met_are_offered(club: Club) -> None:
    liz, alec = await club.reader("Liz", the_lantern="ch 1"), await club.reader("Alec", the_lantern="ch 2")
    names = [
        [choice["name"] for choice in await reader.autocomplete(club.general, "who", "name", "", book="the-lantern")]
        for reader in (liz, alec)
    ]
    assert names == [["Dorothea"], ["Silas", "Dorothea"]]
