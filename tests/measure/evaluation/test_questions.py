"""Our questions about the shipped library are what they say they are, and published ones are chosen by the rule."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from corpus.library import SHIPPED
from tests.measure.evaluation.questions import (
    OURS,
    Examination,
    Question,
    is_news,
    rows,
    shipped_examination,
    told_examination,
)
from tests.measure.evaluation.words import holds, runs_in_sentences, stems

LEAST = 200
KINDS = {"who", "what", "where", "why", "how", "when", "unanswerable"}


@pytest.fixture(scope="module")
def ours() -> Examination:
    return shipped_examination()


@pytest.fixture(scope="module")
def answerable(ours: Examination) -> list[Question]:
    return [question for question in ours.questions if question.references]


def test_there_are_enough_of_them_about_every_book_and_of_every_kind(answerable: list[Question]) -> None:
    assert len(answerable) >= LEAST
    books = Counter(question.book for question in answerable)
    assert set(books) == {path.name for path in SHIPPED.iterdir() if path.is_dir()}
    assert min(books.values()) >= 20
    assert {question.kind for question in answerable} == KINDS - {"unanswerable"}


def test_they_lie_early_in_the_middle_and_late(ours: Examination, answerable: list[Question]) -> None:
    thirds = Counter(min(2, 3 * (q.at - 1) // ours.about(q).marks) for q in answerable)
    assert min(thirds.values()) >= len(answerable) // 5
    assert len(thirds) == 3


def test_no_question_and_no_id_comes_twice(ours: Examination) -> None:
    assert len({question.id for question in ours.questions}) == len(ours.questions)
    assert len({(question.book, question.text) for question in ours.questions}) == len(ours.questions)


def test_each_answer_is_told_at_its_mark_and_is_news_one_mark_before(
    ours: Examination, answerable: list[Question]
) -> None:
    untold = [q.id for q in answerable if not q.right]
    assert untold == [], "no passage that comes with that mark holds a reference"
    known = [q.id for q in answerable if not is_news(q, ours.about(q))]
    assert known == [], "a reference stands in what was seen before, or has no word of its own"


def test_questions_are_asked_in_words_of_their_own(ours: Examination) -> None:
    copied = [q.id for q in ours.questions if any(runs_in_sentences(q.text) & own for own in _runs(ours, q))]
    assert copied == []


def _runs(exam: Examination, question: Question) -> list[frozenset[tuple[str, ...]]]:
    return [runs_in_sentences(piece.text) for piece in exam.about(question).pieces]


def test_no_question_holds_its_own_answer(answerable: list[Question]) -> None:
    assert [q.id for q in answerable for wording in q.references if holds(q.text, wording)] == []


def test_some_questions_have_no_answer(ours: Examination) -> None:
    books = Counter(question.book for question in ours.questions if not question.references)
    assert set(books) == set(ours.stories)
    assert min(books.values()) >= 3


def test_a_line_has_the_fields_of_its_kind() -> None:
    for row in rows(OURS):
        fields = {"id", "book", "question", "references", "kind"} | ({"at"} if row["references"] else set())
        assert set(row) == fields, row["id"]
        assert row["kind"] in KINDS
        assert (row["kind"] == "unanswerable") is not bool(row["references"])


STORY = {
    "book_id": "the-mill",
    "title": "The Mill",
    "sections": [
        {"n": 1, "text": "A miller has a black cat."},
        {"n": 2, "text": "The cat speaks to a pedlar named Osbert."},
        {"n": 3, "text": "Osbert buys the cat for a gold ring, and the mill stands still."},
    ],
}


def asked(number: int, sections: list[int], answers: list[str], **more: object) -> dict[str, Any]:
    row = {"qid": f"the-mill#{number}", "book_id": "the-mill", "question": "What comes?", "answers": answers}
    return row | {"answers_alt": [], "sections": sections} | more


def published(tmp_path: Path, *lines: dict[str, Any]) -> list[Question]:
    stories, questions = tmp_path / "stories.jsonl", tmp_path / "questions.jsonl"
    stories.write_text(json.dumps(STORY) + "\n", encoding="utf-8")
    questions.write_text("".join(json.dumps(line) + "\n\n" for line in lines), encoding="utf-8")
    return list(told_examination(stories, questions).questions)


def test_a_published_question_is_asked_one_section_before_its_first_and_at_its_last(tmp_path: Path) -> None:
    [one] = published(tmp_path, asked(1, [2, 3], ["a gold ring"], answers_alt=["the ring"]))
    assert (one.before, one.at, set(one.right)) == (1, 3, {1, 2})
    assert one.references == ("a gold ring", "the ring")
    assert one.explicit
    assert not one.local


@pytest.mark.parametrize(
    ("sections", "answers", "why"),
    [
        ([1], ["a black cat"], "nobody can be asked before the first section"),
        ([3], ["a black cat"], "it was told before"),
        ([3], ["a gold ring", "the cat"], "one of its wordings was told before"),
        ([3], ["the mill"], "it has no word that is not in the title"),
    ],
)
def test_questions_that_cannot_give_anything_away_are_left_out(
    tmp_path: Path, sections: list[int], answers: list[str], why: str
) -> None:
    assert published(tmp_path, asked(1, sections, answers)) == [], why


def test_a_question_of_which_the_section_holds_no_word_is_left_out(tmp_path: Path) -> None:
    silver = ["a silver chain", "a gold ring"]
    kept = published(
        tmp_path, asked(1, [3], silver), asked(2, [3], silver[::-1]), asked(3, [3], silver, explicit=False)
    )
    assert [(q.id, q.explicit) for q in kept] == [("the-mill#2", True), ("the-mill#3", False)]


def test_the_words_of_the_question_are_no_news(tmp_path: Path) -> None:
    assert published(tmp_path, asked(1, [3], ["gold"], question="Is there gold?")) == []
    assert stems("gold") == {"gold"}
