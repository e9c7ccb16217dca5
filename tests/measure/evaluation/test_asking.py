"""Questions go to the bot as the batch command puts them."""

from __future__ import annotations

from corpus.library import Library
from retrieval.retriever import Retriever
from tests.fakes.bookshelf import LANTERN
from tests.measure.evaluation.asking import asked, from_memory, put, statement, told, unnamed
from tests.measure.evaluation.examining import Candidate, sample
from tests.measure.evaluation.questions import Question
from tests.measure.evaluation.stories import labelled

LETTER = Question("1", LANTERN, "What does Silas do to his brother?", ("drowned his brother",), 9, 10)


def library_of(island: Retriever) -> Library:
    return island.library


def test_a_question_is_asked_for_readers_who_are_so_far(island: Retriever) -> None:
    discussion = Candidate(library_of(island), island).discussion
    [early], [late] = asked(discussion, [LETTER], {"1": 9}), asked(discussion, [LETTER], {"1": 10})
    assert "drowned" not in early["answer"]
    assert "drowned" in late["answer"]
    assert "ms" in late, "it came through the batch command's own function"


def test_hints_come_with_their_levels(island: Retriever) -> None:
    [row] = asked(Candidate(library_of(island), island).discussion, [LETTER], {"1": 9}, "hint")
    assert row["do"] == "hint"


def test_an_answer_is_told_as_a_message(island: Retriever) -> None:
    assert statement(LETTER) == "What does Silas do to his brother? drowned his brother."
    [row] = told(Candidate(library_of(island), island).discussion, [LETTER])
    assert row["reveals"][LANTERN] >= 9


def test_readers_who_have_finished_all_need_not_name_a_book(island: Retriever) -> None:
    library = library_of(island)
    [row] = unnamed(Candidate(library, island).discussion, [LETTER], labelled(library))
    assert row["book"] == LANTERN
    assert "drowned" in row["answer"]


def test_a_line_that_fails_is_a_row_as_well(island: Retriever) -> None:
    row = put(Candidate(library_of(island), island).discussion, "ask", "Who?", "no-such-book", {})
    assert set(row) == {"id", "error"}


def test_a_model_tells_what_it_knows_and_the_guard_reads_it(island: Retriever) -> None:
    library = library_of(island)
    [before] = from_memory(library, island, [LETTER], {"1": 9})
    [at] = from_memory(library, island, [LETTER], {"1": 10})
    assert before["mode"] != "model"
    assert "drowned" not in before["answer"]
    assert at["mode"] == "model"
    assert at["answer"].startswith("drowned his brother")


def test_a_sample_is_the_same_each_time_and_mixes_the_books() -> None:
    questions = [Question(str(n), "b", "?", (), 0, 1) for n in range(50)]
    chosen = sample(questions, 10)
    assert chosen == sample(questions, 10)
    assert chosen != questions[:10]
    assert len(chosen) == 10
    assert {q.id for q in sample(questions, 0)} == {q.id for q in questions}
