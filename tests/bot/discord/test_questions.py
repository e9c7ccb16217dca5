"""`/ask`, `/hint`, `/recap` and `/who`, as members use them."""

from __future__ import annotations

from tests.fakes.club import Club, buttons, shown

NEUTRAL = "There are no passages on this up to your page."
STORM = "Whom does Silas save in the storm?"
SECRET = "Who drowned his brother for the sake of the lamp?"


async def test_an_answer_is_private_has_its_source_and_stops_where_its_reader_is(club: Club) -> None:
    liz = await club.reader("Liz", the_lantern="ch 5")
    told = await liz.slash(club.general, "ask", question=STORM)
    assert told.ephemeral
    assert "two fishermen" in shown(told)
    assert "summary, chapter 5" in shown(told)
    kept = await liz.slash(club.general, "ask", question=SECRET)
    assert "drowned" not in shown(kept)
    print(shown(told), buttons(told))


async def test_sharing(club: Club) -> None:
    liz = await club.reader("Liz", the_lantern="finished")
    await club.ceiling(club.general, the_lantern="ch 5")
    told = await liz.slash(club.general, "ask", question=STORM)
    shared = await liz.click(told.response, label="Share with the thread")
    print(shown(shared), buttons(shared), shared.followups)
    back = await liz.click(shared.response, label="Take it back")
    print(shown(back))
    await liz.send(club.general, f"<@{club.env.bot.user.id}> {SECRET}")
    print(club.env.transcript())
