"""The menus of messages: what somebody can do with what another member wrote."""

from bot.features.prompts.store import Prompts
from tests.fakes.club import Club, fields, shown

SECRET = "Silas drowned his brother for the sake of the lamp."


async def test_a_message_would_spoil_who_has_not_read_that_far(club: Club) -> None:
    alec = await club.reader("Alec", the_lantern="finished")
    liz = await club.reader("Liz", the_lantern="ch 3")
    await club.ceiling(club.general, the_lantern="ch 5")
    posted = await alec.send(club.general, SECRET)
    for reader, mine in ((liz, "it might be a spoiler."), (alec, "no spoilers that I can see.")):
        told = await reader.context_menu(club.general, "Would this spoil?", posted)
        assert told.ephemeral
        assert shown(told).splitlines() == [f"For you: {mine}", "For everybody here: it might be a spoiler."]


async def test_a_question_about_a_message_is_answered_for_its_asker(club: Club) -> None:
    liz = await club.reader("Liz", the_lantern="ch 5")
    posted = await liz.send(club.general, "That storm in The Lantern!")
    form = await liz.context_menu(club.general, "Ask about this", posted)
    told = await liz.submit_modal(form, {fields(form.modal)[0]: "Whom does Silas save?"})
    assert told.ephemeral
    assert "two fishermen" in shown(told)


async def test_the_words_of_a_message_that_goes_too_far_are_no_way_to_more(club: Club) -> None:
    alec, liz = club.member("Alec"), await club.reader("Liz", the_lantern="ch 3")
    posted = await alec.send(club.general, SECRET)
    form = await liz.context_menu(club.general, "Ask about this", posted)
    told = await liz.submit_modal(form, {fields(form.modal)[0]: "Is that true of The Lantern?"})
    assert "drowned" not in shown(told)


async def test_a_message_is_suggested_once(club: Club) -> None:
    liz = club.member("Liz")
    posted = await liz.send(club.general, "Why does Dorothea stay?")
    first = await liz.context_menu(club.general, "Suggest as discussion prompt", posted)
    assert first.ephemeral
    assert "Suggested" in shown(first)
    assert "already been suggested" in shown(
        await liz.context_menu(club.general, "Suggest as discussion prompt", posted)
    )
    (waiting,) = await club.app.get(Prompts).queue(club.guild.id)
    assert (waiting.text, waiting.message) == ("Why does Dorothea stay?", posted.id)
