"""A vector store on a Chroma server: what goes wrong is said with a cure, and several processes share it.

Each process is a retriever with a client of its own; they know of each other through the server alone.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from shutil import rmtree

import pytest
from filelock import FileLock

from corpus.books import Reveals
from corpus.library import Library
from corpus.passages import ClubText
from retrieval.gate import Audience
from retrieval.location import ChromaServer
from retrieval.retriever import Retriever
from retrieval.store import Store
from retrieval.types import BookInWork, LibraryDiffers, StoreUnavailable
from tests.fakes.bookshelf import KITE, LANTERN, opened, silent, write_kite, write_lantern
from tests.fakes.chroma_server import RunningChroma
from tests.fakes.embedder import HashedEmbedder, PausingEmbedder
from tests.fakes.http_server import HttpServer, Request

NORTH = Audience({LANTERN: 10, KITE: 4}, club="north")


def review(text: str = "The marmalade mood is pure melancholy.", text_id: str = "1", club: str = "north") -> ClubText:
    return ClubText(club, text_id, LANTERN, text, Reveals.of({LANTERN: 5}), 4)


def reviews(retriever: Retriever) -> list[str]:
    return sorted(p.text for p in retriever.passages(LANTERN, NORTH) if p.club)


@contextmanager
def process(
    shelf: Path, server: ChromaServer, embedder: HashedEmbedder | None = None, *, replacing: bool = True,
    lock: Path | None = None,
) -> Iterator[Retriever]:  # fmt: skip
    """Open a retriever that was not brought up to date yet."""
    embedder = embedder or HashedEmbedder()
    with Store(server, embedder.name, silent, replacing=replacing) as store:
        alone = {"alone": lambda: FileLock(lock)} if lock else {}
        yield Retriever(Library.load(shelf), store, embedder, **alone)


@pytest.fixture
def server(chroma: RunningChroma) -> ChromaServer:
    return chroma.database()


def test_texts_of_a_club_are_known_to_another_process_once_it_reads_the_records(
    shelf: Path, server: ChromaServer
) -> None:
    embedder = HashedEmbedder()
    with opened(shelf, server) as one, opened(shelf, server, embedder) as other:
        one.keep(review())
        since = other.moment()
        assert other.reconcile([review()], since) == 0
        assert reviews(other) == [review().text]
        assert embedder.embedded == []


def test_a_process_that_has_some_of_the_clubs_removes_nothing_of_the_others(shelf: Path, server: ChromaServer) -> None:
    with opened(shelf, server) as one, opened(shelf, server) as other:
        one.keep(review("From the south.", "1", club="south"))
        one.keep(review("From the north.", "2", club="north"))
        assert other.reconcile([], other.moment(), lambda club: club == "north") == 1
        assert [(m.club, m.id) for m in other._store.club_manifests()] == [("south", "1")]


def test_a_process_that_has_a_store_of_its_own_keeps_only_what_its_clubs_have(shelf: Path, data: Path) -> None:
    with opened(shelf, data) as alone:
        alone.keep(review("From the south.", "1", club="south"))
        assert alone.reconcile([], alone.moment(), lambda club: club == "north") == 1
        assert alone._store.club_manifests() == []


def test_of_two_that_start_at_once_one_indexes_and_the_other_waits_for_it(
    shelf: Path, server: ChromaServer, tmp_path: Path
) -> None:
    pausing, other_embedder, lock = PausingEmbedder("railway bridge"), HashedEmbedder(), tmp_path / "index.lock"
    with process(shelf, server, pausing, lock=lock) as one, process(shelf, server, other_embedder, lock=lock) as other:
        with ThreadPoolExecutor(2) as threads:
            first = threads.submit(one.refresh)
            assert pausing.reached.wait(60)
            second = threads.submit(other.refresh)
            with pytest.raises(TimeoutError):
                second.result(0.3)
            pausing.may_go_on.set()
            assert first.result(60).embedded == second.result(60).kept
        assert other_embedder.embedded == []
        for retriever in (one, other):
            assert retriever.search("Whom does Silas save?", NORTH, LANTERN).passages


def test_who_may_not_replace_a_library_adds_to_it_and_no_more(library: Path, server: ChromaServer) -> None:
    write_lantern(library)
    with opened(library, server):
        pass
    write_kite(library)
    with process(library, server, replacing=False) as guest:
        assert guest.refresh().books == 1
    rmtree(library / LANTERN)
    with process(library, server, replacing=False) as guest:
        with pytest.raises(LibraryDiffers, match=r"1 \(books: the-lantern\).*run_bot.py index.*leave CHROMA_URL out"):
            guest.refresh()
        assert guest._store.manifests().keys() == {LANTERN, KITE}
    with process(library, server) as owner:
        assert owner.refresh().removed
    with pytest.raises(StoreUnavailable, match=r"another EMBEDDING_MODEL.*database of its own"):
        Store(server, "another", silent, replacing=False)


def test_where_another_process_read_another_library_what_is_open_stays_and_nothing_is_mixed(
    shelf: Path, server: ChromaServer
) -> None:
    with opened(shelf, server) as old, opened(shelf, server) as idle:
        open_text = old.passages(LANTERN, NORTH)
        write_lantern(shelf, background_md="---\nreveals: 0\n---\nThe island is real.\n")
        with opened(shelf, server) as new:
            assert len(new.passages(LANTERN, NORTH)) > len(open_text)
        assert old.passages(LANTERN, NORTH) == open_text
        assert old.passages(KITE, NORTH)
        with pytest.raises(BookInWork):  # new text under marks that this process has not read
            idle.passages(LANTERN, NORTH)


@pytest.mark.parametrize("how", ["stopped", "hanging"])
def test_while_the_server_is_away_open_books_are_answered_and_afterwards_all(
    shelf: Path, chroma: RunningChroma, how: str
) -> None:
    with opened(shelf, chroma.database(timeout=2.0)) as retriever:
        expected = retriever.search("Whom does Silas save?", NORTH, LANTERN)
        chroma.stop() if how == "stopped" else chroma.freeze()
        try:
            assert retriever.search("Whom does Silas save?", NORTH, LANTERN) == expected
            with pytest.raises(StoreUnavailable, match=r"cannot be reached|has not answered"):
                retriever.passages(KITE, NORTH)
            with pytest.raises(StoreUnavailable):
                retriever.check_store()
            with pytest.raises(StoreUnavailable, match=r"cannot be reached|has not answered"):
                Store(chroma.database(timeout=0.5), "model", silent)
        finally:
            chroma.start() if how == "stopped" else chroma.thaw()
        assert retriever.passages(KITE, NORTH)
        assert "Chroma server" in retriever.check_store()


def test_a_server_that_lost_everything_is_filled_again(shelf: Path, chroma: RunningChroma) -> None:
    told: list[str] = []
    with opened(shelf, chroma.database()) as retriever:
        retriever.on_store_failure(lambda: told.append("failed"))
        retriever.keep(review())
        expected = retriever.search("Whom does Silas save?", NORTH, LANTERN)
        chroma.empty()
        assert retriever.search("Whom does Silas save?", NORTH, LANTERN) == expected
        with pytest.raises(StoreUnavailable):
            retriever.passages(KITE, NORTH)
        assert told == ["failed"]
        assert not retriever.repair()
        retriever.reconcile([review()])
        assert retriever.passages(KITE, NORTH)
        assert reviews(retriever) == [review().text]
        assert retriever.stale() == []


class Answering(HttpServer):
    """Answers everything in the same way."""

    def __init__(self, status: int, text: str) -> None:
        self._answer = status, text.encode(), {"Content-Type": "application/json"}
        super().__init__()

    def respond(self, request: Request) -> None:
        """Answer."""
        request.send(*self._answer)


@pytest.mark.parametrize(
    ("status", "text", "cure"),
    [
        (200, "<html>Welcome!</html>", r"is no Chroma server .*\(200\)\. .*correct CHROMA_URL"),
        (401, '{"error": "AuthError"}', r"lets nobody in with this token \(401\)\. Correct CHROMA_TOKEN"),
        (502, "Bad Gateway", r"is no Chroma server .*\(502\)\. Start one"),
        (200, '"9.0.0"', r"no Chroma server with version 1\.x .*version that constraints\.txt names"),
    ],
)
def test_what_answers_in_place_of_a_server_is_named_with_a_cure(status: int, text: str, cure: str) -> None:
    with Answering(status, text) as answering, pytest.raises(StoreUnavailable, match=cure) as refusal:
        Store(ChromaServer(answering.url, token="s3cret"), "model", silent)
    assert "s3cret" not in str(refusal.value)


def test_two_databases_of_a_server_know_nothing_of_each_other(shelf: Path, chroma: RunningChroma) -> None:
    first = chroma.database()
    with opened(shelf, first), Store(replace(first, tenant="another"), "hashed", silent) as other:
        assert other.manifests() == {}
