"""The evaluation, as continuous integration runs it: our own questions, all arms, nothing but the shipped library.

`python -m tests.measure.evaluation --record` writes what is expected here; docs/evaluation.md says what it means.
"""

from __future__ import annotations

import pytest

from corpus.library import SHIPPED, Library
from retrieval.retriever import Retriever
from tests.measure.evaluation.arms import Figures
from tests.measure.evaluation.examining import ARMS, Candidate, examine
from tests.measure.evaluation.questions import shipped_examination
from tests.measure.evaluation.recording import faults, recorded
from tests.measure.evaluation.tables import page


@pytest.fixture(scope="module")
def figures(shipped: Retriever) -> Figures:
    return examine(Candidate(Library.load(SHIPPED), shipped), shipped_examination())


def test_nothing_leaks_and_nothing_is_worse_than_it_was(figures: Figures) -> None:
    assert faults(figures, recorded()["shipped"]) == [], f"now:\n{page(figures)}"


def test_every_arm_was_measured(figures: Figures) -> None:
    measured = {name.partition(": ")[0] for name in figures}
    assert measured == {*ARMS, "unanswerable"}
    expected = {name for name in recorded()["shipped"] if name.partition(": ")[0] in measured}
    assert set(figures) == expected
