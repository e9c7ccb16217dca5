"""Too-early chapters of a foreign cast do not reach readers: the figures of docs/sources.md hold."""

from tests.measure.gates.__main__ import PLANTS, measured


def test_nearly_all_chapters_that_give_something_away_early_are_caught() -> None:
    found = measured(PLANTS["chapter 1"])
    assert found.planted > 300
    assert found.caught >= 0.97 * found.planted
    assert found.delayed <= 0.4 * found.true
