"""Opening books while the library is brought up to date: as they were, as they are, and never half of each."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Barrier

import pytest

from corpus.errors import DogearError
from corpus.library import Library
from retrieval.books import Books, ClubPassages
from retrieval.gate import Audience
from retrieval.index import Indexer
from retrieval.location import Location
from retrieval.ranking import Ranker
from retrieval.retriever import Retriever
from retrieval.store import BookManifest, Store, StoredPassage
from retrieval.types import BookInWork
from tests.fakes.bookshelf import KITE, LANTERN, opened, silent, write_kite, write_lantern
from tests.fakes.embedder import HashedEmbedder, PausingEmbedder

FINISHED = Audience({LANTERN: 10, KITE: 4})
READER = Ranker.load("statement", adapted=False)
NEWS = {"news_md": "---\nreveals: 0\n---\nA telegram has come.\n"}


class InterruptedStore(Store):
    """A store in which something happens after a book's passages are read, or before old ones are removed."""

    def __init__(self, place: Location) -> None:
        super().__init__(place, "hashed", silent)
        self.happens: list[Callable[[], object]] = []
        self.happens_at_remove: list[Callable[[], object]] = []

    def read_book(self, manifest: BookManifest) -> list[StoredPassage] | None:
        """Read, then let happen what is to happen next."""
        rows = super().read_book(manifest)
        if self.happens:
            self.happens.pop(0)()
        return rows

    def remove(self, ids: Iterable[str]) -> None:
        """Let happen what is to happen while a book is being settled, then remove."""
        if self.happens_at_remove:
            self.happens_at_remove.pop(0)()
        super().remove(ids)


@pytest.fixture
def store(data: Path) -> Iterator[InterruptedStore]:
    with InterruptedStore(data) as one:
        yield one


def indexed(shelf: Path, store: Store, books: Books | None = None) -> dict[str, BookManifest]:
    """Bring a store up to date with a library, and return what it then notes."""
    embedder = HashedEmbedder()
    Indexer(Library.load(shelf), store, embedder, READER, books or opener(shelf, store)).run()
    return store.manifests()


def opener(shelf: Path, store: Store) -> Books:
    return Books(Library.load(shelf), store, ClubPassages(store, HashedEmbedder()))


def texts(one: Books, book: str = LANTERN) -> set[str]:
    return {p.text for p in one.open(book).passages}


def test_a_book_that_was_never_ready_is_refused_with_what_to_do(shelf: Path, store: InterruptedStore) -> None:
    manifests = indexed(shelf, store)
    one = opener(shelf, store)
    with pytest.raises(BookInWork, match=r"The Lantern into the library\. Please ask again in a minute"):
        one.open(LANTERN)
    one.set_ready([manifests[LANTERN]])
    assert texts(one)
    with pytest.raises(BookInWork):
        one.open(KITE)


def test_while_a_book_is_rewritten_it_stays_open_as_it_was_or_is_refused(shelf: Path, store: InterruptedStore) -> None:
    manifests = indexed(shelf, store)
    one, other = opener(shelf, store), opener(shelf, store)
    for each in (one, other):
        each.set_ready(manifests.values())
    before = one.open(LANTERN)
    store.forget(LANTERN)
    assert one.open(LANTERN) is before
    with pytest.raises(BookInWork):
        other.open(LANTERN)
    store.finish(manifests[LANTERN])
    assert texts(other) == {p.text for p in before.passages}


def test_an_index_run_has_a_book_in_hand_while_it_settles_it(shelf: Path, store: InterruptedStore) -> None:
    manifests = indexed(shelf, store)
    one, other = opener(shelf, store), opener(shelf, store)
    for each in (one, other):
        each.set_ready(manifests.values())
    before = texts(one)
    write_lantern(shelf, **NEWS)
    met: list[object] = []

    def ask() -> None:
        met.append(texts(one) == before)
        with pytest.raises(BookInWork) as refusal:
            other.open(LANTERN)
        met.append(refusal.type)

    store.happens_at_remove = [ask]
    other.set_ready(indexed(shelf, store).values())
    assert met == [True, BookInWork]
    assert texts(other) == before | {"A telegram has come."}


def test_what_is_rewritten_while_it_is_read_is_not_used(shelf: Path, store: InterruptedStore) -> None:
    one = opener(shelf, store)
    manifests = indexed(shelf, store)
    one.set_ready(manifests.values())
    store.happens = [lambda: store.forget(LANTERN)]
    with pytest.raises(BookInWork):
        one.open(LANTERN)
    store.finish(manifests[LANTERN])
    assert texts(one)  # and nothing of it was kept


def test_a_book_that_was_settled_while_it_was_read_is_read_once_more(shelf: Path, store: InterruptedStore) -> None:
    one = opener(shelf, store)
    one.set_ready(indexed(shelf, store).values())
    write_lantern(shelf, **NEWS)
    store.happens = [lambda: one.set_ready(indexed(shelf, store).values())]
    assert "A telegram has come." in texts(one)


def test_a_book_that_is_placed_anew_is_opened_anew(shelf: Path, store: InterruptedStore) -> None:
    """Its own files are the same, so their fingerprint alone would not tell."""
    manifest = indexed(shelf, store)[LANTERN]
    one = opener(shelf, store)
    one.set_ready([manifest])
    before = one.open(LANTERN)
    changed = replace(manifest, against={KITE: "changed"})
    store.finish(changed)
    one.set_ready([changed])
    assert one.open(LANTERN) is not before


@pytest.mark.parametrize(("room", "kept"), [(10, True), (1, False), (0, False)])
def test_books_stay_in_memory_as_far_as_there_is_room(
    shelf: Path, store: InterruptedStore, room: int, kept: bool
) -> None:
    manifests = indexed(shelf, store)
    books = opener(shelf, store)
    books.set_ready(manifests.values())
    size = max(books.open(slug).bytes for slug in (LANTERN, KITE))
    small = Books(Library.load(shelf), store, ClubPassages(store, HashedEmbedder()), room * size)
    small.set_ready(manifests.values())
    first, other, again = map(small.open, (LANTERN, KITE, LANTERN))
    assert (first.book, other.book, again.book) == (LANTERN, KITE, LANTERN)
    assert (again is first) is kept


@contextmanager
def eight(shelf: Path, place: Location, embedder: HashedEmbedder) -> Iterator[tuple[Retriever, ThreadPoolExecutor]]:
    """Open a retriever that was not brought up to date yet, and nine threads."""
    library = Library.load(shelf)
    with Store(place, embedder.name, silent) as store, ThreadPoolExecutor(9) as threads:
        yield Retriever(library, store, embedder), threads


def test_eight_threads_ask_while_a_ninth_indexes_a_new_book(library: Path, data: Path) -> None:
    write_lantern(library)
    with opened(library, data) as retriever:
        expected = retriever.search("Whom does Silas save?", FINISHED, LANTERN)
    write_kite(library)
    embedder, together = PausingEmbedder("railway bridge"), Barrier(8)
    with eight(library, data, embedder) as (retriever, threads):
        run = threads.submit(retriever.refresh)
        try:
            assert embedder.reached.wait(60)

            def ask(number: int) -> None:
                together.wait(60)
                assert retriever.search("Whom does Silas save?", FINISHED, LANTERN) == expected
                assert retriever.search("Whom does Silas save?", FINISHED).book == LANTERN
                with pytest.raises(DogearError, match="The Kite into the library"):
                    retriever.passages(KITE, FINISHED)
                with pytest.raises(DogearError, match="The Kite into the library"):
                    retriever.place(f"The kite was caught by train {number}.")

            for asked in [threads.submit(ask, number) for number in range(8)]:
                asked.result(60)
        finally:
            embedder.may_go_on.set()
        assert run.result(60).embedded == 4
        assert retriever.search("What catches the kite?", FINISHED, KITE).passages


def test_before_any_book_is_ready_no_question_is_answered_and_none_crashes(shelf: Path, data: Path) -> None:
    with eight(shelf, data, HashedEmbedder()) as (retriever, _):
        for book in (None, LANTERN):
            with pytest.raises(BookInWork):
                retriever.search("Whom does Silas save?", FINISHED, book)
        retriever.refresh()
        assert retriever.search("Whom does Silas save?", FINISHED).book == LANTERN
