"""The benchmark's made-up books, its filters, its times and its judging."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from corpus.library import SHIPPED, Library
from tests.measure.benchmarks.peers.child import resident
from tests.measure.benchmarks.peers.contender import DOGEAR, STOCK, Asked, Found
from tests.measure.benchmarks.peers.filling import stretches
from tests.measure.benchmarks.peers.langchain_peer import where
from tests.measure.benchmarks.peers.made_up_books import CHAPTERS, PASSAGES, books_for, made_up
from tests.measure.benchmarks.peers.processes import ChildFailed, run
from tests.measure.benchmarks.peers.quality import by_section, figures, judge, told
from tests.measure.benchmarks.peers.required import PeersMissing, package
from tests.measure.benchmarks.peers.shelves import _once, write_library
from tests.measure.benchmarks.peers.speed import asked_about, in_turns, percentile, spread
from tests.measure.evaluation.questions import Examination, Piece, Question, Story

STORY = Story(
    "kite", "The Kite", 3,
    [
        Piece("Marianne finds red paper in the attic.", {"kite": 1}),
        Piece("She keeps it under her bed.", {"kite": 1}),
        Piece("The kite is caught by a passing train.", {"kite": 2}),
        Piece("Edward becomes a clockmaker in the city.", {"kite": 3}),
    ],
)  # fmt: skip
WHO = Question("q", "kite", "What does Edward become?", ("a clockmaker",), 2, 3, frozenset({3}))


def test_a_missing_peer_is_told_in_one_sentence_that_says_what_to_run() -> None:
    with pytest.raises(PeersMissing, match=r"needs no_such_peer, which is not installed\. Run: make bench"):
        package("no_such_peer.inside")
    assert package("json") is json


def test_made_up_books_are_the_same_each_time_and_different_from_each_other() -> None:
    first, second = made_up(2)
    assert (first.slug, second.slug) == ("made-up-1", "made-up-2")
    (again,) = made_up(1)
    assert again.passages == first.passages
    assert first.passages[0].sentences != second.passages[0].sentences
    assert len({p.id for book in (first, second) for p in book.passages}) == 2 * PASSAGES


def test_a_made_up_book_reveals_its_chapters_in_order() -> None:
    (book,) = made_up(1)
    marks = [p.reveals.marks[book.slug] for p in book.passages]
    assert marks == sorted(marks)
    assert set(marks) == set(range(1, CHAPTERS + 1))


def test_made_up_vectors_have_length_one_and_lie_around_a_centre_of_their_book() -> None:
    first, second = (np.stack([e.passage for e in book.embedded()]) for book in made_up(2))
    assert np.allclose(np.linalg.norm(first, axis=1), 1, atol=1e-5)
    assert (first @ first.T).mean() > 0.5 > (first @ second.T).mean() + 0.3


def test_as_many_made_up_books_are_taken_as_fill_a_library_up() -> None:
    assert [books_for(size, 900) for size in (900, 901, 1_100, 1_101, 500)] == [0, 1, 1, 2, 0]


def test_a_written_library_has_the_shipped_books_and_the_made_up_ones(tmp_path: Path) -> None:
    write_library(tmp_path / "library", 1)
    library = Library.load(tmp_path / "library")
    assert library.books.keys() == Library.load(SHIPPED).books.keys() | {"made-up-1"}
    assert library.problems == ()
    own = [one for one in stretches(library) if one.book == "made-up-1"]
    assert {one.mark for one in own} == set(range(1, CHAPTERS + 1))


def test_a_folder_is_built_once_and_again_when_it_is_to_hold_something_else(tmp_path: Path) -> None:
    folder, said, began = tmp_path / "21000" / "peers", list[str](), list[int]()

    def build(there: int) -> None:
        folder.mkdir(exist_ok=True)
        began.append(there)

    for key, books in (("a", 1), ("a", 1), ("a", 2), ("b", 2)):
        _once(folder, key, books, build, said.append)
    assert began == [0, 0, 0]
    assert len(said) == 3


def test_a_larger_store_begins_with_a_smaller_one_that_has_made_up_vectors_too(tmp_path: Path) -> None:
    began = []

    def build(size: int, key: str, books: int) -> None:
        folder = tmp_path / str(size) / "peers"

        def fill(there: int) -> None:
            folder.mkdir(exist_ok=True)
            (folder / str(books)).touch()
            began.append(there)

        _once(folder, key, books, fill, lambda _: None)

    for size, key, books in ((4_000, "a", 15), (30_000, "a", 150), (50_000, "a", 250), (60_000, "b", 300)):
        build(size, key, books)
    assert began == [0, 0, 150, 0]
    assert (tmp_path / "50000" / "peers" / "150").exists()


def test_the_filter_asks_for_the_book_and_for_the_position_where_it_counts() -> None:
    assert where(Asked("?", "kite", 2)) == {"$and": [{"book": "kite"}, {"mark": {"$lte": 2}}]}
    assert where(Asked("?", "kite", None)) == {"book": "kite"}


def test_questions_are_about_shipped_books_at_positions_within_them() -> None:
    books = Library.load(SHIPPED).books
    asked = asked_about(books, 40)
    assert len(asked) == 40
    assert {one.book for one in asked} == books.keys()
    assert all(1 <= (one.at or 0) <= books[one.book].marks for one in asked)


def test_contenders_are_asked_in_turns_and_the_first_round_does_not_count() -> None:
    heard: list[str] = []

    def way(name: str) -> Found:
        heard.append(name)
        return Found("", ())

    asked = [Asked("?", "kite", 1), Asked("!", "kite", 1)]
    taken = in_turns({"a": lambda _: way("a"), "b": lambda _: way("b")}, asked, rounds=3)
    assert "".join(heard) == "ab" * 6
    assert {name: len(values) for name, values in taken.items()} == {"a": 4, "b": 4}


def test_percentiles_are_values_that_were_seen() -> None:
    values = [float(n) for n in range(1, 101)]
    assert percentile(values, 0.95) == 96
    assert percentile([7.0], 0.95) == 7
    assert spread(values) == {"p50": 50.5, "p95": 96.0}


def test_neighbouring_pieces_that_reveal_the_same_are_one_section() -> None:
    sections = by_section(Examination({"kite": STORY}, [WHO]))
    assert [piece.text.count("\n\n") for piece in sections.stories["kite"].pieces] == [1, 0, 0]
    assert sections.questions[0].right == {2}
    assert [(one.book, one.mark) for one in told(sections.stories)] == [("kite", 1), ("kite", 2), ("kite", 3)]


def ending(asked: Asked) -> Found:
    """Tell the last section to whoever may read it, or whose position is not asked for."""
    shown = [p.text for p in STORY.pieces if asked.at is None or p.needs["kite"] <= asked.at]
    return Found.passages(shown[::-1])


def test_an_answer_is_judged_at_its_position_after_the_end_and_before() -> None:
    filtered = judge(ending, WHO, STORY, filtered=True)
    assert filtered == {
        "at_1": [True], "at_3": [True], "at_5": [True], "at_answer": [True],
        "after_1": [True], "after_3": [True], "after_5": [True], "after_answer": [True],
        "leaks": [False],
    }  # fmt: skip
    assert judge(ending, WHO, STORY, filtered=False) == {"leaks_unfiltered": [True]}


def test_dogear_has_no_filter_that_could_be_left_out() -> None:
    found = figures({DOGEAR: ending, STOCK: ending}, {"kite": STORY}, [WHO])
    assert "leaks_unfiltered" not in found[DOGEAR]
    assert found[STOCK]["leaks_unfiltered"] == 1.0
    assert found[DOGEAR]["at_1"] == found[STOCK]["at_1"] == 1.0


def test_a_process_tells_its_first_answer_and_its_memory() -> None:
    seconds, memory = run(["sh", "-c", "echo answered; echo resident 1234"])
    assert seconds > 0
    assert memory == 1234
    assert resident() > 1_000_000


@pytest.mark.parametrize("script", ["echo answered; exit 1", "echo resident 5", "echo answered; echo no >&2"])
def test_a_process_that_does_not_answer_to_its_end_is_a_failure(script: str) -> None:
    with pytest.raises(ChildFailed, match="failed"):
        run(["sh", "-c", script])
