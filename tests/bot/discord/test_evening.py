"""A whole evening in two clubs at once: nothing that the bot sends goes beyond those who read it, text by text."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
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
        yield Evening(club, Signs(dict(signs.known)))


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
    await evening.step(f"{reader.name} is at {where} of {book}", evening.club.reads(reader, book, where))


async def place_goes(evening: Evening, place: ChannelHandle, **books: int) -> None:
    """Set how far a place goes."""
    evening.goes_to(place, **books)
    at = {book: f"ch {marks}" if marks else "not started" for book, marks in books.items()}
    await evening.step(f"a ceiling: {books}", evening.club.ceiling(place, **at))


async def asks(evening: Evening, reader: MemberActor, place: ChannelHandle, question: str, **more: object) -> None:
    """Ask, and press every button under the answer."""
    step = f"{reader.name}: /ask {question} {more} in {place.name}"
    told = await evening.step(step, reader.slash(place, "ask", question=question, **more))
    await presses_all(evening, reader, told)


async def presses_all(evening: Evening, reader: MemberActor, told: InteractionResult) -> None:
    """Press every button under an answer that its reader has."""
    for label in under(told):
        if label in under(told) and label != "Take it back":
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
    offered = await evening.step(
        f"{reader.name}: /who …", reader.autocomplete(place, "who", "name", "", book=book)
    )
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
    posted = await evening.step(f"{writer.name} gives it away", writer.send(place, secret))
    for reader in readers:
        await evening.step(f"{reader.name}: spoil?", reader.context_menu(place, "Would this spoil?", posted))
        form = await evening.step(f"{reader.name}: ask", reader.context_menu(place, "Ask about this", posted))
        (field,) = fields(form.modal)
        answer = reader.submit_modal(form, {field: "Is that true of Wenna in The Amber Door?"})
        await evening.step(f"{reader.name} asks about it", answer)
    await evening.step("it is suggested", readers[0].context_menu(place, "Suggest as discussion prompt", posted))


# The evening


async def all_that_members_do(evening: Evening) -> None:
    """Two clubs, six members, every command and every button."""
    club = evening.club
    other = club.env.create_guild("The Harbour Club")
    thread = new_thread(evening, club.general, "The Amber Door, to the bridge")
    harbour = other.create_text_channel("harbour")
    liz, alec, ishmael, jim = (club.member(name) for name in ("Liz", "Alec", "Ishmael", "Jim"))
    liz_there, pip = other.add_member(liz.user), club.member("Pip", other)
    await reads(evening, liz, AMBER, 1)
    await reads(evening, alec, AMBER, 4)
    await reads(evening, alec, ORCHARD, 1)
    for book, marks in MARKS.items():
        await reads(evening, ishmael, book, marks)
    await reads(evening, liz_there, AMBER, 8)
    await reads(evening, pip, AMBER, 2)
    await place_goes(evening, thread, the_amber_door=4)
    await place_goes(evening, harbour, the_amber_door=6, the_glass_orchard=2)

    for reader, place in ((liz, thread), (jim, club.general), (pip, harbour), (alec, thread), (ishmael, club.general)):
        await asks(evening, reader, place, QUESTIONS[0], book=AMBER)
        await looks_people_up(evening, reader, place, AMBER)
        await types(evening, reader, place)
    for reader in (liz, alec, ishmael):
        await asks(evening, reader, thread, QUESTIONS[1], share=True)
        await hints(evening, reader, thread, QUESTIONS[2], AMBER)
        await looks_at_books(evening, reader, thread, ORCHARD)
    for reader, section in ((liz, ""), (alec, "since chapter 2"), (ishmael, "chapters 1-8"), (jim, "")):
        await recaps(evening, reader, thread, AMBER, section)
    await uses_menus(evening, ishmael, thread, liz, alec, jim)

    await talks(evening, ishmael, thread, QUESTIONS[0], "And what does Corrin hide?", "Who lies to her?")
    await presses_under_the_last(evening, thread, liz, alec, ishmael, jim)
    await talks(evening, liz, thread, QUESTIONS[3], "And Corrin?")
    await talks(evening, liz_there, harbour, QUESTIONS[1], "Who is he?")
    await presses_under_the_last(evening, harbour, pip)
    await writes_directly(evening, ishmael, QUESTIONS[0], "And Corrin?", f"{QUESTIONS[1]} In The Glass Orchard?")
    await writes_directly(evening, alec, QUESTIONS[3], "And who else?")
    await chooses(evening, liz, QUESTIONS[0])
    await writes_directly(evening, liz, QUESTIONS[0], "And Corrin?")
    await writes_directly(evening, jim, "What is The Amber Door about?", QUESTIONS[0])

    await evening.step("the bot starts anew", club.restart())
    await presses_under_the_last(evening, thread, alec)
    await place_goes(evening, thread, the_amber_door=2)
    await talks(evening, ishmael, thread, "And what does Corrin hide behind the stove?")
    await presses_under_the_last(evening, thread, liz, ishmael)
    await reads(evening, alec, AMBER, 2)
    await asks(evening, alec, thread, QUESTIONS[0], book=AMBER)
    await looks_people_up(evening, alec, thread, AMBER)


def new_thread(evening: Evening, parent: ChannelHandle, name: str) -> ChannelHandle:
    """Open a thread in a channel."""
    backend = evening.club.env.backend
    made = backend.create_thread(parent.id, name, backend.get_guild(evening.club.guild.id).owner_id)
    return next(thread for thread in parent.threads if thread.id == made.id)


async def test_nothing_that_is_sent_in_a_whole_evening_goes_beyond_those_who_read_it(evening: Evening) -> None:
    await all_that_members_do(evening)
    assert_kept(evening)


def assert_kept(evening: Evening) -> None:
    """Nobody was sent anything beyond them, nobody's position was told, and there was something to be overheard."""
    assert "\n".join(evening.leaks()) == ""
    assert "\n".join(evening.told_positions()) == ""
    assert len(evening.steps) > 100
