"""How far from a reader something is told: the last step, a recent or an earlier one, the next, soon, or far ahead."""

from __future__ import annotations

import numpy as np
import pytest

from corpus.books import Reveals
from corpus.passages import Passage
from retrieval.book import OpenedBook
from retrieval.guard.signals import DISTANCES, Distances
from retrieval.rank.ranker import Ranking
from retrieval.store import StoredPassage
from tests.fakes.bookshelf import LANTERN
from tests.fakes.embedder import HashedEmbedder, hashed

MARKS = (10, 20, 30, 40, 50, 60, 70, 80)
LAST, RECENT, EARLIER, NEXT, SOON, FAR, CONFIDENCE, BEHIND, AHEAD, NEAR_SEEN, NEAR_HIDDEN = range(DISTANCES)


def book() -> OpenedBook:
    """A book in percent, of which something is told at every tenth, a sentence each."""
    embedder, rows = HashedEmbedder(), []
    for n, mark in enumerate(MARKS):
        passage = Passage(
            id=f"{LANTERN}/{mark}", book=LANTERN, kind="summary", document="summary.md", sentences=(f"Scene {mark}.",),
            reveals=Reveals.of({LANTERN: mark}), inferred=False, order=n, group=mark,
        )  # fmt: skip
        rows.append(StoredPassage(passage, embedder.passages([passage.sentences])[0]))
    return OpenedBook(LANTERN, rows)


def told(at: int, mark: int) -> list[float]:
    """Return the distances of what is surely told at a mark, for a reader at another."""
    whole = book().whole()
    chances = np.array([float(one == mark) for one in MARKS], np.float32)
    distances = Distances(whole, whole.marks > at, at)
    return distances.of(Ranking(chances, 0.7), hashed(f"Scene {mark}."))


@pytest.mark.parametrize(
    ("at", "mark", "zone"),
    [
        (40, 40, LAST), (40, 30, RECENT), (40, 20, RECENT), (40, 10, EARLIER),
        (40, 50, NEXT), (40, 60, SOON), (40, 70, SOON), (40, 80, FAR),
        (49, 40, LAST), (10, 20, NEXT), (80, 80, LAST),
    ],
)  # fmt: skip
def test_steps_are_counted_where_something_is_told_not_in_marks(at: int, mark: int, zone: int) -> None:
    found = told(at, mark)
    assert found[zone] == 1
    assert sum(found[LAST : FAR + 1]) == 1
    assert found[CONFIDENCE] == pytest.approx(0.7)


def test_the_nearest_passages_behind_and_ahead_say_how_much_of_the_book_lies_between() -> None:
    assert told(40, 10)[BEHIND] == pytest.approx(3 / 8)
    assert told(40, 80)[AHEAD] == pytest.approx(4 / 8)
    assert told(40, 40)[BEHIND] == 0


def test_a_side_that_holds_it_is_nearer_than_the_one_that_does_not() -> None:
    seen, hidden = told(40, 20), told(40, 60)
    assert seen[NEAR_SEEN] > seen[NEAR_HIDDEN]
    assert hidden[NEAR_HIDDEN] > hidden[NEAR_SEEN]


@pytest.mark.parametrize("at", [0, 5, 80, 100])
def test_a_reader_before_the_beginning_or_behind_the_end_has_distances_too(at: int) -> None:
    found = told(at, 30)
    assert len(found) == DISTANCES
    assert np.isfinite(found).all()
