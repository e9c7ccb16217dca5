"""Attempts at a library in which every text gives itself away: of whatever is sent, nothing goes beyond its readers.

Over all commands and all that a club does besides asking, and with a chat model that blurts, disguises and obeys. No
call is made that nobody asked for, and no change for those who may not.
"""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from discord import app_commands
from simcord.types import HttpLogEntry

from bot.answering import engine
from corpus.importing import import_files
from retrieval.retriever import Retriever
from retrieval.types import Embedder
from tests.fakes.bookshelf import opened
from tests.fakes.chat_server import ChatServer, chat_server
from tests.fakes.club import opened_club
from tests.fakes.evening import Evening
from tests.fakes.evening_acts import reads_reviews
from tests.fakes.marked import AMBER, MARKS, Signs, write_marked_library
from tests.measure.adversaries.attack import PAGE
from tests.measure.adversaries.attempting import UNBOUNDED, Attempting, attempting, outside
from tests.measure.adversaries.attempts import DISGUISES, Attempt, attempts, commands, readings

HERE = Path(__file__).parent
Marked = tuple[Retriever, Signs]
FINISHED = {AMBER: MARKS[AMBER]}


def kinds(*files: str) -> list[Any]:
    """Return the kinds of attempts of some files, each with its file."""
    found = dict.fromkeys((file, attempt.kind) for file in files for attempt in attempts(HERE / file))
    return [pytest.param(*each, id=each[1]) for each in found]


@pytest.fixture(scope="module")
def marked(embedder: Embedder, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Marked]:
    """The marked library, and its signs."""
    library = tmp_path_factory.mktemp("marked-library")
    signs = write_marked_library(library)
    import_page(library, signs)
    with opened(library, tmp_path_factory.mktemp("marked"), embedder) as retriever:
        yield retriever, signs


def import_page(library: Path, signs: Signs) -> None:
    """Import a saved page whose reviews hold instructions, each with a word for those who have finished the book."""
    told = [attempt.text.replace("{}", signs.new(FINISHED)) for attempt in attempts(HERE / "pages.toml")]
    reviews = "\n".join(f"Jane Eyre\nOct {n}, 2017 rated it liked it\n{text}\n" for n, text in enumerate(told, 1))
    page = library.parent / "page.txt"
    page.write_text(PAGE.format("The Amber Door", "Anonymous", reviews), encoding="utf-8")
    import_files([page], AMBER, library)


@pytest.fixture
def chatting() -> Iterator[ChatServer]:
    """A chat model that says what an attempt wants it to say."""
    with chat_server() as server:
        yield server


@pytest.mark.parametrize(("file", "kind"), kinds("marked.toml", "club.toml"))
async def test_nothing_beyond_the_audience_comes_out(file: str, kind: str, marked: Marked, tmp_path: Path) -> None:
    retriever, signs = marked
    chosen = [attempt for attempt in attempts(HERE / file, signs) if attempt.kind == kind]
    async with opened_club(retriever, tmp_path, settings=UNBOUNDED, message_content=True) as club:
        made = await attempting(Evening(club, signs.copied()))
        for attempt in chosen:
            await made.make(attempt, {AMBER: 4})
        assert "\n".join(made.faults) == ""
        assert "\n".join(made.evening.told_positions()) == ""
        assert made.made == len(chosen)


@pytest.mark.parametrize(("file", "kind"), kinds("model.toml"))
async def test_nothing_beyond_the_audience_comes_out_of_a_model(
    file: str, kind: str, marked: Marked, chatting: ChatServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "ANSWERS", 0.0)  # else many an attempt would not come to the model at all
    monkeypatch.setattr(engine, "READS_ENGLISH", {})
    for before_the_model in ("kind", "_who_is"):
        monkeypatch.setattr(engine.Discussion, before_the_model, lambda *_: None)
    retriever, signs = marked
    chosen = [attempt for attempt in attempts(HERE / file, signs) if attempt.kind == kind]
    with chatting.writer(retriever) as writer:
        async with opened_club(retriever, tmp_path, writer=writer, settings=UNBOUNDED) as club:
            made = await attempting(Evening(club, signs.copied()))
            for attempt in chosen:
                asked, chatting.says = len(chatting.requests), attempt.says
                await made.make(attempt, {AMBER: 4})
                assert len(chatting.requests) > asked, attempt.id
                assert told_the_model(chatting.requests[asked:], attempt, made) == []
            assert "\n".join(made.faults) == ""
            assert made.made == len(chosen)


def told_the_model(requests: list[dict[str, object]], attempt: Attempt, made: Attempting) -> list[str]:
    """Return the words in prompts that those who read the answer have not come to, but for their own."""
    signs, asker = made.evening.signs, made.people[attempt.who]
    furthest = {AMBER: 4} if attempt.who == "Ahab" else made.evening.positions[asker.guild.id, asker.id]
    own = signs.found(" ".join((attempt.text, *attempt.then)))
    found = signs.found(json.dumps(requests, ensure_ascii=False))
    return [sign.word for sign in found if not sign.needs.within(furthest) and sign not in own]


async def test_an_imported_page_is_read_by_those_who_have_finished_and_obeyed_by_nobody(
    marked: Marked, tmp_path: Path
) -> None:
    retriever, signs = marked
    told = signs.of(AMBER, MARKS[AMBER])[-len(attempts(HERE / "pages.toml")) :]
    async with opened_club(retriever, tmp_path, settings=UNBOUNDED, message_content=True) as club:
        evening = Evening(club, signs.copied())
        made = await attempting(evening)
        for reader in (made.people["Ishmael"], made.people["Liz"]):
            await reads_reviews(evening, reader, club.general, AMBER)
        read = {sign.word for sent in evening.sent for text in readings(sent.text) for sign in signs.found(text)}
        assert len(read & {*told}) >= len(told) // 2
        assert "\n".join(evening.leaks()) == ""
        assert outside(club.env.http_requests) == []


@pytest.mark.parametrize("do", ["ask", "mention", "direct", "review read"])
async def test_an_attempt_that_brings_something_out_is_heard(do: str, marked: Marked, tmp_path: Path) -> None:
    retriever, signs = marked
    async with opened_club(retriever, tmp_path, settings=UNBOUNDED) as club:
        made = await attempting(Evening(club, signs.copied()))
        made.evening.is_at(made.people["Liz"], AMBER, 0)
        text = AMBER if do == "review read" else "What does Wenna carry across the bridge?"
        await made.make(Attempt("a leak", "leaks", text, do), {AMBER: 1})
        assert any("sent to" in fault for fault in made.faults)


def test_what_a_message_would_obey_and_whom_it_would_ping_is_heard() -> None:
    def sent(**told: object) -> HttpLogEntry:
        return cast("HttpLogEntry", SimpleNamespace(method="POST", path="/channels/1/messages", json=told))

    nobody = {"parse": [], "replied_user": False}
    assert outside([sent(content="Hello.", allowed_mentions=nobody)]) == []
    for text in ("@everyone", "[a](https://example.com)", "||x||", "**x**", "# x", "\u202ex", "<@&123456789012345678>"):
        assert outside([sent(content=text, allowed_mentions=nobody)]), text
    for allowed in ({"parse": ["users"]}, None, nobody | {"roles": ["1"]}, nobody | {"replied_user": True}):
        assert outside([sent(content="Hello.", allowed_mentions=allowed)])


@pytest.mark.parametrize("disguise", [name for name in DISGUISES if name != "first"])
def test_a_disguised_word_is_read_all_the_same(disguise: str) -> None:
    alone = DISGUISES[disguise]("xolwomypf")
    for text in (alone, f"Wenna carries the {alone} across the bridge."):
        assert any("xolwomypf" in reading.casefold() for reading in readings(text))


def everything() -> list[Attempt]:
    return [attempt for file in sorted(HERE.glob("*.toml")) if file.name != "attack.toml" for attempt in attempts(file)]


def test_there_are_enough_attempts_of_many_kinds_and_none_is_there_twice() -> None:
    made = everything()
    assert len(made) >= 400
    assert len({attempt.kind for attempt in made}) >= 31
    assert len({repr(replace(attempt, id="")) for attempt in made}) == len(made)


async def test_every_command_every_menu_and_every_field_that_offers_something_is_tried(
    marked: Marked, tmp_path: Path
) -> None:
    made = everything()
    typed = {attempt.more["into"] for attempt in made if attempt.do == "types"}
    async with opened_club(marked[0], tmp_path) as club:
        known = [each for each in club.bots[-1].tree.walk_commands() if isinstance(each, app_commands.Command)]
        menus = [each for each in club.bots[-1].tree.get_commands() if isinstance(each, app_commands.ContextMenu)]
        offering = {f"{each.qualified_name} {p.name}" for each in known for p in each.parameters if p.autocomplete}
        names = {each.qualified_name for each in known} | {each.qualified_name for each in menus}
        assert names - commands(made) == set()
        assert offering - typed == set()
