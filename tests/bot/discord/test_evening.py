"""A whole evening in two clubs at once: nothing that the bot sends goes beyond those who read it, text by text."""

import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from simcord import ChannelHandle, MemberActor

from bot.settings import Settings
from retrieval.retriever import Retriever
from retrieval.types import Embedder
from tests.fakes.bookshelf import opened
from tests.fakes.chat_server import ChatServer, chat_server
from tests.fakes.club import opened_club
from tests.fakes.evening import Evening
from tests.fakes.evening_acts import (
    QUESTIONS,
    asks,
    chooses,
    exports,
    hints,
    looks_at_books,
    looks_at_progress,
    looks_people_up,
    new_thread,
    place_goes,
    presses_all,
    presses_under_the_last,
    reads,
    reads_reviews,
    recaps,
    reviews,
    talks,
    types,
    uses_menus,
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


@pytest.fixture
def chatting() -> Iterator[ChatServer]:
    """A chat model that knows how everything ends."""
    with chat_server() as server:
        yield server


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


async def asking(evening: Evening, there: People) -> None:
    """Ask for everything that can be asked for."""
    everywhere = (
        (there.liz, there.thread), (there.jim, there.general), (there.pip, there.harbour), (there.alec, there.thread),
        (there.ishmael, there.general),
    )  # fmt: skip
    for reader, place in everywhere:
        await asks(evening, reader, place, QUESTIONS[0], book=AMBER)
        await looks_people_up(evening, reader, place, AMBER)
        await types(evening, reader, place)
    for reader in (there.liz, there.alec, there.ishmael):
        await asks(evening, reader, there.thread, QUESTIONS[1], share=True)
        await hints(evening, reader, there.thread, QUESTIONS[2], AMBER)
        await looks_at_books(evening, reader, there.thread, ORCHARD)
    for reader, section in ((there.liz, ""), (there.alec, "since chapter 2"), (there.ishmael, "chapters 1-8")):
        await recaps(evening, reader, there.thread, AMBER, section)
    await uses_menus(evening, there.ishmael, there.thread, there.liz, there.alec, there.jim)
    await looks_at_progress(evening, there.alec, there.thread)


async def reviewing(evening: Evening, there: People) -> None:
    """Write reviews in both clubs, one of which gives away more than its author says, and read them."""
    new, club, other = evening.signs.new, evening.club.guild.id, there.pip.guild.id
    placed = new({AMBER: 5}, club, there.ishmael.id)
    await reviews(evening, there.ishmael, there.general, AMBER, f"The {placed} made me weep for a week.", "ch 5")
    ending = f"Wenna carries the {evening.signs.of(ORCHARD, 6)[0]} from the glasshouse across the bridge before dawn."
    await reviews(evening, there.ishmael, there.general, ORCHARD, ending, "not started")
    elsewhere = new({}, other, there.liz_there.id)
    await reviews(evening, there.liz_there, there.harbour, AMBER, f"The {elsewhere} made me weep.", "not started")
    for reader in (there.liz, there.alec, there.ishmael, there.jim):
        await reads_reviews(evening, reader, there.general, AMBER, ORCHARD)
    for reader in (there.pip, there.liz_there):
        await reads_reviews(evening, reader, there.harbour, AMBER)


async def prompting(evening: Evening, there: People) -> None:
    """Suggest a prompt that gives the ending away; have moderators look at it, and draft others."""
    secret = f"Why does Wenna carry the {evening.signs.of(AMBER, 8)[0]} from the ferry across the bridge?"
    suggested = there.ishmael.slash(there.thread, "prompt suggest", text=evening.is_told(secret), book=AMBER)
    await evening.step(f"Ishmael: /prompt suggest {secret}", suggested)
    for command, options in (
        ("prompt queue", {}),
        ("prompt approve", {"number": 1}),
        ("prompt post", {"number": 1}),
        ("prompt draft", {"kind": "character", "book": AMBER}),
        ("prompt library", {"book": AMBER}),
    ):
        told = await evening.step(f"Ahab: /{command}", there.keeper.slash(there.thread, command, **options))
        await presses_all(evening, there.keeper, told)


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
    await looks_people_up(evening, there.alec, there.thread, AMBER)
    await place_goes(evening, there.keeper, there.thread)
    await talks(evening, there.ishmael, there.thread, QUESTIONS[1])
    for reader in (there.alec, there.ishmael, there.liz):
        await exports(evening, reader)


async def test_nothing_that_is_sent_in_a_whole_evening_goes_beyond_those_who_read_it(evening: Evening) -> None:
    there = await arriving(evening)
    for part in (asking, reviewing, prompting, talking, later):
        await part(evening, there)
    assert len(evening.steps) > 200
    assert "\n".join(evening.leaks()) == ""
    assert "\n".join(evening.told_positions()) == ""
    everybody = {
        sign.needs.marks.get(AMBER, 0) for sent in evening.in_public() for sign in evening.signs.found(sent.text)
    }
    assert max(everybody) == 6
    heard = {reader: evening.furthest(reader) for reader in (there.liz, there.alec, there.ishmael, there.jim)}
    assert heard == {there.liz: 1, there.alec: 4, there.ishmael: 8, there.jim: 0}


async def test_a_chat_model_that_blurts_out_how_everything_ends_is_not_let_through(
    marked: tuple[Retriever, Signs], chatting: ChatServer, tmp_path: Path
) -> None:
    retriever, signs = marked
    with chatting.writer(retriever) as writer:
        async with opened_club(retriever, tmp_path, writer=writer, settings=ALL_NIGHT) as club:
            evening = Evening(club, signs.copied())
            there = await arriving(evening)
            await chooses(evening, there.liz, QUESTIONS[0])
            for mark in (8, 6):
                one, two, *_, name = signs.of(AMBER, mark)
                chatting.says = f"Wenna carries the {one} [1]. Corrin hides the {two}, and {name.title()} lies to her."
                for reader, place in ((there.liz, there.general), (there.alec, there.thread)):
                    begun = len(chatting.requests)
                    await asks(evening, reader, place, QUESTIONS[0], book=AMBER)
                    await asks(evening, reader, place, QUESTIONS[1], share=True)
                    await writes_directly(evening, reader, QUESTIONS[0], "And Corrin?")
                    prompts = json.dumps(chatting.requests[begun:], ensure_ascii=False)
                    positions = evening.positions[reader.guild.id, reader.id]
                    assert [sign for sign in signs.found(prompts) if not sign.needs.within(positions)] == []
                await talks(evening, there.ishmael, there.thread, QUESTIONS[3], "And Corrin?")
                await asks(evening, there.ishmael, there.general, QUESTIONS[0], book=AMBER)
            assert "\n".join(evening.leaks()) == ""
            assert any("by AI" in s.text for s in evening.sent if s.readers.person == there.ishmael.id)


async def test_an_evening_does_hear_what_goes_too_far(evening: Evening) -> None:
    liz = await evening.club.reader("Liz", the_amber_door="ch 5")
    await evening.club.ceiling(evening.club.general, the_amber_door="ch 3")
    evening.is_at(liz, AMBER, 1)
    for share in (False, True):
        evening.sent.clear()
        await asks(evening, liz, evening.club.general, QUESTIONS[0], share=share)
        assert evening.leaks()
        assert evening.told_positions() or not share
