"""The answers that the guard is measured with: enough of them, everywhere, and each what it says it is."""

from __future__ import annotations

import json
from collections import Counter, defaultdict

import pytest

from corpus.library import SHIPPED, Library
from retrieval.guard.guard import Verdict
from tests.measure.evaluation.guard_answers import (
    ANSWERS,
    SPLITS,
    Answer,
    Judged,
    by,
    half,
    honest,
    mistakes,
    mixed,
    overall,
    read,
    stopped,
    whole,
)  # fmt: skip

LEAST = 300
"""Answers that are honest, and as many that leak."""

MIXED = 100
HONEST = {
    "background", "comparison", "hedged", "inference", "open", "opinion", "paraphrase", "portrait", "premise",
    "pronouns", "recall", "reception", "remark", "summary",
}  # fmt: skip
LEAKING = {
    "aside", "blunt", "confirming", "denial", "embedded", "fate", "future", "half-sentence", "hint", "later", "name",
    "negative", "other-book", "present", "pronouns", "retold", "wrong",
}  # fmt: skip


@pytest.fixture(scope="module")
def answers() -> list[Answer]:
    return read()


@pytest.fixture(scope="module")
def books() -> Library:
    return Library.load(SHIPPED)


def example(**changed: object) -> Answer:
    told = {
        "id": "one", "book": "the-lantern", "at": 3, "kind": "aside", "split": "tune", "question": "Who is Silas?",
        "answer": "He keeps the lamp. His room is below it. He drowned his brother.", "leaks": [3],
    }  # fmt: skip
    return Answer(**(told | changed))  # type: ignore[arg-type]


def judged(*shown: bool, **changed: object) -> Judged:
    return Judged(example(**changed), [Verdict(one, 0.25) for one in shown])


def test_there_are_enough_of_each_sort(answers: list[Answer]) -> None:
    assert sum(not answer.leaks for answer in answers) >= LEAST
    assert sum(bool(answer.leaks) for answer in answers) >= LEAST
    assert (
        sum(any(leaks for _, leaks in a.said()) and not all(leaks for _, leaks in a.said()) for a in answers) >= MIXED
    )


def test_each_has_a_name_and_a_wording_of_its_own(answers: list[Answer]) -> None:
    assert len({answer.id for answer in answers}) == len(answers)
    every = [sentence for answer in answers for sentence, _ in answer.said()]
    assert len(set(every)) == len(every)


def test_they_are_as_long_as_what_a_chat_model_says(answers: list[Answer]) -> None:
    assert [a.id for a in answers if not 30 <= len(a.answer.split()) <= 80] == []
    assert [a.id for a in answers if not 2 <= len(a.said()) <= 4] == []


def test_leaks_are_numbers_of_sentences(answers: list[Answer]) -> None:
    assert [a.id for a in answers if not set(a.leaks) <= set(range(1, len(a.said()) + 1))] == []
    assert [a.id for a in answers if list(a.leaks) != sorted(set(a.leaks))] == []


def test_kinds_are_those_of_their_sort(answers: list[Answer]) -> None:
    assert {answer.kind for answer in answers if not answer.leaks} == HONEST
    assert {answer.kind for answer in answers if answer.leaks} == LEAKING


def test_positions_lie_in_the_book_and_something_is_always_hidden(answers: list[Answer], books: Library) -> None:
    assert [a.id for a in answers if not 0 <= a.at < books.books[a.book].marks] == []
    other = [(slug, mark) for answer in answers for slug, mark in answer.also.items()]
    assert [(slug, mark) for slug, mark in other if not 0 < mark <= books.books[slug].marks] == []


def test_every_book_has_both_sorts_in_each_third(answers: list[Answer], books: Library) -> None:
    found = {(a.book, bool(a.leaks), 3 * a.at // books.books[a.book].marks) for a in answers}
    assert found == {(slug, leaks, third) for slug in books.books for leaks in (False, True) for third in range(3)}


def test_a_third_is_kept_aside_of_every_book(answers: list[Answer]) -> None:
    assert {answer.split for answer in answers} == set(SPLITS)
    groups: dict[tuple[str, bool], Counter[str]] = defaultdict(Counter)
    for answer in answers:
        for name in (answer.book, "all"):
            groups[name, bool(answer.leaks)][answer.split] += 1
    shares = {name: counted["kept"] / counted.total() for name, counted in groups.items()}
    assert {name: share for name, share in shares.items() if not 0.25 <= share <= 0.42} == {}


def test_each_stands_on_one_line_as_it_is_usually_written() -> None:
    lines = ANSWERS.read_text(encoding="utf-8").splitlines()
    assert lines == [json.dumps(json.loads(line), ensure_ascii=False) for line in lines]


def test_an_audience_has_read_what_the_answer_says() -> None:
    audience = example(also={"the-kite": 2}).audience
    assert (audience.at("the-lantern"), audience.at("the-kite"), audience.at("another")) == (3, 2, 0)


def test_a_leak_counts_as_stopped_only_where_no_leaking_sentence_is_shown() -> None:
    assert stopped(judged(True, True, False))
    assert not stopped(judged(False, False, True))
    assert not stopped(judged(True, False, True, leaks=[2, 3]))


def test_an_answer_is_mixed_where_a_part_of_it_leaks() -> None:
    assert mixed(judged(True, True, False))
    assert not mixed(judged(True, True, True, leaks=[]))
    assert not mixed(judged(True, True, True, leaks=[1, 2, 3]))
    assert [honest(judged(True, True, True, leaks=leaks)) for leaks in ([], [1])] == [True, False]


def test_honest_sentences_count_whatever_becomes_of_the_leak() -> None:
    assert whole(judged(True, True, True))
    assert not whole(judged(True, False, False))
    assert half(judged(True, False, False))
    assert not half(judged(False, False, False))


def test_the_report_counts_answers_and_sentences() -> None:
    lines = overall([judged(True, True, True, leaks=[]), judged(True, False, False)]).splitlines()
    counts = {line[:38].strip(): line[38:].split() for line in lines}
    assert counts["honest answers shown whole"] == ["1", "of", "1", "100.0%"]
    assert counts["mixed answers that keep all the rest"] == ["0", "of", "1", "0.0%"]
    assert counts["honest sentences shown"] == ["4", "of", "5", "80.0%"]
    assert counts["leaking sentences stopped"] == ["1", "of", "1", "100.0%"]


def test_the_report_has_a_line_a_group_and_passes_over_what_is_missing() -> None:
    told = by(lambda answer: answer.kind, [judged(True, True, False), judged(False, True, True, kind="open", leaks=[])])
    assert [line.split() for line in told.splitlines()] == [
        ["aside", "stopped", "1", "of", "1", "100.0%"],
        ["open", "shown", "1", "of", "1", "100.0%"],
    ]
    assert overall([]).count("none") == 8


def test_wrong_decisions_are_told_with_the_guards_figures() -> None:
    assert mistakes([judged(True, False, True)]).splitlines() == [
        "  STOPS one (aside, at 3), risk 0.250: His room is below it.",
        "  LEAKS one (aside, at 3), risk 0.250: He drowned his brother.",
    ]
