"""Attempts at the shipped library: nothing comes out that its readers have not come to, sentence by sentence."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from simcord import MemberActor

from bot.answering.model import Writer
from corpus.books import Slug, Unit
from corpus.passages import Passage, cut
from corpus.text import sentences
from retrieval.gate import Audience, Gate
from retrieval.retriever import Retriever
from tests.fakes.chat_server import ChatServer, chat_server
from tests.fakes.club import opened_club
from tests.fakes.evening import Evening
from tests.fakes.marked import Signs
from tests.measure.adversaries.attempting import UNBOUNDED, Attempting, everything_sent
from tests.measure.adversaries.attempts import Attempt, attempts, readings

FILE = Path(__file__).with_name("shipped.toml")
ATTEMPTS = attempts(FILE)
KINDS = Counter(attempt.kind for attempt in ATTEMPTS)
SHORT = 30
"""Characters up to which a sentence or a heading may be said by chance: a name, “Chapter 8”."""


@dataclass(frozen=True)
class Told:
    """One passage of the library, and its sentences."""

    passage: Passage
    sentences: tuple[str, ...]


@pytest.fixture(scope="module")
def told(shipped: Retriever) -> list[Told]:
    """Everything that the library tells."""
    library = shipped.library
    passages = [p for slug, book in library.books.items() for p in cut(book, library.documents[slug])[0]]
    return [Told(p, (p.heading, *sentences(p.text))) for p in passages]


def parted(told: list[Told], at: Mapping[Slug, int]) -> tuple[set[str], set[str]]:
    """Return the sentences and headings that somebody may see, and those that they may not."""
    gate = Gate(Audience(at))
    seen = {said for each in told if gate.passes(each.passage) for said in each.sentences}
    return seen, {said for each in told for said in each.sentences} - seen


def beyond(text: str, attempt: Attempt, told: list[Told]) -> list[str]:
    """Return what of a text gives away what is hidden: whole sentences, or the words that an attempt names."""
    _, hidden = parted(told, {} if attempt.do == "review" else attempt.at)
    plain = text.replace("\\", "")
    words = (*attempt.never, *attempt.unsaid)
    named = [word for word in words for reading in readings(text) if word.casefold() in reading.casefold()]
    return [said for said in hidden if len(said) > SHORT and said in plain] + list(dict.fromkeys(named))


@pytest.mark.parametrize("attempt", ATTEMPTS, ids=lambda attempt: attempt.id)
def test_what_an_attempt_must_not_bring_out_is_there_and_hidden(attempt: Attempt, told: list[Told]) -> None:
    seen, hidden = parted(told, {} if attempt.do == "review" else attempt.at)
    for word in attempt.never:
        assert [said for said in seen if word in said] == []
        assert any(word in said for said in hidden), word


@pytest.fixture(scope="module")
def chatting() -> Iterator[ChatServer]:
    """A chat model that has read all of the books."""
    with chat_server() as server:
        yield server


@pytest.fixture(scope="module")
def writer(chatting: ChatServer, shipped: Retriever) -> Iterator[Writer]:
    """What asks the chat model."""
    with chatting.writer(shipped) as writer:
        yield writer


@pytest.mark.parametrize("kind", KINDS)
async def test_nothing_beyond_the_audience_comes_out(
    kind: str, shipped: Retriever, told: list[Told], writer: Writer, chatting: ChatServer, tmp_path: Path
) -> None:
    chosen = [attempt for attempt in ATTEMPTS if attempt.kind == kind]
    writing = writer if chosen[0].says else None
    found = []
    async with opened_club(shipped, tmp_path, writer=writing, settings=UNBOUNDED) as club:
        signs = Signs()
        signs.new({})
        made = Attempting(Evening(club, signs), {})
        for attempt in chosen:
            chatting.says = attempt.says
            reader = await arrives(made, attempt)
            sent = await made.make(attempt, attempt.at)
            others = [each for each in sent if each.readers.person != reader.id or attempt.do != "review"]
            found += [f"{attempt.id}: {each}" for each in beyond(everything_sent(others), attempt, told)]
        assert found == []
        assert "\n".join(made.faults) == ""
        assert made.made == KINDS[kind]


async def arrives(made: Attempting, attempt: Attempt) -> MemberActor:
    """Have the one who makes an attempt come, and two others who have read nothing."""
    club = made.evening.club
    reader = club.member("Ishmael")
    for book, marks in attempt.at.items():
        await club.reads(reader, book, f"{marks}%" if club.app.books[book].unit is Unit.PERCENT else f"ch {marks}")
    others = {"Jim": club.member("Jim"), "Liz": club.member("Liz")} if attempt.do == "review" else {"Liz": reader}
    made.people = {"Ishmael": reader, **others}
    return reader
