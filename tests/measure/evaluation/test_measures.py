"""Measures of one answer, on plain values."""

from __future__ import annotations

import pytest

from tests.measure.evaluation.measures import READ, answers, distinct, excess, hit, mean, too_early, word_recall


def test_places_are_counted_once_and_nowhere_is_none() -> None:
    assert distinct([3, 3, None, 1, 3]) == [3, 1]


@pytest.mark.parametrize(("depth", "found"), [(1, False), (2, True), (3, True)])
def test_a_hit_is_among_the_first_different_places(depth: int, found: bool) -> None:
    assert hit([4, 4, 4, 7], {7, 9}, depth) is found


def test_without_passages_or_places_nothing_is_hit() -> None:
    assert not hit([], {1}, 5)
    assert not hit([None, 2], set[int](), 5)


def test_an_answer_counts_by_its_beginning() -> None:
    assert answers("Karla kept the lighter.", ["a lighter", "the silver lighter"])
    assert not answers(f"{'x' * READ} the lighter", ["the lighter"])
    assert not answers("Karla kept it.", [])


def test_word_recall_takes_the_wording_that_fits_best() -> None:
    assert word_recall("He keeps bees.", ["bees in Mitcham", "bees"]) == 1.0
    assert word_recall("He lives in Mitcham.", ["bees in Mitcham"]) == 0.5
    assert word_recall("He lives in Mitcham.", ["the", ""]) == 0.0
    assert word_recall("Anything.", []) == 0.0


def test_a_message_is_too_early_before_its_mark_and_too_late_behind_it() -> None:
    assert [too_early(placed, 5) for placed in (4, 5, 6)] == [True, False, False]
    assert [excess(placed, 5, 10) for placed in (4, 5, 6, 10)] == [0.0, 0.0, 0.1, 0.5]


def test_the_mean_of_nothing_is_nothing() -> None:
    assert mean([]) == 0.0
    assert mean([True, False]) == 0.5
