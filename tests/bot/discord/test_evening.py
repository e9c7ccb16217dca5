"""An evening in two clubs at once, one of whose members is in both: nothing goes beyond those who read it.

Each command, menu and form by itself, and what a chat model blurts out: tests/measure/adversaries/test_marked.py.
"""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from simcord import ChannelHandle, MemberActor

from bot.settings import Settings
from retrieval.retriever import Retriever
from retrieval.types import Embedder
from tests.fakes.bookshelf import opened
from tests.fakes.club import opened_club
from tests.fakes.evening import Evening
from tests.fakes.evening_acts import (
    QUESTIONS,
    asks,
    chooses,
    exports,
    new_thread,
    place_goes,
    presses_under_the_last,
    reads,
    reads_reviews,
    talks,
    writes_directly,
)
from tests.fakes.marked import AMBER, MARKS, ORCHARD, Signs, write_marked_library

ALL_NIGHT = Settings(member_questions=10_000, club_questions=10_000)


@pytest.fixture(scope="module")
def marked(embedder: Embedder, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Retriever, Signs]]:
    """A library in which every text gives itself away."""
    library = tmp_path_factory.mktemp("marked-library")
    signs = write_marked_library(library)
    with opened(library, tmp_path_factory.mktemp("marked"), embedder) as retriever:
        yield retriever, signs


@pytest.fixture
async def evening(marked: tuple[Retriever, Signs], tmp_path: Path) -> AsyncIterator[Evening]:
    """An evening in a club without a chat model."""
    retriever, signs = marked
    async with opened_club(retriever, tmp_path, settings=ALL_NIGHT) as club:
        yield Evening(club, signs.copied())


# The evening


@dataclass(frozen=True)
class People:
    """Who is there: at the beginning (in another club at the end), in the middle, finished, a stranger, and others."""

    liz: MemberActor
    alec: MemberActor
    ishmael: MemberActor
    jim: MemberActor
    keeper: MemberActor
    liz_there: MemberActor
    pip: MemberActor
    keeper_there: MemberActor
    general: ChannelHandle
    thread: ChannelHandle
    harbour: ChannelHandle


async def arriving(evening: Evening) -> People:
    """Two clubs: who is in them, where everybody is, and how far the places go."""
    club = evening.club
    other = club.env.create_guild("The Harbour Club")
    liz, alec, ishmael, jim = (club.member(name) for name in ("Liz", "Alec", "Ishmael", "Jim"))
    there = People(
        liz, alec, ishmael, jim, club.member("Ahab", manage_threads=True),
        other.add_member(liz.user), club.member("Pip", other), club.member("Starbuck", other, manage_threads=True),
        club.general, new_thread(evening, club.general, "To the bridge"), other.create_text_channel("general"),
    )  # fmt: skip
    evening.keeps_places(there.keeper)
    await reads(evening, liz, AMBER, 1)
    await reads(evening, alec, AMBER, 4)
    await reads(evening, alec, ORCHARD, 1)
    for book, marks in MARKS.items():
        await reads(evening, ishmael, book, marks)
    await reads(evening, there.liz_there, AMBER, 8)
    await reads(evening, there.pip, AMBER, 2)
    await place_goes(evening, there.keeper, there.thread, the_amber_door=4)
    await place_goes(evening, there.keeper_there, there.harbour, the_amber_door=6)
    return there


async def reviewing(evening: Evening, there: People) -> None:
    """Write reviews in both clubs, and read them in both."""
    new, club, other = evening.signs.new, evening.club.guild.id, there.pip.guild.id
    for writer, place, sign in (
        (there.ishmael, there.general, new({AMBER: 5}, club, there.ishmael.id)),
        (there.liz_there, there.harbour, new({AMBER: 5}, other, there.liz_there.id)),
    ):
        form = await evening.step(f"{writer.name}: /review write", writer.slash(place, "review write", book=AMBER))
        typed = {"stars": ["4"], "text": f"The {sign} made me weep.", "said": "ch 5"}
        await evening.step(f"{writer.name} sends it", writer.submit_modal(form, typed))
    for reader in (there.liz, there.alec, there.ishmael, there.jim):
        await reads_reviews(evening, reader, there.general, AMBER)
    for reader in (there.pip, there.liz_there):
        await reads_reviews(evening, reader, there.harbour, AMBER)


async def talking(evening: Evening, there: People) -> None:
    """Talk in both clubs, and with the bot alone."""
    await talks(evening, there.ishmael, there.thread, QUESTIONS[0], "And what does Corrin hide?", "Who lies to her?")
    await presses_under_the_last(evening, there.thread, there.liz, there.alec, there.ishmael, there.jim)
    await talks(evening, there.liz, there.thread, QUESTIONS[3], "And Corrin?")
    await talks(evening, there.liz_there, there.harbour, QUESTIONS[1], "Who is he?")
    await presses_under_the_last(evening, there.harbour, there.pip)
    await writes_directly(evening, there.ishmael, QUESTIONS[0], "And Corrin?", f"{QUESTIONS[1]} In The Glass Orchard?")
    await writes_directly(evening, there.alec, QUESTIONS[3], "And who else?")
    await chooses(evening, there.liz, QUESTIONS[0])
    await writes_directly(evening, there.liz, QUESTIONS[0], "And Corrin?")
    await writes_directly(evening, there.jim, "What is The Amber Door about?", QUESTIONS[0])


async def later(evening: Evening, there: People) -> None:
    """The bot has started anew, the thread goes less far, and somebody has gone back a chapter."""
    await evening.step("the bot starts anew", evening.club.restart())
    await presses_under_the_last(evening, there.harbour, there.pip, there.liz_there)
    await place_goes(evening, there.keeper, there.thread, the_amber_door=2)
    await talks(evening, there.ishmael, there.thread, "And what does Corrin hide behind the stove?")
    await presses_under_the_last(evening, there.thread, there.liz, there.alec)
    await reads(evening, there.alec, AMBER, 2)
    await asks(evening, there.alec, there.thread, QUESTIONS[0], book=AMBER)
    await writes_directly(evening, there.alec, "And who else lies to Wenna?")
    await place_goes(evening, there.keeper, there.thread)
    await talks(evening, there.ishmael, there.thread, QUESTIONS[1])
    for reader in (there.alec, there.ishmael, there.liz):
        await exports(evening, reader)


async def test_nothing_that_is_sent_in_a_whole_evening_goes_beyond_those_who_read_it(evening: Evening) -> None:
    there = await arriving(evening)
    for part in (reviewing, talking, later):
        await part(evening, there)
    assert "\n".join(evening.leaks()) == ""
    assert "\n".join(evening.told_positions()) == ""
    everybody = {
        sign.needs.marks.get(AMBER, 0) for sent in evening.in_public() for sign in evening.signs.found(sent.text)
    }
    assert max(everybody) == 6
    heard = {reader: evening.furthest(reader) for reader in (there.liz, there.alec, there.ishmael, there.jim)}
    assert heard == {there.liz: 1, there.alec: 4, there.ishmael: 8, there.jim: 0}
