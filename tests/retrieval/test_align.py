"""Alignment: what one sentence leaves open, the order of the others settles."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.place import Numbers, posteriors


def sharp(mark: int, marks: int = 10) -> Numbers:
    """Return the chances of a sentence that fits one mark."""
    return np.asarray(np.eye(marks)[mark], np.float64)


def vague(marks: int = 10) -> Numbers:
    """Return the chances of a sentence that fits everywhere."""
    return np.full(marks, 1 / marks)


def likeliest(chances: list[Numbers], confidences: list[float]) -> list[int]:
    return [int(row.argmax()) for row in posteriors(chances, confidences)]


def test_sure_matches_stay_where_they_are() -> None:
    assert likeliest([sharp(0), sharp(3), sharp(3), sharp(9)], [1.0] * 4) == [0, 3, 3, 9]


def test_a_sentence_that_fits_two_places_takes_the_one_between_its_neighbours() -> None:
    both = (sharp(2) + sharp(8)) / 2
    assert likeliest([sharp(1), both, sharp(3), sharp(9)], [1.0] * 4)[1] == 2
    assert likeliest([sharp(1), sharp(7), both, sharp(9)], [1.0] * 4)[2] == 8


def test_a_sentence_that_matches_nothing_lies_between_its_neighbours() -> None:
    (_, row, _) = posteriors([sharp(4), vague(), sharp(6)], [1.0, 0.0, 1.0])
    assert row[4:7].sum() > 0.8


def test_chances_outside_of_the_marks_speak_against_a_match() -> None:
    (inside, *_), (outside, *_) = (
        posteriors([share * sharp(1), vague(), sharp(9)], [1.0, 0.0, 1.0]) for share in (1.0, 0.2)
    )
    assert outside[1] < inside[1]


@given(
    marks=st.integers(1, 8),
    rows=st.lists(
        st.tuples(st.lists(st.floats(0, 1), min_size=8, max_size=8), st.floats(0, 1)), min_size=1, max_size=6
    ),
)
def test_chances_add_up_and_never_go_back(marks: int, rows: list[tuple[list[float], float]]) -> None:
    chances = [np.array(row[:marks]) / max(1.0, sum(row[:marks])) for row, _ in rows]
    found = posteriors(chances, [confidence for _, confidence in rows])
    assert found.sum(axis=1) == pytest.approx(np.ones(len(rows)))
    reached = np.cumsum(found, axis=1)
    assert (np.diff(reached, axis=0) <= 1e-6).all()  # each sentence is as far as the one before it, or further
