"""Indexing: only what changed is embedded, what vanished goes, and an interrupted run goes on where it was."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import rmtree

import pytest
from hypothesis import given, settings

from corpus.library import Library
from corpus.passages import Passage
from retrieval.gate import Audience
from retrieval.index import Indexed
from retrieval.location import Location
from retrieval.retriever import Retriever
from retrieval.store import Store
from tests.fakes.bookshelf import KITE, KITE_DOCUMENTS, LANTERN, silent, write_book, write_kite, write_lantern
from tests.fakes.embedder import EmbedderStopped, HashedEmbedder
from tests.fakes.made_up import Shelf, shelves

EVERYBODY = Audience({LANTERN: 10, KITE: 4}, adults=True)


@contextmanager
def held(
    folder: Path, place: Location, embedder: HashedEmbedder, said: Callable[[str], None] = silent
) -> Iterator[Retriever]:
    """Open a retriever whose store is as it was left."""
    with Store(place, embedder.name, said) as store:
        yield Retriever(Library.load(folder), store, embedder)


def indexed(folder: Path, place: Location, embedder: HashedEmbedder) -> Indexed:
    """Bring a store up to date in a run of its own."""
    with held(folder, place, embedder) as retriever:
        assert retriever.library.problems == ()
        return retriever.refresh()


def kept(folder: Path, place: Location, embedder: HashedEmbedder) -> dict[str, list[Passage]]:
    """Return all passages of each book, as a finished reader would see them."""
    with held(folder, place, embedder) as retriever:
        assert retriever.stale() == []
        retriever.refresh()
        everybody = Audience({slug: book.marks for slug, book in retriever.library.books.items()}, adults=True)
        return {slug: retriever.passages(slug, everybody) for slug in retriever.library.books}


@pytest.fixture
def two_books(library: Path) -> Path:
    write_lantern(library)
    write_kite(library)
    return library


@pytest.fixture
def embedder() -> HashedEmbedder:
    return HashedEmbedder()


def test_a_first_run_embeds_each_passage_once(two_books: Path, place: Location, embedder: HashedEmbedder) -> None:
    done = indexed(two_books, place, embedder)
    assert (done.books, done.kept, done.removed) == (2, 0, 0)
    assert done.embedded == len(embedder.embedded) == len(set(embedder.embedded))
    passages = kept(two_books, place, embedder)
    assert sum(map(len, passages.values())) == done.embedded
    assert {p.text for p in passages[LANTERN]} | {p.text for p in passages[KITE]} == set(embedder.embedded)


def test_a_run_that_finds_nothing_changed_does_nothing(
    two_books: Path, place: Location, embedder: HashedEmbedder
) -> None:
    first = indexed(two_books, place, embedder)
    again = HashedEmbedder()
    assert indexed(two_books, place, again) == Indexed(0, 0, first.embedded, 0)
    assert again.embedded == []


def test_progress_is_told_from_the_first_passages_written_to_the_last(
    two_books: Path, data: Path, embedder: HashedEmbedder
) -> None:
    told: list[tuple[int, int]] = []
    with held(two_books, data, embedder) as retriever:
        done = retriever.refresh(lambda now, of: told.append((now, of)))
    assert told[-1] == (done.embedded, done.embedded)
    assert told == sorted(told)


def test_an_edited_sentence_is_embedded_alone(two_books: Path, place: Location, embedder: HashedEmbedder) -> None:
    first = indexed(two_books, place, embedder)
    people = two_books / LANTERN / "people.md"
    people.write_text(people.read_text(encoding="utf-8").replace("lives alone", "mends nets"), encoding="utf-8")
    again = HashedEmbedder()
    done = indexed(two_books, place, again)
    assert again.embedded == ["Silas keeps the lighthouse and mends nets."]
    assert done == Indexed(1, 1, first.embedded - 1, 1)
    texts = [p.text for p in kept(two_books, place, embedder)[LANTERN]]
    assert "Silas keeps the lighthouse and mends nets." in texts
    assert "Silas keeps the lighthouse and lives alone." not in texts


def test_what_only_moves_is_not_embedded_again(two_books: Path, data: Path, embedder: HashedEmbedder) -> None:
    indexed(two_books, data, embedder)
    summary = two_books / LANTERN / "summary.md"
    summary.write_text(summary.read_text(encoding="utf-8").replace("Chapter 5", "Chapter 6"), encoding="utf-8")
    again = HashedEmbedder()
    indexed(two_books, data, again)
    assert again.embedded == []
    (storm,) = [p for p in kept(two_books, data, embedder)[LANTERN] if "storm" in p.text]
    assert storm.reveals.marks == {LANTERN: 6}
    assert storm.heading == "Chapter 6"


def test_the_same_words_twice_in_a_document_are_two_passages(
    library: Path, data: Path, embedder: HashedEmbedder
) -> None:
    write_book(library, KITE, {"summary.md": "## Chapter 1\n\nIt rains.\n\n## Chapter 2\n\nIt rains.\n"}, marks=4)
    indexed(library, data, embedder)
    assert [p.reveals.marks[KITE] for p in kept(library, data, embedder)[KITE]] == [1, 2]


def test_a_book_that_vanished_leaves_nothing(two_books: Path, place: Location, embedder: HashedEmbedder) -> None:
    indexed(two_books, place, embedder)
    rmtree(two_books / KITE)
    done = indexed(two_books, place, embedder)
    assert done.removed == 4
    with Store(place, embedder.name, silent) as store:
        assert store.ids_of(KITE) == set()
        assert store.manifests().keys() == {LANTERN}


def test_a_new_book_leaves_the_others_alone(library: Path, place: Location, embedder: HashedEmbedder) -> None:
    write_lantern(library)
    first = indexed(library, place, embedder)
    write_kite(library)
    with held(library, place, embedder) as retriever:
        assert retriever.stale() == [KITE]
    assert indexed(library, place, embedder) == Indexed(1, 4, first.embedded, 0)


def test_a_book_without_documents_is_known_and_empty(library: Path, data: Path, embedder: HashedEmbedder) -> None:
    write_book(library, KITE, {})
    assert indexed(library, data, embedder) == Indexed(1, 0, 0, 0)
    with held(library, data, embedder) as retriever:
        assert retriever.stale() == []
        retriever.refresh()
        assert retriever.passages(KITE, EVERYBODY) == []
        found = retriever.search("What happens?", EVERYBODY, KITE)
        assert (found.book, found.passages, found.withheld) == (KITE, (), False)


def test_an_interrupted_run_goes_on_where_it_was(library: Path, data: Path) -> None:
    chapters = "".join(f"## Chapter {n}\n\nIn the year {n} it rained.\n\n" for n in range(1, 701))
    write_book(library, KITE, {"summary.md": chapters}, marks=700)
    interrupted = HashedEmbedder(stops_after=2)
    with held(library, data, interrupted) as retriever, pytest.raises(EmbedderStopped):
        retriever.refresh()
    assert 0 < len(interrupted.embedded) < 700
    rest = HashedEmbedder()
    with held(library, data, rest) as retriever:
        assert retriever.stale() == [KITE]  # a book that is half in the store is not in it
    done = indexed(library, data, rest)
    assert set(interrupted.embedded).isdisjoint(rest.embedded)
    assert len(interrupted.embedded) + len(rest.embedded) == 700
    assert done.embedded == len(rest.embedded)
    assert [p.reveals.marks[KITE] for p in kept(library, data, rest)[KITE]] == list(range(1, 701))


def test_what_an_interrupted_run_left_and_nobody_wants_any_more_is_removed(library: Path, place: Location) -> None:
    chapters = "".join(f"## Chapter {n}\n\nIn the year {n} it rained.\n\n" for n in range(1, 301))
    write_book(library, KITE, {"summary.md": chapters}, marks=300)
    with held(library, place, HashedEmbedder(stops_after=1)) as retriever, pytest.raises(EmbedderStopped):
        retriever.refresh()
    write_kite(library)
    assert indexed(library, place, HashedEmbedder()).embedded == 4
    with Store(place, "hashed", silent) as store:
        assert len(store.ids_of(KITE)) == 4


LATE_REVIEW = "---\nkind: review\n---\nI read that Silas drowned his brother for the sake of the lamp.\n"


def review_of(passages: list[Passage]) -> Passage:
    (found,) = [p for p in passages if p.kind == "review"]
    return found


def test_a_review_moves_with_the_text_that_places_it_and_is_not_embedded_again(
    library: Path, place: Location, embedder: HashedEmbedder
) -> None:
    write_lantern(library)
    write_book(library, KITE, {**KITE_DOCUMENTS, "review.md": LATE_REVIEW}, marks=4)  # by the same author
    indexed(library, place, embedder)
    before = review_of(kept(library, place, embedder)[KITE])
    summary = library / LANTERN / "summary.md"
    summary.write_text(summary.read_text(encoding="utf-8").replace("Chapter 10", "Chapter 8"), encoding="utf-8")
    people = library / LANTERN / "people.md"
    people.write_text(people.read_text(encoding="utf-8").replace("reveals: 10", "reveals: 8"), encoding="utf-8")
    again = HashedEmbedder()
    indexed(library, place, again)
    after = review_of(kept(library, place, embedder)[KITE])
    assert again.embedded == []
    assert before.reveals.marks[LANTERN] == 10
    assert after.reveals.marks[LANTERN] == 8
    assert (before.id, before.sentences, after.inferred) == (after.id, after.sentences, True)


def test_a_review_is_placed_anew_when_the_book_that_it_tells_of_arrives_or_goes(
    library: Path, data: Path, embedder: HashedEmbedder
) -> None:
    write_book(library, KITE, {**KITE_DOCUMENTS, "review.md": LATE_REVIEW}, marks=4)
    indexed(library, data, embedder)
    alone = review_of(kept(library, data, embedder)[KITE])
    write_lantern(library)
    indexed(library, data, embedder)
    beside = review_of(kept(library, data, embedder)[KITE])
    rmtree(library / LANTERN)
    indexed(library, data, embedder)
    assert LANTERN not in alone.reveals.marks
    assert beside.reveals.marks[LANTERN] == 10
    assert review_of(kept(library, data, embedder)[KITE]) == alone


def test_a_review_stays_hidden_while_the_run_that_would_place_it_anew_is_interrupted(
    library: Path, data: Path, embedder: HashedEmbedder
) -> None:
    write_lantern(library)
    write_book(library, KITE, {**KITE_DOCUMENTS, "review.md": LATE_REVIEW}, marks=4)
    indexed(library, data, embedder)
    write_lantern(library, background_md="---\nreveals: 0\n---\nThe island is real.\n")
    with held(library, data, HashedEmbedder(stops_after=0)) as retriever, pytest.raises(EmbedderStopped):
        retriever.refresh()
    indexed(library, data, embedder)
    assert review_of(kept(library, data, embedder)[KITE]).reveals.marks[LANTERN] == 10


@settings(deadline=None, max_examples=10)
@given(before=shelves(), after=shelves())
def test_a_store_that_was_changed_holds_what_a_new_one_would(
    tmp_path_factory: pytest.TempPathFactory, before: Shelf, after: Shelf
) -> None:
    folder = tmp_path_factory.mktemp("changed")
    embedder = HashedEmbedder()
    before.write(folder / "library")
    indexed(folder / "library", folder / "data", embedder)
    after.write(folder / "library")
    indexed(folder / "library", folder / "data", embedder)
    indexed(folder / "library", folder / "new", embedder)
    assert kept(folder / "library", folder / "data", embedder) == kept(folder / "library", folder / "new", embedder)
