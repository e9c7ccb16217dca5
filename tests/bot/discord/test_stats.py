"""`/club stats`: groups of five and more, for the one who asks, and nobody's place in what is shared."""

import re

import pytest
from simcord import InteractionResult, MemberActor

from tests.fakes.club import Club, buttons, message, posted
from tests.fakes.club import read as shown

LANTERN, KITE = "the-lantern", "the-kite"
NOTHING = "There is nothing to show yet."


def without_ids(result: InteractionResult) -> str:
    """Return what is read of an answer, but for the ids that Discord gives to files."""
    return re.sub(r"\d{15,}", "", shown(result))


async def readers(club: Club, **at: int) -> list[MemberActor]:
    """Add readers of The Lantern: so many at each chapter, `ch5=7`."""
    places = [f"ch {where.removeprefix('ch')}" for where, number in at.items() for _ in range(number)]
    return [await club.reader(f"Reader {n} of {where}", the_lantern=where) for n, where in enumerate(places)]


async def test_groups_are_shown_to_the_one_who_asks_with_a_picture_that_is_described(club: Club) -> None:
    liz, *_ = await readers(club, ch1=6, ch5=5, ch10=7)
    told = await liz.slash(club.general, "club stats", book="The Lantern")
    assert told.ephemeral
    assert "18 members told me where they are" in shown(told)
    assert "up to 25%: 6 members, 33%; 25% to 75%: 5 members, 28%; from 75%: 7 members, 39%" in shown(told)
    assert len(message(told).attachments) == 1
    assert buttons(told) == ["Share with the channel"]
    assert posted(club.general) == []


async def test_what_is_shared_is_the_same_names_nobody_and_can_be_taken_back(club: Club) -> None:
    liz, *others = await readers(club, ch1=6, ch5=6)
    told = await liz.slash(club.general, "club stats", book=LANTERN)
    await club.restart()
    done = await liz.click(message(told), label="Share with the channel")
    assert message(done).ephemeral
    (card,) = posted(club.general)
    assert "up to 25%: 6 members, 50%; from 25%: 6 members, 50%" in card
    assert not [reader.id for reader in (liz, *others) if str(reader.id) in card]
    assert "Reader" not in card
    await liz.click(message(done), label="Delete the post")
    assert posted(club.general) == []


@pytest.mark.parametrize("at", [{"ch1": 4}, {"ch1": 12}])
async def test_few_readers_and_readers_who_are_all_together_are_told_of_in_the_same_words(
    club: Club, at: dict[str, int]
) -> None:
    await readers(club, **at)
    told = await club.member("Liz").slash(club.general, "club stats", book=LANTERN)
    assert told.ephemeral
    assert NOTHING in shown(told)
    assert buttons(told) == ["Count me in"]
    assert not any(character.isdigit() for character in shown(told))


async def test_what_one_member_says_changes_nothing_that_is_seen(club: Club) -> None:
    liz, jim, *_ = await readers(club, ch1=7, ch5=7)
    before = without_ids(await liz.slash(club.general, "club stats", book=LANTERN))
    await club.env.advance_time(3600)
    await club.reads(jim, LANTERN, "finished")
    await club.reader("Ishmael", the_lantern="ch 5")
    after = without_ids(await liz.slash(club.general, "club stats", book=LANTERN))
    assert after == before


async def test_two_who_agree_see_a_picture_and_either_can_take_it_back(club: Club) -> None:
    liz, jim, tom = await readers(club, ch1=1, ch4=1, ch9=1)
    told = await liz.slash(club.general, "club stats", book=LANTERN)
    assert "others may work out which one is you" in shown(told)
    alone = await liz.click(message(told), label="Count me in")
    assert NOTHING in shown(alone)
    assert buttons(alone) == ["Don’t count me"]
    await club.restart()
    both = await jim.click(message(await jim.slash(club.general, "club stats", book=LANTERN)), label="Count me in")
    assert "2 members agreed to be counted: up to 25%: 1 member, 50%; 25% to 50%: 1 member, 50%." in shown(both)
    assert len(message(both).attachments) == 1
    seen = await tom.slash(club.general, "club stats", book=LANTERN)
    assert "75%" not in shown(seen)
    assert not [reader.id for reader in (liz, jim, tom) if str(reader.id) in without_ids(seen)]
    assert NOTHING in shown(await jim.click(message(both), label="Don’t count me"))
    assert NOTHING in shown(await tom.slash(club.general, "club stats", book=LANTERN))


async def test_it_is_for_clubs_and_another_club_does_not_count(club: Club) -> None:
    await readers(club, ch1=6, ch5=6)
    other = club.env.create_guild("The Other Club")
    channel = other.create_text_channel("general")
    jim = club.member("Jim", other)
    assert NOTHING in shown(await jim.slash(channel, "club stats", book=LANTERN))
    stranger = club.env.create_user("Tom")
    assert "That works in a club’s server" in shown(await stranger.slash("club stats", book=LANTERN))
