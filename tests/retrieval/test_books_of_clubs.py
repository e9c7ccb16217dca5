"""Books of clubs in library and store: they come and go while others are read, and touch nothing but their own club."""

from pathlib import Path

import pytest

from corpus.library import BookGone, Library
from corpus.names import UnknownBook
from retrieval.gate import Audience
from retrieval.location import Location
from tests.fakes.bookshelf import KITE, LANTERN, LANTERN_DOCUMENTS, opened, write_book, write_kite, write_lantern
from tests.fakes.embedder import HashedEmbedder

OURS = "the-tide-7"
STORY = {"summary.md": "## Chapter 2\n\nZephyrine comes up the stairs of the drowned palace with a lantern.\n"}
REVIEW = (
    "---\nkind: review\n---\nThe Tide is better: Zephyrine comes up the stairs of the drowned palace with a lantern.\n"
)
US, THEM = Audience({OURS: 4, LANTERN: 10}, club="7"), Audience({OURS: 4, LANTERN: 10}, club="8")
QUESTION = "Who comes up the stairs of the drowned palace?"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return write_book(tmp_path / "own", OURS, STORY, marks=4, title="The Tide", author="Ortensia Vale")


def test_a_book_is_read_once_it_is_added_and_is_gone_once_it_is_removed(
    library: Path, place: Location, home: Path
) -> None:
    write_lantern(library)
    embedder = HashedEmbedder()
    with opened(library, place, embedder) as retriever:
        assert retriever.library.change({home: "7"}) == []
        assert retriever.refresh().embedded == 1
        for book in (OURS, None):
            assert [p.passage.club for p in retriever.search(QUESTION, US, book).passages][:1] == ["7"]
        assert OURS not in str(retriever.search(QUESTION, THEM))
        with pytest.raises(UnknownBook):
            retriever.passages(OURS, THEM)
        assert [quarter.count for quarter in retriever.outlook(home, US).quarters] == [0, 0, 1, 1]
        retriever.library.change({}, [OURS])
        assert retriever.keep_books_of_clubs([]) == 1
        with pytest.raises(BookGone, match="no longer in the library"):
            retriever.library.books[OURS]
        assert OURS not in str(retriever.search(QUESTION, US))


def test_who_knows_no_clubs_leaves_their_books_in_the_store_and_sees_none(
    library: Path, place: Location, home: Path
) -> None:
    write_lantern(library)
    with opened(library, place) as retriever:
        retriever.library.change({home: "7"})
        retriever.refresh()
    with opened(library, place) as other:
        assert other.stale() == []
        assert OURS not in str(other.search(QUESTION, US))
        other.library.change({home: "7"})
        assert other.refresh().embedded == 0
        assert [p.passage.book for p in other.search(QUESTION, US).passages][:1] == [OURS]


def test_text_of_the_library_is_never_placed_by_a_clubs_book_and_a_clubs_text_by_both(
    library: Path, data: Path, home: Path
) -> None:
    write_lantern(library, review_md=REVIEW)
    (home / "review.md").write_text(REVIEW.replace("The Tide is", "It is like The Lantern, only"), encoding="utf-8")
    with opened(library, data) as retriever:
        retriever.library.change({home: "7"})
        retriever.refresh()
        told = [set(p.reveals.marks) for p in retriever.placed_for_the_owner(LANTERN)]
        assert all(books <= {LANTERN} for books in told)
        assert set().union(*(p.reveals.marks for p in retriever.placed_for_the_owner(OURS))) <= {LANTERN, OURS}
        assert set(retriever.place(QUESTION, club="8").marks) <= {LANTERN}
        assert OURS in retriever.place("In The Tide, Zephyrine comes up the stairs.", club="7").marks


def test_no_file_says_whose_a_book_is(tmp_path: Path) -> None:
    write_book(tmp_path, KITE, {}, club="8")
    write_book(tmp_path, LANTERN, LANTERN_DOCUMENTS)
    library = Library.load(tmp_path)
    assert {book.club for book in library.books.values()} == {""}
    assert library.books.of("8") == library.books.of("")


def test_a_broken_book_of_a_club_is_reported_and_the_others_are_there(tmp_path: Path, home: Path) -> None:
    write_kite(tmp_path / "library")
    library = Library.load(tmp_path / "library")
    broken = write_book(tmp_path / "own", "broken-7", {}, marks=0)
    (problem,) = library.change({broken: "7", home: "7"})
    assert "marks" in str(problem)
    assert sorted(library.books.of("7")) == sorted([KITE, OURS])
