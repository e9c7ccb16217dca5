"""Opening a discussion: settings, library, store and model put together, and let go of at the end."""

import logging
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bot.answering.reply import Mode
from bot.opening import open_discussion
from bot.settings import Settings
from corpus.errors import DogearError, LibraryProblem
from retrieval.gate import Audience
from retrieval.types import StoreHeld, StoreUnavailable, WeightsRefused
from tests.fakes.bookshelf import KITE, LANTERN, write_book, write_kite, write_lantern
from tests.fakes.chat_server import chat_server
from tests.fakes.chroma_server import RunningChroma

FINISHED = Audience({LANTERN: 10, KITE: 4})
QUESTION = "Whom does Silas save in the storm?"


@pytest.fixture
def settings(tiny_model: Path, library: Path, data: Path) -> Settings:
    return Settings(embedding_model=str(tiny_model), library=library, data=data)


def test_a_new_library_is_indexed_with_progress_and_can_be_asked(library: Path, data: Path, settings: Settings) -> None:
    write_lantern(library)
    told: list[tuple[int, int]] = []
    with open_discussion(settings, lambda now, of: told.append((now, of))) as discussion:
        assert discussion.library.books.keys() == {LANTERN}
        reply = discussion.ask(QUESTION, FINISHED, LANTERN)
    assert told[-1][0] == told[-1][1] > 0
    assert reply.mode is Mode.QUOTE
    assert reply.passages


def test_documents_that_have_not_changed_since_are_not_read_again(
    library: Path, data: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_lantern(library)
    write_kite(library)
    with open_discussion(settings):
        pass
    read: list[Path] = []
    monkeypatch.setattr("corpus.library.read_document", lambda path, *_: read.append(path))
    with open_discussion(settings) as discussion:
        assert discussion.ask(QUESTION, FINISHED, LANTERN).passages
    assert read == []


def test_a_broken_book_is_told_and_the_others_are_there(
    library: Path, data: Path, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    write_kite(library)
    write_book(library, "broken", {}, marks=-1)
    with open_discussion(settings) as discussion:
        assert discussion.library.books.keys() == {KITE}
    assert "broken" in caplog.text


def test_the_store_is_let_go_of_however_it_ends(library: Path, data: Path, settings: Settings) -> None:
    write_kite(library)
    first = open_discussion(settings)
    with first, pytest.raises(StoreHeld), open_discussion(settings):
        pass
    with pytest.raises(ZeroDivisionError), open_discussion(settings):
        raise ZeroDivisionError
    with open_discussion(settings) as discussion:
        assert discussion.premise(KITE).answered


def test_a_chat_model_is_opened_where_one_is_named(library: Path, data: Path, settings: Settings) -> None:
    write_lantern(library)
    with chat_server() as server:
        server.says = "PICK: 1\nLEAD: He saves two fishermen."
        named = server.settings().model_copy(
            update={"embedding_model": settings.embedding_model, "library": library, "data": settings.data}
        )
        with open_discussion(named) as discussion:
            reply = discussion.ask(QUESTION, FINISHED, LANTERN)
        assert len(server.requests) == 1
        until = time.monotonic() + 120
        while any(thread.name.startswith("chat-model") for thread in threading.enumerate()):
            assert time.monotonic() < until, "something still waits for the model"
            time.sleep(0.01)
    assert reply.mode is Mode.MODEL
    assert reply.answer.startswith("He saves two fishermen.\n“")


def test_what_cannot_be_opened_is_an_error_and_leaves_nothing_held(
    library: Path, data: Path, settings: Settings, tmp_path: Path
) -> None:
    write_kite(library)
    wrong_model = settings.model_copy(update={"chat_model": "no-such-provider:model"})
    with pytest.raises(DogearError), open_discussion(wrong_model):
        pass
    with pytest.raises(WeightsRefused), open_discussion(settings.model_copy(update={"embedding_model": str(tmp_path)})):
        pass
    with pytest.raises(LibraryProblem), open_discussion(settings.model_copy(update={"library": tmp_path / "nowhere"})):
        pass
    with open_discussion(settings) as discussion:
        assert discussion.library.books.keys() == {KITE}


def test_a_starting_bot_waits_for_a_server_that_is_away_and_a_reader_does_not(
    library: Path, data: Path, settings: Settings, chroma: RunningChroma
) -> None:
    write_lantern(library)
    address = chroma.database()
    there = settings.model_copy(update={"chroma_url": f"{address.url}?database={address.database}"})
    tried_again = threading.Event()

    class Hearing(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if "tried again in 1 s" in record.getMessage():
                tried_again.set()

    log = logging.getLogger("bot.opening")
    hearing = Hearing()
    log.addHandler(hearing)
    chroma.stop()
    try:
        with pytest.raises(StoreUnavailable, match="cannot be reached"), open_discussion(there):
            pass

        def start() -> bool:
            with open_discussion(there, owner=True) as discussion:
                return discussion.recap(FINISHED, LANTERN).answered

        with ThreadPoolExecutor(1) as thread:
            answered = thread.submit(start)
            assert tried_again.wait(60)
            chroma.start()
            assert answered.result(60)
    finally:
        log.removeHandler(hearing)
