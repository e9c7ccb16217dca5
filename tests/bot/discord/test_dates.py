"""`/schedule date`: a poll asks which times suit, and an organiser confirms one of them."""

import datetime as dt

from simcord import MemberActor

from bot.club_settings import SetUp
from bot.features.schedules.store import Schedules
from bot.people import Place
from tests.fakes.club import Club, buttons, fill, message, shown

TIMES = "Friday 8pm\nSaturday 17:00\nSunday 6pm"


async def test_the_time_that_suits_most_becomes_the_date_of_the_next_section(club: Club, jo: MemberActor) -> None:
    liz = club.member("Liz")
    words = "Fridays at 8pm, 5 chapters a week"
    preview = await jo.slash(club.general, "schedule create", book="the-lantern", words=words)
    await jo.click(message(preview), label="Confirm")
    preview = await fill(jo, await jo.slash(club.general, "schedule date"), times=TIMES)
    before = len(club.general.history())
    asked = await jo.click(message(preview), label="Ask the club")
    assert len(club.general.history()) == before + 1
    post = club.general.history()[-1]
    assert post.poll is not None
    assert post.poll.multiple
    assert [answer.text for answer in post.poll.answers] == [
        "Friday 2 January 2026, 20:00", "Saturday 3 January 2026, 17:00", "Sunday 4 January 2026, 18:00",
    ]  # fmt: skip
    await liz.set_poll_votes(post, answers=[2, 3])
    await jo.set_poll_votes(post, answers=[2])
    assert buttons(asked) == ["See the result"]
    await club.restart()
    result = await jo.slash(club.general, "schedule date")
    assert "2 votes" in shown(result)
    saturday = dt.datetime(2026, 1, 3, 17, tzinfo=dt.UTC)
    change = await jo.select(message(result), ["1"])
    assert "Saturday 3 January 2026, 17:00" in shown(change)
    await jo.click(message(change), label="Confirm")
    with club.env.time_context():
        kept = await club.app.get(Schedules).find(Place(club.guild.id, club.general.id))
    assert kept.schedule.sections[0].meets == saturday


async def test_without_a_schedule_the_time_begins_one(club: Club, jo: MemberActor) -> None:
    await club.app.get(SetUp).choose_book(club.guild.id, "the-lantern")
    preview = await fill(jo, await jo.slash(club.general, "schedule date"), times=TIMES)
    asked = await jo.click(message(preview), label="Ask the club")
    result = await jo.click(message(asked), label="See the result")
    form = await jo.select(message(result), ["2"])
    plan = await fill(jo, form, amount=["4 meetings"])
    assert "chapters 1–3 · Sunday 4 January 2026, 18:00" in shown(plan)


async def test_too_few_times_are_refused_and_nothing_typed_is_lost(club: Club, jo: MemberActor) -> None:
    refused = await fill(jo, await jo.slash(club.general, "schedule date"), times="Friday 8pm\nFriday 20:00")
    assert "Write 3 to 7 different times" in shown(refused)
    assert buttons(refused) == ["Ask again"]
    again = await jo.click(message(refused), label="Ask again")
    assert r"Friday 8pm\nFriday 20:00" in str(again.modal)
    assert club.general.history() == []
    assert "Only organisers" in shown(await club.member("Liz").slash(club.general, "schedule date"))
