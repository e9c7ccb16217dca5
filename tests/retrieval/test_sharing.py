"""Processes that share a Chroma server: each sees what the others do, one at a time indexes, none harms another.

Each process is a retriever with a client of its own; they know of each other through the server alone.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from shutil import rmtree

import pytest

from corpus.books import Reveals
from corpus.library import Library
from corpus.passages import ClubText
from retrieval.gate import Audience
from retrieval.location import ChromaServer, Patience
from retrieval.retriever import Retriever
from retrieval.server import ServerConnection
from retrieval.shelving import WHOLE_BOOKS, Shelving
from retrieval.store import Store
from retrieval.types import BookInWork, LibraryDiffers, StoreDamaged, StoreUnavailable
from tests.fakes.bookshelf import KITE, LANTERN, opened, silent, write_kite, write_lantern
from tests.fakes.chroma_server import RunningChroma
from tests.fakes.embedder import HashedEmbedder, PausingEmbedder

NORTH = Audience({LANTERN: 10, KITE: 4}, club="north")
PROMISED = 5.0
"""Seconds after which every process knows of a change."""

IMPATIENT = Patience(connect=2.0, read=2.0, write=2.0, pause=0.05)


def review(text: str = "The marmalade mood is pure melancholy.", text_id: str = "1", club: str = "north") -> ClubText:
    return ClubText(club, text_id, LANTERN, text, Reveals.of({LANTERN: 5}), 4)


def reviews(retriever: Retriever) -> list[str]:
    return sorted(p.text for p in retriever.passages(LANTERN, NORTH) if p.club)


def within_what_is_promised(holds: Callable[[], bool]) -> bool:
    """Return whether something comes to hold while it is asked for again and again."""
    end = time.monotonic() + PROMISED
    while time.monotonic() < end:
        if holds():
            return True
        time.sleep(0.05)
    return False


@contextmanager
def process(
    shelf: Path, server: ChromaServer, embedder: HashedEmbedder | None = None, *, replacing: bool = True
) -> Iterator[Retriever]:
    """Open a retriever that was not brought up to date yet."""
    embedder = embedder or HashedEmbedder()
    with Store(server, embedder.name, silent, replacing=replacing) as store:
        retriever = Retriever(Library.load(shelf), store, embedder)
        try:
            yield retriever
        finally:
            retriever.close()


@pytest.fixture
def server(chroma: RunningChroma) -> ChromaServer:
    return chroma.database()


def test_what_a_club_writes_edits_and_deletes_in_one_process_is_so_in_the_others(
    shelf: Path, server: ChromaServer
) -> None:
    with opened(shelf, server) as one, opened(shelf, server) as other:
        assert reviews(one) == reviews(other) == []
        for wanted in (["A first thought."], ["A second thought."]):
            one.keep(review(wanted[0]))
            assert reviews(one) == wanted
            assert within_what_is_promised(lambda wanted=wanted: reviews(other) == wanted)  # type: ignore[misc]
        other.drop("north", "1")
        assert within_what_is_promised(lambda: reviews(one) == [])


def test_what_another_process_has_kept_since_is_not_taken_for_gone(shelf: Path, server: ChromaServer) -> None:
    with opened(shelf, server) as one, opened(shelf, server) as other:
        one.keep(review("An old one.", "1"))
        held = other.held_texts()
        one.keep(review("Written while the records were read.", "2"))
        assert other.reconcile([], held) == 1
        assert [m.id for m in other._store.club_manifests()] == ["2"]


def test_a_process_that_has_some_of_the_clubs_takes_nothing_of_the_others_for_gone(
    shelf: Path, server: ChromaServer
) -> None:
    with opened(shelf, server) as one, opened(shelf, server) as other:
        one.keep(review("From the south.", "1", club="south"))
        one.keep(review("From the north.", "2", club="north"))
        assert other.reconcile([], other.held_texts(), lambda club: club == "north") == 1
        assert [(m.club, m.id) for m in other._store.club_manifests()] == [("south", "1")]


def test_a_process_that_has_a_store_of_its_own_keeps_only_what_its_clubs_have(shelf: Path, data: Path) -> None:
    with opened(shelf, data) as alone:
        alone.keep(review("From the south.", "1", club="south"))
        assert alone.reconcile([], alone.held_texts(), lambda club: club == "north") == 1
        assert alone._store.club_manifests() == []


def test_what_could_not_be_announced_is_announced_when_texts_are_brought_in_line(
    shelf: Path, server: ChromaServer
) -> None:
    with opened(shelf, server) as one, opened(shelf, server) as other:
        assert reviews(other) == []
        one._store.announce = refused  # type: ignore[method-assign]
        with pytest.raises(StoreUnavailable):
            one.keep(review())
        del one._store.announce
        assert one.reconcile([review()]) == 0
        assert within_what_is_promised(lambda: len(reviews(other)) == 1)


def refused(what: str) -> None:
    """Announce nothing, as a server that is away."""
    raise StoreUnavailable(what)


def test_of_two_that_start_at_once_one_indexes_and_the_other_waits_for_it(shelf: Path, server: ChromaServer) -> None:
    pausing, other_embedder = PausingEmbedder("railway bridge"), HashedEmbedder()
    with process(shelf, server, pausing) as one, process(shelf, server, other_embedder) as other:
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
    other_model = HashedEmbedder("another")
    with pytest.raises(StoreUnavailable, match=r"another EMBEDDING_MODEL.*database of its own"):
        Store(server, other_model.name, silent, replacing=False)


def test_where_another_process_read_another_library_what_is_open_stays_and_the_log_says_so(
    shelf: Path, server: ChromaServer, caplog: pytest.LogCaptureFixture
) -> None:
    with opened(shelf, server) as old, opened(shelf, server) as idle:
        open_text = old.passages(LANTERN, NORTH)
        write_lantern(shelf, background_md="---\nreveals: 0\n---\nThe island is real.\n")
        with opened(shelf, server) as new:
            assert len(new.passages(LANTERN, NORTH)) > len(open_text)
        assert within_what_is_promised(
            lambda: bool(old.passages(KITE, NORTH)) and "restart this process" in caplog.text
        )
        assert old.passages(LANTERN, NORTH) == open_text
        with pytest.raises(BookInWork):  # new text under marks that this process has not read
            idle.passages(LANTERN, NORTH)


@pytest.mark.parametrize("how", ["stopped", "hanging"])
def test_while_the_server_is_away_open_books_are_answered_and_afterwards_all(
    shelf: Path, chroma: RunningChroma, how: str
) -> None:
    with opened(shelf, chroma.database(IMPATIENT)) as retriever:
        expected = retriever.search("Whom does Silas save?", NORTH, LANTERN)
        chroma.stop() if how == "stopped" else chroma.freeze()
        try:
            for _ in range(20):
                assert retriever.search("Whom does Silas save?", NORTH, LANTERN) == expected
            with pytest.raises(StoreUnavailable, match=r"cannot be reached|has not answered"):
                retriever.passages(KITE, NORTH)
            with pytest.raises(StoreUnavailable):
                retriever.check_store()
        finally:
            chroma.start() if how == "stopped" else chroma.thaw()
        assert within_what_is_promised(lambda: is_there(retriever))
        assert retriever.passages(KITE, NORTH)


def is_there(retriever: Retriever) -> bool:
    try:
        return "interface" in retriever.check_store()
    except StoreUnavailable:
        return False


def test_a_server_that_lost_all_is_noticed_and_filled_again(shelf: Path, chroma: RunningChroma) -> None:
    told: list[str] = []
    with opened(shelf, chroma.database()) as retriever:
        retriever.when_doubted(lambda: told.append("emptied"))
        retriever.keep(review())
        expected = retriever.search("Whom does Silas save?", NORTH, LANTERN)
        chroma.empty()
        retriever._following._look()
        assert retriever.search("Whom does Silas save?", NORTH, LANTERN) == expected
        with pytest.raises(BookInWork):
            retriever.passages(KITE, NORTH)
        assert set(told) == {"emptied"}
        assert retriever.mend() is False
        retriever.reconcile([review()], retriever.held_texts())
        assert retriever.passages(KITE, NORTH)
        assert reviews(retriever) == [review().text]
        assert retriever.stale() == []


def test_what_a_server_gives_otherwise_than_it_was_written_is_shown_to_nobody(
    shelf: Path, chroma: RunningChroma
) -> None:
    server = chroma.database()
    with opened(shelf, server) as retriever:
        with closing(ServerConnection(server)) as behind_its_back:
            behind_its_back.open()
            books = Shelving(behind_its_back, HashedEmbedder().name).collection(WHOLE_BOOKS)
            held = books.get(ids=[KITE], include=["metadatas"])["metadatas"]
            assert held
            changed = str(held[0]["passages"]).replace("paper", "paperr")
            books.update(ids=[KITE], metadatas=[{"passages": changed}])
        with pytest.raises(StoreDamaged, match=r"not give what was written .*empty database, with \?database="):
            retriever.passages(KITE, NORTH)
        with pytest.raises(StoreDamaged):
            retriever.look_closely([])
        assert retriever.passages(LANTERN, NORTH)
