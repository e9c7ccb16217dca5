"""A whole evening in two clubs at once: nothing that the bot sends goes beyond those who read it, text by text."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from simcord import ChannelHandle, InteractionResult, MemberActor

from bot.answers.writing import Writer, open_model
from bot.club.allowance import Rates
from retrieval.door import Retriever
from retrieval.embedding import SentenceEmbedder
from tests.fakes.bookshelf import opened
from tests.fakes.chat_server import ChatServer, chat_server
from tests.fakes.club import fields, labels, message, opened_club
from tests.fakes.evening import Evening
from tests.fakes.marked import AMBER, MARKS, ORCHARD, Signs, write_marked_library

ALL_NIGHT = Rates(member=10_000, club=10_000)
QUESTIONS = (
    "What does Wenna carry across the bridge?",
    "What does Corrin hide behind the stove?",
    "What does nobody in the village speak of?",
    "Who lies to Wenna?",
)
LEVELS = ("Where it is dealt with", "The answer", "What to think about")


@pytest.fixture(scope="module")
def marked(embedder: SentenceEmbedder, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Retriever, Signs]]:
    """A library in which every text gives itself away."""
    library = tmp_path_factory.mktemp("marked-library")
    signs = write_marked_library(library)
    with opened(library, tmp_path_factory.mktemp("marked"), embedder) as retriever:
        yield retriever, signs


@pytest.fixture
async def evening(marked: tuple[Retriever, Signs], tmp_path: Path) -> AsyncIterator[Evening]:
    """An evening in a club without a chat model."""
    retriever, signs = marked
    async with opened_club(retriever, tmp_path, rates=ALL_NIGHT) as club:
        yield Evening(club, signs.copied())


@pytest.fixture
def chatting() -> Iterator[ChatServer]:
    """A chat model that knows how everything ends."""
    with chat_server() as server:
        yield server


# What members do


async def reads(evening: Evening, reader: MemberActor, book: str, marks: int) -> None:
    """Have somebody say where they are."""
    where = f"ch {marks}" if marks else "not started"
    evening.is_at(reader, book, marks)
    place = reader.guild.channels["general"]
    step = f"{reader.name}: /progress set {where} of {book}"
    await evening.step(step, reader.slash(place, "progress set", where=where, book=book))


async def place_goes(evening: Evening, keeper: MemberActor, place: ChannelHandle, **books: int) -> None:
    """Have a moderator set how far a place goes; with no books, take that away."""
    for book, marks in books.items() or (("", 0),):
        options = {"where": f"ch {marks}", "book": book.replace("_", "-")} if book else {}
        command = "ceiling set" if book else "ceiling clear"
        preview = await evening.step(f"{keeper.name}: /{command} {options}", keeper.slash(place, command, **options))
        evening.goes_to(place, **({book: marks} if book else {}))
        await evening.step(f"{keeper.name}: Confirm", keeper.click(message(preview), label="Confirm"))
    await evening.step(f"{keeper.name}: /ceiling show", keeper.slash(place, "ceiling show"))


async def asks(evening: Evening, reader: MemberActor, place: ChannelHandle, question: str, **more: object) -> None:
    """Ask, and press every button under the answer."""
    step = f"{reader.name}: /ask {question} {more} in {place.name}"
    told = await evening.step(step, reader.slash(place, "ask", question=question, **more))
    await presses_all(evening, reader, told)


async def presses_all(evening: Evening, reader: MemberActor, told: InteractionResult) -> None:
    """Press every button under an answer that its reader has."""
    for label in under(told):
        if label in under(told) and label not in ("Take it back", "Post all the same"):
            await evening.step(f"{reader.name} presses {label}", reader.click(message(told), label=label))


def under(told: InteractionResult) -> list[str]:
    """Return the labels of the buttons under an answer as it is now."""
    return list(labels(message(told).components))


async def hints(evening: Evening, reader: MemberActor, place: ChannelHandle, question: str, book: str) -> None:
    """Ask for a hint, and look at all of its levels."""
    told = await evening.step(
        f"{reader.name}: /hint {question}", reader.slash(place, "hint", question=question, book=book)
    )
    for label in LEVELS:
        if label in under(told):
            told = await evening.step(f"{reader.name}: {label}", reader.click(message(told), label=label))


async def recaps(evening: Evening, reader: MemberActor, place: ChannelHandle, book: str, section: str = "") -> None:
    """Have the story told, to its last page."""
    options = {"book": book} | ({"section": section} if section else {})
    told = await evening.step(f"{reader.name}: /recap {options}", reader.slash(place, "recap", **options))
    while "More" in under(told):
        told = await evening.step(f"{reader.name}: More", reader.click(message(told), label="More"))


async def looks_people_up(evening: Evening, reader: MemberActor, place: ChannelHandle, book: str) -> None:
    """See who is offered while one types, and look all of them up."""
    offered = await evening.step(f"{reader.name}: /who …", reader.autocomplete(place, "who", "name", "", book=book))
    for choice in [*offered, {"value": "Wenna"}, {"value": "the keeper"}]:
        step = f"{reader.name}: /who {choice['value']}"
        await evening.step(step, reader.slash(place, "who", name=choice["value"], book=book))


async def types(evening: Evening, reader: MemberActor, place: ChannelHandle) -> None:
    """Type into every field that offers something."""
    for command, option, filled in (
        ("ask", "book", {"question": "Who?"}),
        ("recap", "section", {"book": AMBER}),
        ("recap", "book", {}),
        ("order", "series", {}),
        ("shelf remove", "book", {}),
    ):
        for typed in ("", "the", "ch"):
            step = f"{reader.name} types {typed} into {option} of /{command}"
            await evening.step(step, reader.autocomplete(place, command, option, typed, **filled))


async def looks_at_books(evening: Evening, reader: MemberActor, place: ChannelHandle, book: str) -> None:
    """Look at a book's card, its quotes, what is like it, the library, and the order in which to read."""
    for command, options in (
        ("book show", {"book": book}),
        ("book quotes", {"book": book}),
        ("book similar", {"book": book}),
        ("book list", {}),
        ("shelf add", {"book": book}),
        ("shelf show", {}),
        ("order", {"book": book}),
        ("order", {"series": "The Two Doors"}),
    ):
        told = await evening.step(f"{reader.name}: /{command} {options}", reader.slash(place, command, **options))
        await presses_all(evening, reader, told)


async def looks_at_progress(evening: Evening, reader: MemberActor, place: ChannelHandle) -> None:
    """See where one is, go back to nothing, and take that back."""
    await evening.step(f"{reader.name}: /progress show", reader.slash(place, "progress show"))
    preview = await evening.step(f"{reader.name}: /progress share", reader.slash(place, "progress share", book=AMBER))
    await evening.step(f"{reader.name}: Confirm", reader.click(message(preview), label="Confirm"))
    before = dict(evening.positions.get((reader.guild.id, reader.id), {}))
    evening.positions[reader.guild.id, reader.id] = {}
    told = await evening.step(f"{reader.name}: /progress clear", reader.slash(place, "progress clear"))
    if "Confirm" in under(told):
        await evening.step(f"{reader.name}: Confirm", reader.click(message(told), label="Confirm"))
        await asks(evening, reader, place, QUESTIONS[0], book=AMBER)
        evening.positions[reader.guild.id, reader.id] = before
        await evening.step(f"{reader.name}: /progress undo", reader.slash(place, "progress undo"))


async def reviews(evening: Evening, writer: MemberActor, place: ChannelHandle, book: str, text: str, said: str) -> None:
    """Write a review, and look at it."""
    form = await evening.step(f"{writer.name}: /review write", writer.slash(place, "review write", book=book))
    await evening.step(
        f"{writer.name} sends it", writer.submit_modal(form, {"stars": ["4"], "text": text, "said": said})
    )
    for command in ("review edit", "review delete"):
        await evening.step(f"{writer.name}: /{command}", writer.slash(place, command, book=book))


async def reads_reviews(evening: Evening, reader: MemberActor, place: ChannelHandle, *books: str) -> None:
    """Read all reviews of some books, to the last page, and ask what reviewers say."""
    for book in books:
        told = await evening.step(f"{reader.name}: /review read {book}", reader.slash(place, "review read", book=book))
        while "More" in under(told):
            told = await evening.step(f"{reader.name}: More", reader.click(message(told), label="More"))
        await asks(evening, reader, place, "What made readers weep?", book=book)


async def exports(evening: Evening, reader: MemberActor) -> None:
    """Have all that is held about oneself, here and everywhere; then have it deleted here."""
    place = reader.guild.channels["general"]
    await evening.step(f"{reader.name}: /mydata export", reader.slash(place, "mydata export"))
    told = await evening.step(f"{reader.name}: /mydata delete", reader.slash(place, "mydata delete"))
    evening.positions.pop((reader.guild.id, reader.id), None)
    await evening.step(f"{reader.name}: Delete it all", reader.click(message(told), label="Delete it all"))
    await asks(evening, reader, place, QUESTIONS[0], book=AMBER)


async def talks(evening: Evening, reader: MemberActor, place: ChannelHandle, *said: str) -> None:
    """Mention the bot, and go on in reply to what it says."""
    club = evening.club
    await evening.step(f"{reader.name} says {said[0]}", reader.send(place, f"{club.mention} {said[0]}"))
    for text in said[1:]:
        answer = place.last_message
        assert answer is not None
        await evening.step(f"{reader.name} replies {text}", reader.send(place, text, reply_to=answer))


async def writes_directly(evening: Evening, reader: MemberActor, *said: str) -> None:
    """Write to the bot alone, about the one club that its writer is in, or the one that they choose."""
    evening.direct.setdefault(reader.id, reader.guild.id)
    for text in said:
        await evening.step(f"{reader.name} writes {text}", reader.send_dm(text))


async def chooses(evening: Evening, reader: MemberActor, question: str) -> None:
    """Write to the bot, be asked which club that is about, and pick the one that this member is in."""
    await evening.step(f"{reader.name} writes {question}", reader.send_dm(question))
    asked = reader.user.dm_channel.last_message
    assert asked is not None
    evening.direct[reader.id] = reader.guild.id
    await evening.step(f"{reader.name} picks a club", reader.user.select(asked, [str(reader.guild.id)]))


async def presses_under_the_last(evening: Evening, place: ChannelHandle, *readers: MemberActor) -> None:
    """Have others press what stands under the last public answer."""
    answer = place.last_message
    assert answer is not None
    for reader in readers:
        for label in ("Answer me privately", "Why can’t I see more?"):
            await evening.step(f"{reader.name}: {label}", reader.click(answer, label=label))


async def uses_menus(evening: Evening, writer: MemberActor, place: ChannelHandle, *readers: MemberActor) -> None:
    """Have somebody who has read everything give the ending away, and others use the menus of that message."""
    secret = f"Wenna carries the {evening.signs.of(AMBER, MARKS[AMBER])[0]} across the bridge in The Amber Door."
    posted = await evening.step(f"{writer.name} gives it away", writer.send(place, evening.is_told(secret)))
    for reader in readers:
        await evening.step(f"{reader.name}: spoil?", reader.context_menu(place, "Would this spoil?", posted))
        form = await evening.step(f"{reader.name}: ask", reader.context_menu(place, "Ask about this", posted))
        (field,) = fields(form.modal)
        answer = reader.submit_modal(form, {field: "Is that true of Wenna in The Amber Door?"})
        await evening.step(f"{reader.name} asks about it", answer)
    await evening.step("it is suggested", readers[0].context_menu(place, "Suggest as discussion prompt", posted))


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


def new_thread(evening: Evening, parent: ChannelHandle, name: str) -> ChannelHandle:
    """Open a thread in a channel."""
    backend = evening.club.env.backend
    made = backend.create_thread(parent.id, name, backend.get_guild(evening.club.guild.id).owner_id)
    return next(thread for thread in parent.threads if thread.id == made.id)


async def test_nothing_that_is_sent_in_a_whole_evening_goes_beyond_those_who_read_it(evening: Evening) -> None:
    there = await arriving(evening)
    for part in (asking, reviewing, prompting, talking, later):
        await part(evening, there)
    assert len(evening.steps) > 200
    assert "\n".join(evening.leaks()) == ""
    assert "\n".join(evening.told_positions()) == ""
    heard = {reader: evening.furthest(reader) for reader in (there.liz, there.alec, there.ishmael, there.jim)}
    assert heard == {there.liz: 1, there.alec: 4, there.ishmael: 8, there.jim: 0}


async def test_a_chat_model_that_blurts_out_how_everything_ends_is_not_let_through(
    marked: tuple[Retriever, Signs], chatting: ChatServer, tmp_path: Path
) -> None:
    retriever, signs = marked
    model = open_model(chatting.settings())
    assert model is not None
    writer = Writer(model, retriever, 20)
    try:
        async with opened_club(retriever, tmp_path, writer=writer, rates=ALL_NIGHT) as club:
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
            assert any("Written by a model" in s.text for s in evening.sent if s.readers.person == there.ishmael.id)
    finally:
        writer.close()


async def test_an_evening_does_hear_what_goes_too_far(evening: Evening) -> None:
    liz = await evening.club.reader("Liz", the_amber_door="ch 5")
    await evening.club.ceiling(evening.club.general, the_amber_door="ch 3")
    evening.is_at(liz, AMBER, 1)
    for share in (False, True):
        evening.sent.clear()
        await asks(evening, liz, evening.club.general, QUESTIONS[0], share=share)
        assert evening.leaks()
        assert evening.told_positions() or not share
