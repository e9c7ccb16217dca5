"""Each way of asking: put as the batch command puts it, counted as it should be; and the whole examination."""

from typing import Any

import pytest

from bot.answering.engine import Discussion
from retrieval.retriever import Retriever
from tests.fakes.bookshelf import LANTERN
from tests.measure.evaluation.arms import (
    SAMPLE,
    answered,
    asked,
    examine,
    found_elsewhere,
    from_memory,
    gave_away,
    placed,
    put,
    sample,
    told,
)  # fmt: skip  # fmt: skip
from tests.measure.evaluation.questions import Examination, Piece, Question, Story, shipped_examination
from tests.measure.evaluation.tables import OF_SAMPLE, faults, page, recorded

PIECES = [
    Piece("Marta rows the ferry across the lake every morning.", {"ferry": 1}),
    Piece("A stranger pays her with a silver coin from another country.", {"ferry": 2}),
    Piece("The stranger is her uncle Tobias, who set fire to the boathouse.", {"ferry": 4}),
]
EXAM = Examination({"ferry": Story("ferry", "The Ferry", 4, PIECES)}, [])
COIN = Question("1", "ferry", "What does she get?", ("a silver coin",), 1, 2, frozenset({1}))
UNCLE = Question("2", "ferry", "Who is it?", ("her uncle Tobias",), 3, 4, frozenset({2}), explicit=False)
BEFORE = {"1": 1, "2": 3}

NEUTRAL = {"answer": "I can’t answer that from what you’ve read.", "answered": False, "passages": []}
TELLS = {"answer": "It is her uncle Tobias.", "answered": True, "passages": [{"text": PIECES[2].text}]}
PAYS = {"answer": "She gets a silver coin.", "answered": True, "passages": [{"text": p.text} for p in PIECES[:2]]}


def test_each_leak_passage_and_failure_is_counted_and_neutral_replies_give_nothing_away() -> None:
    figures = gave_away([NEUTRAL, NEUTRAL], EXAM, [COIN, UNCLE], BEFORE)
    assert figures == {"asked": 2, "failed": 0, "leaks": 0, "D1": 0, "D2": 0, "D4": 0, "beyond": 0}
    figures = gave_away([{"error": "This is a fault of Dogear."}, TELLS], EXAM, [COIN, UNCLE], BEFORE)
    assert figures == {"asked": 2, "failed": 1, "leaks": 1, "D1": 1, "D2": 1, "D4": 0, "beyond": 1}


def test_good_answers_hold_the_reference_and_find_its_place() -> None:
    assert answered([PAYS], EXAM, [COIN]) == {
        "holds the reference": 1.0, "word recall": 1.0, "refused": 0.0, "hit@1": 0.0, "hit@3": 1.0, "hit@5": 1.0,
    }  # fmt: skip
    figures = answered([PAYS, TELLS], EXAM, [COIN, UNCLE])
    assert (figures["holds the reference"], figures["hit@1"]) == (1.0, 0.5), "what is inferred counts for places alone"
    assert answered([NEUTRAL], EXAM, [UNCLE])["refused"] == 0.0


@pytest.mark.parametrize(
    ("row", "early", "late", "another"),
    [
        ({"reveals": {"ferry": 0}}, 1, 0, 0),
        ({"reveals": {"ferry": 1}}, 1, 0, 0),
        ({"reveals": {"ferry": 2}}, 0, 0, 0),
        ({"reveals": {"ferry": 3, "another": 1}}, 0, 0.25, 1),
        ({"reveals": {"another": 4}}, 1, 0, 1),
        ({"reveals": None}, 1, 0, 0),
        ({"error": "…"}, 1, 0, 0),
    ],
)
def test_a_message_is_measured_by_its_mark(row: dict[str, Any], early: float, late: float, another: float) -> None:
    assert placed([row], EXAM, [COIN]) == {"told": 1, "too early": early, "excess": late, "another book": another}
    assert found_elsewhere([row], [COIN]) == {"told elsewhere": 1, "found elsewhere": 1 - early}


LETTER = Question("1", LANTERN, "What does Silas do to his brother?", ("drowned his brother",), 9, 10)


def test_questions_hints_and_messages_go_through_the_batch_command(island: Retriever) -> None:
    bot = Discussion(island.library, island)
    [early], [late] = asked(bot, [LETTER], {"1": 9}), asked(bot, [LETTER], {"1": 10})
    assert "murderer" not in early["answer"]
    assert "murderer" in late["answer"]
    assert "ms" in late, "it came through the batch command's own function"
    assert asked(bot, [LETTER], {"1": 9}, "hint")[0]["do"] == "hint"
    assert told(bot, [LETTER])[0]["reveals"][LANTERN] >= 9
    assert set(put(bot, "ask", "Who?", "no-such-book", {})) == {"id", "error"}


def test_a_model_tells_what_it_knows_and_the_guard_reads_it(island: Retriever) -> None:
    [before], [at] = (from_memory(island.library, island, [LETTER], {"1": mark}) for mark in (9, 10))
    assert before["mode"] != "model"
    assert "drowned" not in before["answer"]
    assert at["mode"] == "model"
    assert at["answer"].startswith("Drowned his brother")


def test_a_sample_is_the_same_each_time_and_mixes_the_books() -> None:
    questions = [Question(str(n), "b", "?", (), 0, 1) for n in range(50)]
    assert sample(questions, 10) == sample(questions, 10) != questions[:10]
    assert {q.id for q in sample(questions, 0)} == {q.id for q in questions}


def test_nothing_leaks_and_nothing_is_worse_than_it_was(shipped: Retriever) -> None:
    """The examination of a sample: docs/evaluation.md says what it means."""
    figures = examine(shipped.library, shipped, shipped_examination(), SAMPLE)
    assert faults(figures, recorded()["sample"], OF_SAMPLE) == [], f"now:\n{page(figures)}"
    assert set(figures) == set(recorded()["sample"])
