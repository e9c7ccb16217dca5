"""What rows of answers come to, the bad ways too."""

from __future__ import annotations

from typing import Any

import pytest

from tests.measure.evaluation.arms import (
    answered,
    found_elsewhere,
    gave_away,
    named,
    placed,
    refused,
    routed,
    shown,
    spoken,
)
from tests.measure.evaluation.questions import Examination, Question
from tests.measure.evaluation.stories import Piece, Story

PIECES = [
    Piece("Marta rows the ferry across the lake every morning.", {"ferry": 1}),
    Piece("A stranger pays her with a silver coin from another country.", {"ferry": 2}),
    Piece("The stranger is her uncle Tobias, who set fire to the boathouse.", {"ferry": 4}),
]
EXAM = Examination({"ferry": Story("ferry", "The Ferry", 4, PIECES)}, [])
COIN = Question("1", "ferry", "What does she get?", ("a silver coin",), 1, 2, frozenset({1}))
UNCLE = Question("2", "ferry", "Who is it?", ("her uncle Tobias",), 3, 4, frozenset({2}), explicit=False)
ASKED = [COIN, UNCLE]
BEFORE = {"1": 1, "2": 3}

NEUTRAL = {"answer": "I can’t answer that from what you’ve read so far.", "answered": False, "passages": []}
TELLS = {"answer": "It is her uncle Tobias.", "answered": True, "passages": [{"text": PIECES[2].text}]}
PAYS = {"answer": "She gets a silver coin.", "answered": True, "passages": [{"text": p.text} for p in PIECES[:2]]}


def test_neutral_replies_give_nothing_away() -> None:
    figures = gave_away([NEUTRAL, NEUTRAL], EXAM, ASKED, BEFORE)
    assert figures == {"asked": 2, "failed": 0, "leaks": 0, "D1": 0, "D2": 0, "D4": 0, "beyond": 0}


def test_each_leak_passage_and_failure_is_counted() -> None:
    figures = gave_away([{"error": "This is a fault of Dogear."}, TELLS], EXAM, ASKED, BEFORE)
    assert figures == {"asked": 2, "failed": 1, "leaks": 1, "D1": 1, "D2": 1, "D4": 0, "beyond": 1}


def test_a_hint_is_read_as_an_answer_is() -> None:
    hinted = {"answer": "", "hints": ["Think of the coin.", "Section 4.", "It is her uncle Tobias."]}
    assert "uncle" in shown(hinted)
    assert gave_away([hinted], EXAM, [UNCLE], BEFORE)["leaks"] == 1


def test_good_answers_hold_the_reference_and_find_its_place() -> None:
    figures = answered([PAYS], EXAM, [COIN])
    assert figures == {
        "holds the reference": 1.0, "word recall": 1.0, "refused": 0.0, "hit@1": 0.0, "hit@3": 1.0, "hit@5": 1.0,
    }  # fmt: skip


def test_what_has_to_be_inferred_counts_for_the_places_alone() -> None:
    figures = answered([PAYS, TELLS], EXAM, ASKED)
    assert figures["holds the reference"] == 1.0
    assert figures["hit@1"] == 0.5
    assert answered([NEUTRAL], EXAM, [UNCLE])["refused"] == 0.0


def test_a_failure_is_no_answer() -> None:
    figures = answered([{"error": "…"}], EXAM, [COIN])
    assert figures["holds the reference"] == figures["hit@5"] == 0.0
    assert refused([{"error": "…"}, NEUTRAL]) == 0.5


@pytest.mark.parametrize(
    ("mark", "early", "late"), [(0, 1.0, 0.0), (1, 1.0, 0.0), (2, 0.0, 0.0), (3, 0.0, 0.25), (4, 0.0, 0.5)]
)
def test_a_message_is_measured_by_its_mark(mark: int, early: float, late: float) -> None:
    figures = placed([{"reveals": {"ferry": mark}}], EXAM, [COIN])
    assert figures == {"told": 1, "too early": early, "excess": late, "another book": 0.0}


def test_a_message_that_is_taken_for_another_book_too_is_counted() -> None:
    assert placed([{"reveals": {"ferry": 2, "another": 1}}], EXAM, [COIN])["another book"] == 1.0


@pytest.mark.parametrize(("reveals", "found"), [({"another": 3}, 0.0), ({"ferry": 1}, 0.0), ({"ferry": 2}, 1.0)])
def test_a_message_told_elsewhere_is_found_where_its_own_book_is_told(reveals: dict[str, int], found: float) -> None:
    assert found_elsewhere([{"reveals": reveals}], [COIN]) == {"told elsewhere": 1, "found elsewhere": found}


@pytest.mark.parametrize("row", [{}, {"reveals": None}, {"reveals": {"another": 4}}, {"error": "…"}])
def test_a_message_that_was_not_placed_is_too_early(row: dict[str, Any]) -> None:
    assert placed([row], EXAM, [COIN])["too early"] == 1.0


def test_the_right_book_and_the_models_own_words_are_counted() -> None:
    assert routed([{"book": "ferry"}, {"book": None}], ASKED) == {"right book": 0.5}
    assert spoken([{"mode": "model"}, {"mode": "fallback"}, {"mode": "quote"}, {}]) == {"own words": 0.25}


def test_figures_carry_the_name_of_their_arm() -> None:
    assert named("at", {"hit@1": 0.5}) == {"at: hit@1": 0.5}
